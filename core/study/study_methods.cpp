#include <algorithm>

#include "core/study/settings_fields.h"
#include "core/study/study_reader.h"

// Methods and the grids over them.

namespace lorascope::study {
namespace {

/// Whether one may vary this setting inside a study: what makes runs of one comparison.
bool may_be_in_grid(const std::string& key) {
  return key == "model" || key.starts_with("lora.") || key.starts_with("xlora.") || key.starts_with("mix.") ||
         key.starts_with("several.") ||
         (key.starts_with("training.") && key != "training.seed");
}

}  // namespace

bool StudyReader::MethodEntry::is_for(const std::string& task) const {
  return tasks.empty() || std::find(tasks.begin(), tasks.end(), task) != tasks.end();
}

void StudyReader::read_methods() {
  const toml::node* node = document_.get("methods");
  const bool has_method = document_.contains("method");
  if (node == nullptr) {
    if (!has_method) {
      issues_.add(0, "method", "nothing", find_field("method")->allowed + ", or a list of [[methods]]",
                  "add a line like `method = \"lora\"`");
    }
    MethodEntry only;
    only.layer.line = line_of_key("training");
    methods_.push_back(std::move(only));
    return;
  }
  if (has_method) {
    issues_.add(line_of_key("method"), "method", "method and [[methods]]", "one of them",
                "remove the line `method = …`");
  }
  const toml::array* list = node->as_array();
  if (list == nullptr || list->empty() || !list->is_homogeneous(toml::node_type::table)) {
    issues_.add(line_of(*node), "methods", found_text(to_json(*node)), "one or more [[methods]] tables");
    return;
  }
  for (std::size_t i = 0; i < list->size(); ++i) methods_.push_back(read_method(*list->get(i)->as_table(), i));
  for (const MethodEntry& entry : methods_) check_source(entry);
}

const StudyReader::MethodEntry* StudyReader::find_method(const std::string& name) const {
  const auto place = std::find_if(methods_.begin(), methods_.end(),
                                  [&](const MethodEntry& entry) { return !name.empty() && entry.name == name; });
  return place == methods_.end() ? nullptr : &*place;
}

void StudyReader::check_source(const MethodEntry& entry) {
  if (entry.is_together && tasks_.size() < 2) {
    issues_.add(entry.layer.line, entry.layer.prefix + "together", "one task", "several [[tasks]] that share a run");
  }
  if (entry.of_line == 0) return;
  const std::string key = entry.layer.prefix + "of";
  const MethodEntry* source = find_method(entry.of);
  if (source == nullptr || source->layer.value_of("method") != "lora" || source->is_together) {
    issues_.add(entry.of_line, key, found_text(entry.of), "the name of a method of this study that is \"lora\"",
                "give that method a `name`");
  } else if (!source->grid.empty()) {
    issues_.add(entry.of_line, key, found_text(entry.of) + ", which has a grid", "a method with one adapter a task",
                "write one method for each cell");
  }
  const Json method = entry.layer.value_of("method");
  if (method.is_string() && !mixes_adapters(method_from(method.get<std::string>()))) {
    issues_.add(entry.of_line, key, found_text(method), "a method that mixes adapters", "remove the line `of = …`");
  }
  if (!entry.layer.value_of("xlora.adapters").is_null()) {
    issues_.add(entry.of_line, key, "of and xlora.adapters", "one of them");
  }
}

StudyReader::MethodEntry StudyReader::read_method(const toml::table& table, std::size_t index) {
  static const std::vector<std::string> known = study_settings_with({"name", "grid", "preset", "tasks", "together", "of"});
  MethodEntry entry;
  Layer& layer = entry.layer;
  layer.prefix = "methods[" + std::to_string(index) + "].";
  layer.line = line_of(table);
  const std::vector<TomlKey> keys = keys_of(table);
  for (const TomlKey& key : keys) {
    if (key.path == "grid" || key.path.starts_with("grid.")) continue;
    if (key.path == "name" && key.value.is_string()) {
      entry.name = key.value.get<std::string>();
    } else if (key.path == "name") {
      issues_.add(key.line, layer.prefix + "name", found_text(key.value), "a text");
    } else if (key.path == "preset") {
      read_preset(layer, key);
    } else if (key.path == "tasks") {
      read_method_tasks(key, entry);
    } else if (key.path == "together") {
      entry.is_together = key.value == true;
      if (!key.value.is_boolean()) issues_.add(key.line, layer.prefix + "together", found_text(key.value), "true or false");
    } else if (key.path == "of") {
      if (key.value.is_string()) entry.of = key.value.get<std::string>();
      entry.of_line = key.line;
    } else if (key.path == "task" || key.path == "training.seed" || !add_setting(layer, key)) {
      issues_.add_unknown(layer.prefix, key, known);
    }
  }
  if (const toml::node* grid = table.get("grid")) entry.grid = read_grid(*grid, layer.prefix + "grid.");
  check_method(entry, keys);
  return entry;
}

void StudyReader::read_method_tasks(const TomlKey& key, MethodEntry& entry) {
  for (const Json& name : key.value.is_array() ? key.value : Json::array({key.value})) {
    const bool is_known = name.is_string() && std::any_of(tasks_.begin(), tasks_.end(), [&](const TaskEntry& task) {
                            return task.task.task == name.get<std::string>();
                          });
    if (is_known) {
      entry.tasks.push_back(name.get<std::string>());
    } else {
      issues_.add(key.line, entry.layer.prefix + "tasks", found_text(name), "tasks of this study");
    }
  }
}

void StudyReader::check_method(const MethodEntry& entry, const std::vector<TomlKey>& keys) {
  const std::string& prefix = entry.layer.prefix;
  const auto has = [&](const char* path) {
    return std::any_of(keys.begin(), keys.end(), [&](const TomlKey& key) { return key.path == path; });
  };
  if (!has("method")) {
    issues_.add(entry.layer.line, prefix + "method", "nothing", find_field("method")->allowed,
                "add a line like `method = \"lora\"`");
  }
  for (const TomlKey& key : keys) {
    const bool of_lora =
        key.path.starts_with("lora.") || key.path == "adapter" || key.path.starts_with("grid.lora.");
    if (of_lora && entry.layer.value_of("method") == "ft") {
      issues_.add(key.line, prefix + key.path, "an adapter's setting in full fine-tuning", "no such key here",
                  "remove it, or write method = \"lora\"");
    }
  }
  if (has("lora.targets") && has("lora.target_pattern")) {
    issues_.add(entry.layer.line, prefix + "lora", "targets and target_pattern", "one of them");
  }
}

std::vector<StudyReader::GridAxis> StudyReader::read_grid(const toml::node& node, const std::string& prefix) {
  std::vector<GridAxis> axes;
  const toml::table* table = node.as_table();
  if (table == nullptr) {
    issues_.add(line_of(node), prefix.substr(0, prefix.size() - 1), found_text(to_json(node)),
                "a table of lists, `training.learning_rate = [5e-5, 1e-3]`");
    return axes;
  }
  static const std::vector<std::string> known = [] {
    std::vector<std::string> keys = study_settings();
    std::erase_if(keys, [](const std::string& key) { return !may_be_in_grid(key); });
    return keys;
  }();
  for (const TomlKey& key : keys_of(*table)) {
    if (key.path == "training.seed") {
      issues_.add(key.line, prefix + key.path, found_text(key.value), "no such key here",
                  "write `seeds = […]` at the top");
    } else if (std::find(known.begin(), known.end(), key.path) == known.end()) {
      issues_.add_unknown(prefix, key, known);
    } else {
      axes.push_back(read_axis(key, prefix));
    }
  }
  return axes;
}

StudyReader::GridAxis StudyReader::read_axis(const TomlKey& key, const std::string& prefix) {
  GridAxis axis{key.path, {}, key.line};
  if (!key.value.is_array() || key.value.empty()) {
    issues_.add(key.line, prefix + key.path, found_text(key.value), "a list of values, [5e-5, 1e-3]");
    return axis;
  }
  for (const Json& value : key.value) {
    RunSettings scratch;
    TomlKey checked{key.path, value, key.line};
    if (!find_field(key.path)->set(scratch, value)) {
      issues_.add(key.line, prefix + key.path, found_text(value),
                  "a list in which each is " + find_field(key.path)->allowed);
    } else if (std::find(axis.values.begin(), axis.values.end(), value) != axis.values.end()) {
      issues_.add(key.line, prefix + key.path, found_text(value) + " twice", "different values");
    } else {
      resolve_path(checked, prefix);
    }
    axis.values.push_back(checked.value);
  }
  return axis;
}

}  // namespace lorascope::study
