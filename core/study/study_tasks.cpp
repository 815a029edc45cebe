#include <algorithm>

#include "core/study/settings_fields.h"
#include "core/study/study_reader.h"

// Tasks, the data of each, and what others found for them.

namespace lorascope::study {
namespace fs = std::filesystem;
namespace {

constexpr const char* kDataHint = "say where the data lies with --data-dir, or write the path in the study";
constexpr const char* kDataForms = R"("miniature", or a table with the files train, eval, test)";

bool is_file(const fs::path& path) {
  std::error_code ignored;
  return fs::is_regular_file(path, ignored);
}

/// The names of a file as written: one, or a list of which the first that is there counts.
std::vector<std::string> file_names(const Json& value) {
  std::vector<std::string> names;
  for (const Json& name : value.is_array() ? value : Json::array({value})) {
    if (!name.is_string() || name.get<std::string>().empty()) return {};
    names.push_back(name.get<std::string>());
  }
  return names;
}

}  // namespace

void StudyReader::read_tasks() {
  const toml::node* list = document_.get("tasks");
  if (list == nullptr) {
    TaskEntry only;
    const Json task = base_.value_of("task");
    only.task.task = task.is_string() ? task.get<std::string>() : RunSettings().task;
    if (!document_.contains("task")) {
      issues_.add(0, "task", "nothing", find_field("task")->allowed, "add a line like `task = \"wnut17\"`");
    }
    read_data(document_.get("data"), only);
    tasks_.push_back(std::move(only));
  } else {
    if (document_.contains("task")) {
      issues_.add(line_of_key("task"), "task", "task and [[tasks]]", "one of them", "remove the line `task = …`");
    }
    const toml::array* entries = list->as_array();
    if (entries == nullptr || entries->empty() || !entries->is_homogeneous(toml::node_type::table)) {
      issues_.add(line_of(*list), "tasks", found_text(to_json(*list)), "one or more [[tasks]] tables");
      return;
    }
    for (std::size_t i = 0; i < entries->size(); ++i) tasks_.push_back(read_task(*entries->get(i)->as_table(), i));
  }
  for (const TaskEntry& entry : tasks_) study_.tasks.push_back(entry.task);
}

StudyReader::TaskEntry StudyReader::read_task(const toml::table& table, std::size_t index) {
  static const std::vector<std::string> known = study_settings_with({"data", "preset"});
  TaskEntry entry;
  Layer& layer = entry.layer;
  layer.prefix = "tasks[" + std::to_string(index) + "].";
  layer.line = line_of(table);
  for (const TomlKey& key : keys_of(table)) {
    if (key.path == "data" || key.path.starts_with("data.")) continue;
    if (key.path == "preset") {
      read_preset(layer, key);
    } else if (key.path == "training.seed" || key.path == "method" || !add_setting(layer, key)) {
      issues_.add_unknown(layer.prefix, key, known);
    }
  }
  const Json task = layer.value_of("task");
  if (task.is_string()) entry.task.task = task.get<std::string>();
  if (!table.contains("task")) {
    issues_.add(layer.line, layer.prefix + "task", "nothing", find_field("task")->allowed,
                "add a line like `task = \"wnut17\"`");
  }
  const bool is_double = std::any_of(tasks_.begin(), tasks_.end(),
                                     [&](const TaskEntry& other) { return other.task.task == entry.task.task; });
  if (is_double) {
    issues_.add(layer.line, layer.prefix + "task", '"' + entry.task.task + "\" twice", "different tasks",
                "two data sets of one task make two studies");
  }
  read_data(table.contains("data") ? table.get("data") : document_.get("data"), entry);
  return entry;
}

void StudyReader::read_data(const toml::node* node, TaskEntry& entry) {
  const std::string name = entry.layer.prefix + "data";
  if (node == nullptr) {
    issues_.add(entry.layer.line, name, "nothing", kDataForms, "add a [data] table");
    return;
  }
  const toml::table* table = node->as_table();
  const Json value = to_json(*node);
  if (value == "miniature") {
    entry.task.miniature = MiniatureData{};
    return;
  }
  if (table == nullptr) {
    issues_.add(line_of(*node), name, found_text(value), kDataForms);
    return;
  }
  std::map<std::string, TomlKey> data;
  for (TomlKey& key : keys_of(*table)) data[key.path] = std::move(key);
  if (data.count("source") > 0) return read_miniature(data, entry);
  static const std::vector<std::string> known = {"train", "eval", "test", "source"};
  for (const auto& [key, value_of_key] : data) {
    if (std::find(known.begin(), known.end(), key) == known.end()) issues_.add_unknown(name + ".", value_of_key, known);
  }
  if (data.count("train") == 0) {
    issues_.add(line_of(*node), name + ".train", "nothing", "the file to train on",
                "add a line like `train = \"train.conll\"`");
  }
  read_data_file("train", data, entry, &TaskEntry::train);
  read_data_file("eval", data, entry, &TaskEntry::eval);
  read_data_file("test", data, entry, &TaskEntry::test);
}

void StudyReader::read_miniature(const std::map<std::string, TomlKey>& data, TaskEntry& entry) {
  const std::string prefix = entry.layer.prefix + "data.";
  MiniatureData miniature;
  for (const auto& [name, key] : data) {
    const bool is_count = key.value.is_number_integer() && key.value.get<std::int64_t>() >= 0;
    if (name == "source") {
      if (key.value != "miniature") issues_.add(key.line, prefix + "source", found_text(key.value), R"("miniature")");
    } else if (name != "seed" && name != "size") {
      issues_.add_unknown(prefix, key, {"source", "seed", "size"});
    } else if (!is_count) {
      issues_.add(key.line, prefix + name, found_text(key.value), "a whole number from 0");
    } else if (name == "seed") {
      miniature.seed = key.value.get<std::uint64_t>();
    } else {
      miniature.size = key.value.get<std::int64_t>();
    }
  }
  entry.task.miniature = miniature;
}

fs::path StudyReader::data_path(const std::string& written, const std::string& task) const {
  const fs::path start = options_.data_folder.empty() ? file_.parent_path() : options_.data_folder;
  const fs::path folder = start.empty() ? fs::current_path() : fs::absolute(start);
  const fs::path plain = (folder / written).lexically_normal();
  if (is_file(plain) || options_.data_folder.empty()) return plain;
  if (is_file(folder / task / written)) return folder / task / written;
  std::vector<fs::path> folders;
  std::error_code ignored;
  for (const auto& inner : fs::directory_iterator(folder, ignored)) {
    if (is_folder(inner.path())) folders.push_back(inner.path());
  }
  std::sort(folders.begin(), folders.end());
  for (const fs::path& inner : folders) {
    if (is_file(inner / written)) return (inner / written).lexically_normal();
  }
  return plain;
}

void StudyReader::read_data_file(const char* key, const std::map<std::string, TomlKey>& data, TaskEntry& entry,
                                 std::string TaskEntry::*member) {
  const auto place = data.find(key);
  if (place == data.end()) return;
  const TomlKey& written = place->second;
  const std::string name = entry.layer.prefix + "data." + key;
  const std::vector<std::string> names = file_names(written.value);
  if (names.empty()) {
    issues_.add(written.line, name, found_text(written.value), "a file, or a list of files of which the first found is read");
    return;
  }
  fs::path path = data_path(names.front(), entry.task.task);
  for (std::size_t i = 1; i < names.size() && !is_file(path); ++i) {
    const fs::path other = data_path(names[i], entry.task.task);
    if (is_file(other)) path = other;
  }
  if (options_.check_files && !is_file(path)) {
    const std::string found = is_folder(path) ? "a folder: " : "no such file: ";
    issues_.add(written.line, name, found + path.string(), "a file of the task " + entry.task.task, kDataHint);
  }
  entry.*member = path.string();
}

void StudyReader::read_references() {
  const toml::node* node = document_.get("reference");
  if (node == nullptr) return;
  const toml::array* list = node->as_array();
  if (list == nullptr || !list->is_homogeneous(toml::node_type::table)) {
    issues_.add(line_of(*node), "reference", found_text(to_json(*node)), "[[reference]] tables");
    return;
  }
  for (std::size_t i = 0; i < list->size(); ++i) {
    study_.references.push_back(
        read_reference(*list->get(i)->as_table(), "reference[" + std::to_string(i) + "]."));
  }
}

Reference StudyReader::read_reference(const toml::table& table, const std::string& prefix) {
  Reference reference;
  reference.task = tasks_.empty() ? "" : tasks_.front().task.task;
  const std::map<std::string, std::string*> texts = {{"source", &reference.source},
                                                     {"task", &reference.task},
                                                     {"model", &reference.model},
                                                     {"method", &reference.method}};
  for (const auto& [key, node] : table) {
    const std::string name(key.str());
    const auto text = texts.find(name);
    if (text != texts.end() && node.is_string()) {
      *text->second = node.as_string()->get();
    } else if (name == "values" && node.is_table()) {
      for (const auto& [score, value] : *node.as_table()) {
        const auto number = value.value<double>();
        if (number) reference.values[std::string(score.str())] = *number;
        if (!number) issues_.add(line_of(value), prefix + "values." + std::string(score.str()), found_text(to_json(value)), "a number");
      }
    } else if (text != texts.end() || name == "values") {
      issues_.add(line_of(node), prefix + name, found_text(to_json(node)), name == "values" ? "a table of numbers" : "a text");
    } else {
      issues_.add_unknown(prefix, {name, to_json(node), line_of(node)}, {"source", "task", "model", "method", "values"});
    }
  }
  if (reference.values.empty() || reference.source.empty()) {
    issues_.add(line_of(table), prefix + (reference.source.empty() ? "source" : "values"), "nothing",
                "where the numbers are from, and the numbers: values = { f1 = 0.49 }");
  }
  return reference;
}

}  // namespace lorascope::study
