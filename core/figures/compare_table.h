#pragma once

#include <map>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "core/figures/run_groups.h"
#include "core/figures/statistics.h"
#include "core/figures/table_data.h"
#include "core/store/run_record.h"

namespace lorascope::figures {

/// What was measured over examples of one group against the baseline.
struct GroupEvidence {
  std::optional<Comparison> examples;  ///< paired bootstrap over test examples
  std::optional<Interval> interval;    ///< of the group's own score over examples
  std::size_t num_examples = 0;
};

/// A published number that stands beside a group's own score.
struct Reference {
  std::string group;   ///< name of the group it is about; unknown names get a row of their own
  std::string metric;  ///< "test/f1"
  double value = 0;    ///< in the unit of the table: per cent for shares
  std::string source;  ///< "the paper's Table 5"
};

struct CompareOptions {
  Grouping grouping = Grouping::Setting;
  std::string score;                                   ///< "test/f1"; empty: the main score that the runs have
  std::string baseline;                                ///< name of a group; empty: the first
  std::map<std::string, GroupEvidence> evidence = {};  ///< by group name
  std::map<std::string, std::map<std::string, double>> measures = {};  ///< by group name: "stable rank" …
  std::vector<Reference> references = {};
};

/// The name "SPLIT/METRIC" of the score that runs are compared by: of test where there is one, else of eval; F1, exact
/// match or accuracy, else the loss. Empty where no run has a score.
std::string main_score(std::span<const store::RunRecord> runs);

/// The value of a score of a finished run, in per cent where it is a share. Nothing where it has none.
std::optional<double> score_value(const store::RunRecord& run, const std::string& score);

/// One row a group: score with the standard deviation over seeds, its 95 % interval (over seeds from 5 on, Student's t;
/// below over test examples where these were given), difference to the baseline with the marks of significance
/// (* p < 0.05, ** p < 0.01, over examples; over seeds from 5 on), the published number, best step, parameters trained,
/// peak memory, time, tokens/s and the given measures. Below 5 seeds each seed has a row under its group. The note says
/// what the marks and intervals mean.
TableData compare_table(std::span<const store::RunRecord> runs, const CompareOptions& options = {});

/// Settings in which the groups differ: one row a key, one column a group, the first of them the baseline; cells of
/// other groups that equal the baseline's are empty.
TableData settings_table(std::span<const store::RunRecord> runs, Grouping grouping, const std::string& baseline = {});

}  // namespace lorascope::figures
