#include "ui/train/score_summary.h"

#include <algorithm>
#include <cmath>
#include <numeric>

#include "ui/widgets/number_format.h"

namespace lorascope::ui {
namespace {

/// The score that a run is judged by at its end: the test split's, where there is one.
struct FinalScore {
  std::string split, metric;
  double value = std::nan("");
};

FinalScore finalScore(const store::RunRecord& run) {
  const std::string metric = run.best ? run.best->metric : std::string("f1");
  for (const char* split : {"test", "eval"}) {
    const auto scores = run.result.scores.find(split);
    if (scores == run.result.scores.end()) {
      continue;
    }
    // A study may select by loss; people compare by F1 where there is one.
    for (const std::string& name : {std::string("f1"), metric}) {
      const auto found = scores->second.find(name);
      if (found != scores->second.end()) {
        return {split, name, found->second};
      }
    }
  }
  return {};
}

double meanOf(const std::vector<double>& values) {
  return std::accumulate(values.begin(), values.end(), 0.0) / static_cast<double>(values.size());
}

double deviationOf(const std::vector<double>& values) {
  const double mean = meanOf(values);
  double sum = 0;
  for (const double value : values) {
    sum += (value - mean) * (value - mean);
  }
  return std::sqrt(sum / static_cast<double>(values.size() - 1));
}

struct Collected {
  std::string name, metric, task;
  std::vector<double> scores, seconds;
  std::int64_t parameters = 0;
  ScoreRow row;
};

}  // namespace

ScoreSummary summarise(const std::vector<store::RunRecord>& runs, const std::string& study) {
  ScoreSummary summary;
  std::vector<Collected> groups;
  for (const store::RunRecord& run : runs) {
    if (run.study != study) {
      continue;
    }
    auto group = std::find_if(groups.begin(), groups.end(), [&](const auto& g) { return g.name == run.group; });
    if (group == groups.end()) {
      Collected fresh;
      fresh.name = run.group;
      fresh.task = run.task;
      fresh.row.group = run.group.empty() ? QString::fromStdString(run.name) : QString::fromStdString(run.group);
      fresh.row.method = run.method;
      groups.push_back(std::move(fresh));
      group = groups.end() - 1;
    }
    ++group->row.num_runs;
    ++summary.num_runs;
    const FinalScore score = finalScore(run);
    if (run.state != store::RunState::Finished || std::isnan(score.value)) {
      continue;
    }
    ++group->row.num_finished;
    ++summary.num_finished;
    summary.metric = QStringLiteral("%1 %2").arg(QString::fromStdString(score.split), metricText(score.metric));
    group->metric = score.metric;
    group->scores.push_back(score.value);
    group->seconds.push_back(run.result.seconds);
    group->parameters = run.result.parameters_trainable;
  }
  for (Collected& group : groups) {
    if (!group.scores.empty()) {
      group.row.score = scoreText(group.metric, meanOf(group.scores), group.task);
      if (group.scores.size() > 1) {
        group.row.score += QStringLiteral(" ± ") + scoreText(group.metric, deviationOf(group.scores), group.task);
      }
      group.row.parameters = parametersText(group.parameters);
      group.row.seconds = durationText(meanOf(group.seconds));
    }
    summary.rows.push_back(group.row);
  }
  return summary;
}

}  // namespace lorascope::ui
