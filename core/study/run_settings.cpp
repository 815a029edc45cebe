#include "core/study/run_settings.h"

#include <algorithm>

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
    if (!field.concerns(settings)) continue;
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
  return method == Method::Lora ? "lora" : method == Method::Xlora ? "xlora" : "ft";
}

Method method_from(std::string_view name) {
  if (name == "ft") return Method::FullFineTuning;
  if (name == "lora") return Method::Lora;
  if (name == "xlora") return Method::Xlora;
  throw StudyError(std::string(kWhat), Problem{"method", '"' + std::string(name) + '"', R"("ft", "lora" or "xlora")", ""});
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

const std::vector<std::string>& selection_metrics(std::string_view task) {
  static const std::vector<std::string> spans = {"loss",       "f1",           "exact_match", "HasAns_f1",
                                                 "HasAns_exact", "NoAns_f1", "NoAns_exact", "best_f1",
                                                 "best_exact"};
  static const std::vector<std::string> choices = {"loss", "accuracy"};
  static const std::vector<std::string> tagging = {
      "loss", "f1", "precision", "recall", "accuracy", "strict.f1", "strict.precision", "strict.recall", "surface.f1"};
  return task == "squad" ? spans : task == "swag" ? choices : tagging;
}

const std::vector<std::string>& known_tasks() {
  static const std::vector<std::string> tasks = {"wnut17", "squad", "swag"};
  return tasks;
}

int RunSettings::length_limit(int max_positions) const {
  if (training.max_length > 0) return training.max_length;
  const int usual = task == "squad" ? 384 : task == "wnut17" ? 128 : max_positions;
  return std::min(usual, max_positions);
}

bool RunSettings::has_padded_span_loss() const {
  return squad.span_loss == "padded" || (squad.span_loss == "auto" && training.compatible_path);
}

bool RunSettings::has_zero_segment_ids() const { return task == "squad" && squad.segment_ids == "zero"; }

std::vector<Problem> RunSettings::problems() const {
  std::vector<Problem> problems;
  if (task == kForeignTask) {
    problems.push_back({"task", '"' + task + '"', "one of the tasks that can be trained",
                        "the run was imported, it is there to be looked at"});
  }
  const std::vector<std::string>& metrics = selection_metrics(task);
  const bool is_type_score = task == "wnut17" && training.select_by.find('.') != std::string::npos;
  if (!is_type_score && std::find(metrics.begin(), metrics.end(), training.select_by) == metrics.end()) {
    std::string names;
    for (const std::string& metric : metrics) names += (names.empty() ? "" : ", ") + metric;
    const std::string nearest = nearest_name(training.select_by, metrics);
    problems.push_back({"training.select_by", '"' + training.select_by + '"', "one of " + names,
                        nearest.empty() ? "" : "did you mean \"" + nearest + "\"?"});
  }
  if (method == Method::Xlora && xlora.adapters.empty() && adapter.empty()) {
    problems.push_back({"xlora.adapters", "nothing", "the folders of the adapters that the gate mixes",
                        "train the adapters first (method = \"lora\")"});
  }
  if (xlora.top_k > static_cast<int>(xlora.adapters.size()) && !xlora.adapters.empty()) {
    problems.push_back({"xlora.top_k", std::to_string(xlora.top_k),
                        "at most " + std::to_string(xlora.adapters.size()) + ", the number of adapters", ""});
  }
  const int window = training.max_length > 0 ? training.max_length : 384;
  if (task == "squad" && squad.stride > window - 2) {
    problems.push_back({"squad.stride", std::to_string(squad.stride),
                        "at most max_length - 2 = " + std::to_string(window - 2),
                        "it is the overlap of neighbouring windows, not their step"});
  }
  return problems;
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
