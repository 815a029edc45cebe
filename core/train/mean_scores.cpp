#include "core/train/mean_scores.h"

#include <functional>

namespace lorascope::train {

std::optional<double> main_percent(tasks::TaskKind kind, const std::map<std::string, double>& scores) {
  const auto found = scores.find(kind == tasks::TaskKind::Choices ? "accuracy" : "f1");
  if (found == scores.end()) return std::nullopt;
  return kind == tasks::TaskKind::Spans ? found->second : 100 * found->second;
}

std::map<std::string, double> mean_scores(const std::vector<TaskScores>& tasks) {
  using Value = std::function<std::optional<double>(const TaskScores&)>;
  const auto loss = [](const TaskScores& task) {
    const auto found = task.scores.find("loss");
    return found == task.scores.end() ? std::nullopt : std::optional(found->second);
  };
  const auto main = [](const TaskScores& task) { return main_percent(task.kind, task.scores); };
  std::map<std::string, double> means;
  for (const auto& [name, value_of] : {std::pair<const char*, Value>{"loss", loss}, {"mean", main}}) {
    double sum = 0;
    bool is_complete = !tasks.empty();
    for (const TaskScores& task : tasks) {
      const std::optional<double> value = value_of(task);
      is_complete = is_complete && value.has_value();
      sum += value.value_or(0);
    }
    if (is_complete) means[name] = sum / static_cast<double>(tasks.size());
  }
  return means;
}

}  // namespace lorascope::train
