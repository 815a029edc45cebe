#pragma once

#include <QString>
#include <vector>

#include "core/figures/plot_style.h"
#include "core/store/run_record.h"

namespace lorascope::ui {

/// One line of the result card: a group of runs that differ in the seed only.
struct ScoreRow {
  QString group;
  figures::LineStyle style;  ///< as in curves and run list
  int num_finished = 0;
  int num_runs = 0;
  QString score;       ///< "43.2 ± 0.5": mean and sample deviation of the test (else eval) score over finished seeds
  QString parameters;  ///< trained ones
  QString seconds;     ///< mean training time

  bool operator==(const ScoreRow&) const = default;
};

/// The groups of a study, in order of creation; empty while none of its runs has finished.
struct ScoreSummary {
  QString metric;  ///< "test F1"
  std::vector<ScoreRow> rows;
  int num_finished = 0;
  int num_runs = 0;

  bool operator==(const ScoreSummary&) const = default;
};
ScoreSummary summarise(const std::vector<store::RunRecord>& runs, const std::string& study);

}  // namespace lorascope::ui
