#include "core/study/run_settings.h"

#include "core/base/error.h"
#include "core/base/files.h"
#include "core/base/json.h"
#include "core/study/settings_fields.h"

namespace lorascope::study {
namespace {

constexpr std::string_view kWhat = "cannot read the settings of a run";

/// "training.lr" addresses ["training"]["lr"]; no key is deeper than two.
Json& at_key(Json& object, const std::string& key) {
  const std::size_t dot = key.find('.');
  return dot == std::string::npos ? object[key] : object[key.substr(0, dot)][key.substr(dot + 1)];
}

Json to_object(const RunSettings& settings) {
  Json object = Json::object();
  for (const SettingsField& field : settings_fields()) {
    if (settings.method != Method::Lora && field.key.rfind("lora.", 0) == 0) continue;
    at_key(object, field.key) = field.get(settings);
  }
  return object;
}

/// All leaves of an object of at most two levels, by dotted key.
std::vector<std::pair<std::string, Json>> leaves(const Json& object) {
  std::vector<std::pair<std::string, Json>> result;
  for (const auto& [key, value] : object.items()) {
    if (!value.is_object()) {
      result.emplace_back(key, value);
      continue;
    }
    for (const auto& [inner, leaf] : value.items()) result.emplace_back(key + "." + inner, leaf);
  }
  return result;
}

}  // namespace

std::string_view text(Method method) {
  return method == Method::Lora ? "lora" : "ft";
}

Method method_from(std::string_view name) {
  if (name == "ft") return Method::FullFineTuning;
  if (name == "lora") return Method::Lora;
  throw StudyError(std::string(kWhat), Problem{"method", '"' + std::string(name) + '"', R"("ft" or "lora")", ""});
}

std::string_view text(Batching batching) {
  return batching == Batching::Grouped ? "grouped" : "plain";
}

Batching batching_from(std::string_view name) {
  if (name == "plain") return Batching::Plain;
  if (name == "grouped") return Batching::Grouped;
  throw StudyError(std::string(kWhat),
                   Problem{"training.batching", '"' + std::string(name) + '"', R"("plain" or "grouped")", ""});
}

const std::vector<std::string>& known_tasks() {
  static const std::vector<std::string> tasks = {"wnut17"};
  return tasks;
}

std::string RunSettings::to_json() const {
  return to_object(*this).dump();
}

RunSettings RunSettings::from_json(std::string_view json) {
  const Json object = Json::parse(json, nullptr, false);
  if (!object.is_object()) {
    throw StudyError(std::string(kWhat), Problem{"settings", "no JSON object", "a JSON object", ""});
  }
  RunSettings settings;
  std::vector<Problem> problems;
  for (const auto& [key, value] : leaves(object)) {
    const SettingsField* field = find_field(key);
    if (field == nullptr) {
      problems.push_back({key, value.dump(), "a known key", "a newer version may have written it"});
    } else if (!field->set(settings, value)) {
      problems.push_back({key, value.dump(), field->allowed, ""});
    }
  }
  if (!problems.empty()) throw StudyError(std::string(kWhat), std::move(problems));
  return settings;
}

std::string RunSettings::hash() const {
  Json object = to_object(*this);
  for (const char* key : {"name", "group", "export_folder"}) object.erase(key);
  return sha256(object.dump());
}

}  // namespace lorascope::study
