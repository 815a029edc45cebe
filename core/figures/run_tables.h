#pragma once

#include <span>
#include <string>
#include <vector>

#include "core/figures/run_groups.h"
#include "core/figures/table_data.h"
#include "core/store/run_record.h"

namespace lorascope::figures {

struct ScoreTableOptions {
  Grouping grouping = Grouping::Setting;
  bool single_runs = true;               ///< the runs of each group of two or more under it
  std::vector<std::string> scores = {};  ///< "test/f1", …; empty: the main scores that the runs have
  bool all_scores = false;               ///< every score that any run has, per type and strict ones too
};

/// One row a group: scores (per cent, mean ± standard deviation over its runs), best epoch (or step), parameters
/// trained, seconds, tokens/s, peak memory (means). Runs without a result count only in their own row.
TableData score_table(std::span<const store::RunRecord> runs, const ScoreTableOptions& options = {});

/// One row a run: id, name, group, method, state, task, progress, best score, times.
TableData run_table(std::span<const store::RunRecord> runs);

}  // namespace lorascope::figures
