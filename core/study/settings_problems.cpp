#include <algorithm>

#include "core/study/run_settings.h"
#include "core/study/settings_fields.h"

// What does not fit together in the settings of one run.

namespace lorascope::study {
namespace {

void check_selection(const RunSettings& settings, std::vector<Problem>& problems) {
  const std::string& select_by = settings.training.select_by;
  const std::vector<std::string>& metrics = selection_metrics(settings.task);
  const bool is_type_score = settings.task == "wnut17" && select_by.find('.') != std::string::npos;
  if (is_type_score || std::find(metrics.begin(), metrics.end(), select_by) != metrics.end()) return;
  std::string names;
  for (const std::string& metric : metrics) names += (names.empty() ? "" : ", ") + metric;
  const std::string nearest = nearest_name(select_by, metrics);
  problems.push_back({"training.select_by", '"' + select_by + '"', "one of " + names,
                      nearest.empty() ? "" : "did you mean \"" + nearest + "\"?"});
}

void check_mixture(const RunSettings& settings, std::vector<Problem>& problems) {
  const std::size_t count = settings.xlora.adapters.size();
  const bool goes_on = settings.method == Method::Xlora && !settings.adapter.empty();
  if (count == 0 && !goes_on) {
    problems.push_back({"xlora.adapters", "nothing", "the folders of the adapters that are mixed",
                        "train the adapters first (method = \"lora\")"});
    return;
  }
  const std::string most = "at most " + std::to_string(count) + ", the number of adapters";
  if (settings.xlora.top_k > static_cast<int>(count) && count > 0) {
    problems.push_back({"xlora.top_k", std::to_string(settings.xlora.top_k), most, ""});
  }
  if (settings.mix.top_k > static_cast<int>(count)) {
    problems.push_back({"mix.top_k", std::to_string(settings.mix.top_k), most, ""});
  }
  const std::size_t weights = settings.mix.weights.size();
  if (settings.method == Method::Merge && weights != 0 && weights != count) {
    problems.push_back({"mix.weights", std::to_string(weights) + " numbers",
                        std::to_string(count) + ", one an adapter", "without any, each weighs the same"});
  }
}

void check_several(const RunSettings& settings, std::vector<Problem>& problems) {
  const SeveralTasks& several = settings.several;
  for (const auto* files : {&several.train, &several.eval, &several.test}) {
    if (files->size() == several.tasks.size()) continue;
    problems.push_back({"several", std::to_string(files->size()) + " files for " +
                                       std::to_string(several.tasks.size()) + " tasks",
                        "one entry a task", "\"\" stands for no file"});
  }
  for (std::size_t i = 0; i < several.tasks.size(); ++i) {
    if (std::find(known_tasks().begin(), known_tasks().end(), several.tasks[i]) == known_tasks().end()) {
      problems.push_back({"several.tasks", '"' + several.tasks[i] + '"', find_field("task")->allowed, ""});
    }
    const auto begin = several.tasks.begin(), place = begin + static_cast<std::ptrdiff_t>(i);
    if (std::find(begin, place, several.tasks[i]) != place) {
      problems.push_back({"several.tasks", '"' + several.tasks[i] + "\" twice", "different tasks", ""});
    }
  }
  if (settings.method == Method::Lora) {
    problems.push_back({"method", "\"lora\" for several tasks", "a run for each, or another method",
                        "train one adapter a task, then mix them"});
  }
}

}  // namespace

std::vector<Problem> RunSettings::problems() const {
  std::vector<Problem> problems;
  if (task == kForeignTask) {
    problems.push_back({"task", '"' + task + '"', "one of the tasks that can be trained",
                        "the run was imported, it is there to be looked at"});
  }
  if ((task == kSeveralTasks) != has_several_tasks()) {
    problems.push_back({"several.tasks", has_several_tasks() ? "several tasks" : "no tasks",
                        "tasks where the task is \"several\"", ""});
  }
  check_selection(*this, problems);
  if (mixes_adapters(method)) check_mixture(*this, problems);
  if (has_several_tasks()) check_several(*this, problems);
  const int window = training.max_length > 0 ? training.max_length : 384;
  const std::vector<std::string> names = task_names();
  if (std::find(names.begin(), names.end(), "squad") != names.end() && squad.stride > window - 2) {
    problems.push_back({"squad.stride", std::to_string(squad.stride),
                        "at most max_length - 2 = " + std::to_string(window - 2),
                        "it is the overlap of neighbouring windows, not their step"});
  }
  return problems;
}

}  // namespace lorascope::study
