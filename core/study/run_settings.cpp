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

std::string joined(const std::vector<std::string>& names) {
  std::string text;
  for (const std::string& name : names) text += (text.empty() ? "" : ", ") + name;
  return text;
}

}  // namespace

const std::vector<std::string>& known_methods() {
  static const std::vector<std::string> names = {"ft", "lora", "xlora", "meteora", "lorahub", "merge", "arrow", "switch"};
  return names;
}

std::string_view text(Method method) {
  return known_methods()[static_cast<std::size_t>(method)];
}

Method method_from(std::string_view name) {
  const std::vector<std::string>& names = known_methods();
  const auto place = std::find(names.begin(), names.end(), name);
  if (place != names.end()) return static_cast<Method>(place - names.begin());
  throw StudyError(std::string(kWhat),
                   Problem{"method", '"' + std::string(name) + '"', "one of " + joined(names), nearest_name(name, names)});
}

bool mixes_adapters(Method method) {
  return method != Method::FullFineTuning && method != Method::Lora;
}

bool takes_steps(Method method) {
  return !mixes_adapters(method) || method == Method::Xlora || method == Method::Meteora;
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
  static const std::vector<std::string> means = {"loss", "mean"};
  if (task == kSeveralTasks) return means;
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

std::vector<std::string> RunSettings::task_names() const {
  return has_several_tasks() ? several.tasks : std::vector<std::string>{task};
}

RunSettings RunSettings::of_task(std::size_t i) const {
  RunSettings own = *this;
  if (!has_several_tasks()) return own;
  own.several = SeveralTasks();
  own.task = several.tasks.at(i);
  own.train_file = several.train.at(i);
  own.eval_file = several.eval.at(i);
  own.test_file = several.test.at(i);
  return own;
}

bool RunSettings::has_zero_segment_ids() const { return task == "squad" && squad.segment_ids == "zero"; }

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
