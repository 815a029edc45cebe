#include "core/study/study_reader.h"

#include <algorithm>
#include <regex>
#include <set>

#include "core/base/files.h"
#include "core/study/adapter_reference.h"
#include "core/study/presets.h"
#include "core/study/settings_fields.h"

namespace lorascope::study {
namespace fs = std::filesystem;

const std::vector<std::string>& study_settings() {
  static const std::vector<std::string> keys = [] {
    std::vector<std::string> result;
    for (const SettingsField& field : settings_fields()) {
      const bool made_by_expansion = field.key == "name" || field.key == "group" || field.key == "export_folder";
      const bool is_of_stream = field.key == "several.draw" || field.key == "several.temperature";
      const bool comes_from_tasks = field.key.starts_with("data.") || field.key.starts_with("several.");
      if (!made_by_expansion && (is_of_stream || !comes_from_tasks)) result.push_back(field.key);
    }
    return result;
  }();
  return keys;
}

std::vector<std::string> study_settings_with(std::initializer_list<const char*> more) {
  std::vector<std::string> keys = study_settings();
  keys.insert(keys.end(), more.begin(), more.end());
  return keys;
}

bool is_folder(const fs::path& path) {
  std::error_code ignored;
  return fs::is_directory(path, ignored);
}

Json StudyReader::Layer::value_of(std::string_view path) const {
  for (const TomlKey& key : keys) {
    if (key.path == path) return key.value;
  }
  return nullptr;
}

StudyReader::StudyReader(const toml::table& document, fs::path file, const StudyOptions& options)
    : document_(document), file_(std::move(file)), options_(options) {}

StudyReading StudyReader::read() {
  read_top();
  read_overrides();
  read_tasks();
  read_methods();
  read_references();
  check_runs();
  if (issues_.empty()) expand();
  return {std::move(study_), issues_.sorted()};
}

int StudyReader::line_of_key(const char* key) const {
  const toml::node* node = document_.get(key);
  return node == nullptr ? 0 : line_of(*node);
}

void StudyReader::read_top() {
  static const std::vector<std::string> known = study_settings_with(
      {"name", "description", "data", "seeds", "preset", "tasks", "methods", "grid", "reference"});
  for (const TomlKey& key : keys_of(document_)) {
    const std::string top = key.path.substr(0, key.path.find('.'));
    if (top == "data" || top == "methods" || top == "grid" || top == "tasks" || top == "reference") continue;
    if (key.path == "name" || key.path == "description") {
      std::string& target = key.path == "name" ? study_.name : study_.description;
      if (key.value.is_string()) {
        target = key.value.get<std::string>();
      } else {
        issues_.add(key.line, key.path, found_text(key.value), "a text");
      }
    } else if (key.path == "seeds") {
      read_seeds(key);
    } else if (key.path == "preset") {
      read_preset(base_, key);
    } else if (!add_setting(base_, key)) {
      issues_.add_unknown("", key, known);
    }
  }
  if (study_.name.empty()) study_.name = file_.stem().string();
  if (const toml::node* grid = document_.get("grid")) grid_ = read_grid(*grid, "grid.");
}

void StudyReader::read_overrides() {
  overrides_.prefix = "--set ";
  for (const auto& [path, text] : options_.overrides) {
    const Json value = Json::parse(text, nullptr, false);
    const TomlKey key{path, value.is_discarded() ? Json(text) : value, 0};
    const bool is_of_places = path == "task" || path == "method" || path == "training.seed" || path == "xlora.adapters";
    if (is_of_places || !add_setting(overrides_, key)) issues_.add_unknown(overrides_.prefix, key, study_settings());
  }
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

void StudyReader::read_preset(Layer& layer, const TomlKey& key) {
  const std::vector<std::string>& names = known_presets();
  if (key.value.is_string()) layer.preset = key.value.get<std::string>();
  if (std::find(names.begin(), names.end(), layer.preset) == names.end()) {
    issues_.add(key.line, layer.prefix + "preset", found_text(key.value), R"("paper" or "tuned")");
    layer.preset.clear();
  }
}

bool StudyReader::add_setting(Layer& layer, const TomlKey& key) {
  const std::vector<std::string>& allowed = study_settings();
  if (std::find(allowed.begin(), allowed.end(), key.path) == allowed.end()) return false;
  const SettingsField& field = *find_field(key.path);
  RunSettings scratch;
  if (!field.set(scratch, key.value)) {
    issues_.add(key.line, layer.prefix + key.path, found_text(key.value), field.allowed);
    return true;
  }
  TomlKey checked = key;
  resolve_path(checked, layer.prefix);
  layer.keys.push_back(std::move(checked));
  return true;
}

void StudyReader::resolve_path(TomlKey& key, const std::string& prefix) {
  if (key.path == "lora.target_pattern") {
    try {
      std::regex(key.value.get<std::string>());
    } catch (const std::regex_error&) {
      issues_.add(key.line, prefix + key.path, found_text(key.value), "a regular expression that can be read");
    }
  }
  if (key.path == "xlora.adapters") resolve_adapters(key, prefix);
  if (key.path != "model" && key.path != "adapter") return;
  const std::string written = key.value.get<std::string>();
  const fs::path path = fs::absolute(file_.parent_path() / written).lexically_normal();
  const bool looks_like_path = key.path == "adapter" || written.starts_with(".") || written.starts_with("/");
  if (is_folder(path) && !written.empty() && written != "default") {
    key.value = path.string();
  } else if (options_.check_files && looks_like_path) {
    issues_.add(key.line, prefix + key.path, "no such folder: " + path.string(),
                key.path == "model" ? "a model folder" : "an adapter folder", "check the path");
  } else if (written.empty()) {
    issues_.add(key.line, prefix + key.path, found_text(key.value), find_field(key.path)->allowed);
  }
}

void StudyReader::resolve_adapters(TomlKey& key, const std::string& prefix) {
  for (Json& folder : key.value) {
    AdapterReference reference = AdapterReference::parse(folder.get<std::string>());
    if (reference.run) continue;
    const fs::path written = reference.folder;
    // Adapters are mostly what an earlier study left where this one is run.
    const fs::path beside = fs::absolute(file_.parent_path() / written).lexically_normal();
    const fs::path path = is_folder(beside) ? beside : fs::absolute(written).lexically_normal();
    if (options_.check_files && !is_folder(path)) {
      issues_.add(key.line, prefix + key.path, "no such folder: " + path.string(), "an adapter folder",
                  "train it first, or correct the path");
    }
    reference.folder = path.string();
    folder = reference.text();
  }
}

}  // namespace lorascope::study
