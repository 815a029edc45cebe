#include "ui/train/score_summary.h"

#include <algorithm>
#include <cmath>
#include <map>
#include <numeric>

#include "core/figures/run_groups.h"
#include "ui/widgets/final_score.h"
#include "ui/widgets/number_format.h"

namespace lorascope::ui {
namespace {

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

/// The styles that curves and the run list give to the study's groups.
std::map<std::string, figures::LineStyle> stylesOf(const std::vector<store::RunRecord>& runs,
                                                   const std::string& study) {
  std::vector<const store::RunRecord*> members;
  for (const store::RunRecord& run : runs) {
    if (run.study == study) {
      members.push_back(&run);
    }
  }
  std::map<std::string, figures::LineStyle> styles;
  for (const figures::RunGroup& group : figures::group_runs(members, figures::Grouping::Setting)) {
    styles.emplace(members[group.members.front()]->group, group.style);
  }
  return styles;
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
  const std::map<std::string, figures::LineStyle> styles = stylesOf(runs, study);
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
      groups.push_back(std::move(fresh));
      group = groups.end() - 1;
    }
    ++group->row.num_runs;
    ++summary.num_runs;
    const FinalScore score = finalScore(run);
    if (run.state != store::RunState::Finished || !score.isKnown()) {
      continue;
    }
    ++group->row.num_finished;
    ++summary.num_finished;
    summary.metric = score.name();
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
    const auto style = styles.find(group.name);
    if (style != styles.end()) {
      group.row.style = style->second;
    }
    summary.rows.push_back(group.row);
  }
  return summary;
}

}  // namespace lorascope::ui
