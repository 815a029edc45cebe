#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "core/tasks/batch.h"

namespace lorascope::train {

/// The score that people look at first, in percent: entity F1, answer F1, accuracy. Nothing where it is not among them.
std::optional<double> main_percent(tasks::TaskKind kind, const std::map<std::string, double>& scores);

/// What one task's evaluation says.
struct TaskScores {
  tasks::TaskKind kind = tasks::TaskKind::Tokens;
  std::map<std::string, double> scores;
};

/// Over several tasks: "loss" is the mean of their losses, "mean" that of their main scores in percent. Each is there
/// only where every task has it.
std::map<std::string, double> mean_scores(const std::vector<TaskScores>& tasks);

}  // namespace lorascope::train
