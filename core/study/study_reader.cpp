#include "core/study/study_reader.h"

#include <algorithm>
#include <regex>
#include <set>

#include "core/base/files.h"
#include "core/study/settings_fields.h"

namespace lorascope::study {
namespace fs = std::filesystem;
namespace {

constexpr const char* kDataHint = "say where the data lies with --data-dir, or write the path in the study";

bool starts_with(const std::string& text, std::string_view prefix) {
  return text.rfind(prefix, 0) == 0;
}

/// The settings that a study file may set at the top or in a method.
std::vector<std::string> allowed_settings() {
  std::vector<std::string> keys;
  for (const SettingsField& field : settings_fields()) {
    const bool made_by_expansion = field.key == "name" || field.key == "group" || field.key == "export_folder";
    if (!made_by_expansion && !starts_with(field.key, "data.")) keys.push_back(field.key);
  }
  return keys;
}

std::vector<std::string> with(std::vector<std::string> keys, std::initializer_list<const char*> more) {
  keys.insert(keys.end(), more.begin(), more.end());
  return keys;
}

/// Whether one may vary this setting inside a study: what makes runs of one comparison.
bool may_be_in_grid(const std::string& key) {
  return key == "model" || starts_with(key, "lora.") || (starts_with(key, "training.") && key != "training.seed");
}

bool is_folder(const fs::path& path) {
  std::error_code ignored;
  return fs::is_directory(path, ignored);
}

}  // namespace

const std::vector<std::string>& selection_metrics(const std::string&) {
  static const std::vector<std::string> tagging = {
      "loss", "f1", "precision", "recall", "accuracy", "strict.f1", "strict.precision", "strict.recall", "surface.f1"};
  return tagging;
}

StudyReader::StudyReader(const toml::table& document, fs::path file, const StudyOptions& options)
    : document_(document), file_(std::move(file)), options_(options) {}

StudyReading StudyReader::read() {
  read_top();
  if (document_.contains("data")) {
    read_data({"data", to_json(*document_.get("data")), line_of_key("data")});
  } else {
    issues_.add(0, "data", "nothing", R"("miniature", or a table with the files train, eval, test)",
                "add a [data] table");
  }
  read_methods();
  if (issues_.empty()) expand();
  return {std::move(study_), issues_.sorted()};
}

int StudyReader::line_of_key(const char* key) const {
  const toml::node* node = document_.get(key);
  return node == nullptr ? 0 : line_of(*node);
}

void StudyReader::read_top() {
  static const std::vector<std::string> known =
      with(allowed_settings(), {"name", "description", "data", "seeds", "methods", "grid"});
  for (const TomlKey& key : keys_of(document_)) {
    const std::string top = key.path.substr(0, key.path.find('.'));
    if (top == "data" || top == "methods" || top == "grid") continue;
    if (key.path == "name" || key.path == "description") {
      std::string& target = key.path == "name" ? study_.name : study_.description;
      if (key.value.is_string()) {
        target = key.value.get<std::string>();
      } else {
        issues_.add(key.line, key.path, found_text(key.value), "a text");
      }
    } else if (key.path == "seeds") {
      read_seeds(key);
    } else if (!apply(base_, key, "")) {
      issues_.add_unknown("", key, known);
    }
    base_has_method_ = base_has_method_ || key.path == "method";
  }
  if (study_.name.empty()) study_.name = file_.stem().string();
  study_.task = base_.task;
  if (!document_.contains("task")) {
    issues_.add(0, "task", "nothing", find_field("task")->allowed, "add a line like `task = \"wnut17\"`");
  }
  if (const toml::node* grid = document_.get("grid")) grid_ = read_grid(*grid, "grid.");
}

void StudyReader::read_seeds(const TomlKey& key) {
  const SettingsField& seed = *find_field("training.seed");
  RunSettings scratch;
  std::set<std::uint64_t> seen;
  bool fits = key.value.is_array() && !key.value.empty();
  for (const Json& value : fits ? key.value : Json::array()) {
    fits = fits && seed.set(scratch, value) && seen.insert(scratch.training.seed).second;
    seeds_.push_back(scratch.training.seed);
  }
  if (!fits) {
    issues_.add(key.line, "seeds", found_text(key.value), "a list of different whole numbers from 0, [42, 43, 44]");
  }
  if (document_.at_path("training.seed")) {
    issues_.add(key.line, "seeds", "seeds and training.seed", "one of them", "remove training.seed");
  }
}

void StudyReader::read_data(const TomlKey& key) {
  if (key.value == "miniature") {
    study_.miniature = MiniatureData{};
    return;
  }
  if (!key.value.is_object()) {
    issues_.add(key.line, "data", found_text(key.value), R"("miniature", or a table with the files train, eval, test)");
    return;
  }
  std::map<std::string, TomlKey> data;
  for (TomlKey& entry : keys_of(*document_.get("data")->as_table())) data[entry.path] = std::move(entry);
  if (data.count("source") > 0) return check_miniature_keys(data);
  static const std::vector<std::string> known = {"train", "eval", "test", "source"};
  for (const auto& [name, entry] : data) {
    if (std::find(known.begin(), known.end(), name) == known.end()) issues_.add_unknown("data.", entry, known);
  }
  if (data.count("train") == 0) {
    issues_.add(key.line, "data.train", "nothing", "the file to train on", "add a line like `train = \"train.conll\"`");
  }
  read_data_file("train", data, &RunSettings::train_file);
  read_data_file("eval", data, &RunSettings::eval_file);
  read_data_file("test", data, &RunSettings::test_file);
}

void StudyReader::check_miniature_keys(const std::map<std::string, TomlKey>& data) {
  MiniatureData miniature;
  for (const auto& [name, entry] : data) {
    const bool is_count = entry.value.is_number_integer() && entry.value.get<std::int64_t>() >= 0;
    if (name == "source") {
      if (entry.value != "miniature") issues_.add(entry.line, "data.source", found_text(entry.value), R"("miniature")");
    } else if (name != "seed" && name != "size") {
      issues_.add_unknown("data.", entry, {"source", "seed", "size"});
    } else if (!is_count) {
      issues_.add(entry.line, "data." + name, found_text(entry.value), "a whole number from 0");
    } else if (name == "seed") {
      miniature.seed = entry.value.get<std::uint64_t>();
    } else {
      miniature.size = entry.value.get<std::int64_t>();
    }
  }
  study_.miniature = miniature;
}

fs::path StudyReader::data_path(const std::string& written) const {
  const fs::path folder = options_.data_folder.empty() ? file_.parent_path() : options_.data_folder;
  return fs::absolute(folder / written).lexically_normal();
}

void StudyReader::read_data_file(const char* key, const std::map<std::string, TomlKey>& data,
                                 std::string RunSettings::*member) {
  const auto place = data.find(key);
  if (place == data.end()) return;
  const TomlKey& entry = place->second;
  const std::string name = std::string("data.") + key;
  if (!entry.value.is_string() || entry.value.get<std::string>().empty()) {
    issues_.add(entry.line, name, found_text(entry.value), "a file");
    return;
  }
  const fs::path path = data_path(entry.value.get<std::string>());
  std::error_code ignored;
  if (options_.check_files && !fs::is_regular_file(path, ignored)) {
    const std::string found = is_folder(path) ? "a folder: " : "no such file: ";
    issues_.add(entry.line, name, found + path.string(), "a file of the task " + base_.task, kDataHint);
  }
  base_.*member = path.string();
}

bool StudyReader::apply(RunSettings& settings, const TomlKey& key, const std::string& prefix) {
  static const std::vector<std::string> allowed = allowed_settings();
  if (std::find(allowed.begin(), allowed.end(), key.path) == allowed.end()) return false;
  const SettingsField& field = *find_field(key.path);
  if (!field.set(settings, key.value)) {
    issues_.add(key.line, prefix + key.path, found_text(key.value), field.allowed);
  } else {
    check_path_settings(settings, key, prefix);
  }
  return true;
}

void StudyReader::check_path_settings(RunSettings& settings, const TomlKey& key, const std::string& prefix) {
  if (key.path == "lora.target_pattern") {
    try {
      std::regex(settings.lora.target_pattern);
    } catch (const std::regex_error&) {
      issues_.add(key.line, prefix + key.path, found_text(key.value), "a regular expression that can be read");
    }
  }
  if (key.path != "model" && key.path != "adapter") return;
  std::string& written = key.path == "model" ? settings.model : settings.adapter;
  const fs::path path = fs::absolute(file_.parent_path() / written).lexically_normal();
  const bool looks_like_path = key.path == "adapter" || starts_with(written, ".") || starts_with(written, "/");
  if (is_folder(path) && !written.empty() && written != "default") {
    written = path.string();
  } else if (options_.check_files && looks_like_path) {
    issues_.add(key.line, prefix + key.path, "no such folder: " + path.string(),
                key.path == "model" ? "a model folder" : "an adapter folder", "check the path");
  } else if (written.empty()) {
    issues_.add(key.line, prefix + key.path, found_text(key.value), find_field(key.path)->allowed);
  }
}

void StudyReader::read_methods() {
  const toml::node* node = document_.get("methods");
  if (node == nullptr) {
    if (!base_has_method_) {
      issues_.add(0, "method", "nothing", R"("ft" or "lora", or a list of [[methods]])",
                  "add a line like `method = \"lora\"`");
    }
    MethodEntry only;
    only.settings = base_;
    methods_.push_back(std::move(only));
    check_selection(base_, "", line_of_key("training"));
    return;
  }
  if (base_has_method_) {
    issues_.add(line_of_key("method"), "method", "method and [[methods]]", "one of them",
                "remove the line `method = …`");
  }
  const toml::array* list = node->as_array();
  if (list == nullptr || list->empty() || !list->is_homogeneous(toml::node_type::table)) {
    issues_.add(line_of(*node), "methods", found_text(to_json(*node)), "one or more [[methods]] tables");
    return;
  }
  for (std::size_t i = 0; i < list->size(); ++i) methods_.push_back(read_method(*list->get(i)->as_table(), i));
}

StudyReader::MethodEntry StudyReader::read_method(const toml::table& table, std::size_t index) {
  static const std::vector<std::string> known = with(allowed_settings(), {"name", "grid"});
  MethodEntry entry;
  entry.prefix = "methods[" + std::to_string(index) + "].";
  entry.line = line_of(table);
  entry.settings = base_;
  const std::vector<TomlKey> keys = keys_of(table);
  for (const TomlKey& key : keys) {
    if (key.path == "grid" || starts_with(key.path, "grid.")) continue;
    if (key.path == "name" && key.value.is_string()) {
      entry.name = key.value.get<std::string>();
    } else if (key.path == "name") {
      issues_.add(key.line, entry.prefix + "name", found_text(key.value), "a text");
    } else if (key.path == "task" || key.path == "training.seed" || !apply(entry.settings, key, entry.prefix)) {
      issues_.add_unknown(entry.prefix, key, known);
    }
  }
  if (const toml::node* grid = table.get("grid")) entry.grid = read_grid(*grid, entry.prefix + "grid.");
  check_method(entry, keys);
  return entry;
}

void StudyReader::check_method(const MethodEntry& entry, const std::vector<TomlKey>& keys) {
  const auto has = [&](const char* path) {
    return std::any_of(keys.begin(), keys.end(), [&](const TomlKey& key) { return key.path == path; });
  };
  if (!has("method")) {
    issues_.add(entry.line, entry.prefix + "method", "nothing", R"("ft" or "lora")",
                "add a line like `method = \"lora\"`");
  }
  for (const TomlKey& key : keys) {
    const bool of_lora = starts_with(key.path, "lora.") || key.path == "adapter" || starts_with(key.path, "grid.lora.");
    if (of_lora && entry.settings.method == Method::FullFineTuning && has("method")) {
      issues_.add(key.line, entry.prefix + key.path, "an adapter's setting in full fine-tuning", "no such key here",
                  "remove it, or write method = \"lora\"");
    }
  }
  if (has("lora.targets") && has("lora.target_pattern")) {
    issues_.add(entry.line, entry.prefix + "lora", "targets and target_pattern", "one of them");
  }
  check_selection(entry.settings, entry.prefix, entry.line);
}

void StudyReader::check_selection(const RunSettings& settings, const std::string& prefix, int line) {
  const TrainingSettings& training = settings.training;
  const std::vector<std::string>& metrics = selection_metrics(settings.task);
  if (std::find(metrics.begin(), metrics.end(), training.select_by) == metrics.end()) {
    std::string names;
    for (const std::string& metric : metrics) names += (names.empty() ? "" : ", ") + metric;
    const std::string nearest = nearest_name(training.select_by, metrics);
    issues_.add(line, prefix + "training.select_by", '"' + training.select_by + '"', "one of " + names,
                nearest.empty() ? "" : "did you mean \"" + nearest + "\"?");
  }
  if (study_.miniature) return;
  const bool on_test = training.evaluate_on == "test";
  const bool has_file = !(on_test ? settings.test_file : settings.eval_file).empty();
  const bool needs_file = on_test || training.early_stopping_patience > 0 || training.keep_best;
  if (needs_file && !has_file) {
    issues_.add(line, prefix + (on_test ? "data.test" : "data.eval"), "nothing",
                "the file that selection or early stopping looks at", "add it to [data]");
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
    std::vector<std::string> keys = allowed_settings();
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
    if (!find_field(key.path)->set(scratch, value)) {
      issues_.add(key.line, prefix + key.path, found_text(value),
                  "a list in which each is " + find_field(key.path)->allowed);
    } else if (std::find(axis.values.begin(), axis.values.end(), value) != axis.values.end()) {
      issues_.add(key.line, prefix + key.path, found_text(value) + " twice", "different values");
    }
    axis.values.push_back(value);
  }
  return axis;
}

}  // namespace lorascope::study
