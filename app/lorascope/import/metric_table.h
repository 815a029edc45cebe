#pragma once

#include <cstdint>
#include <filesystem>
#include <map>
#include <string>
#include <vector>

#include "core/store/rows.h"

namespace lorascope::app {

/// Which columns of a table of metrics mean what.
struct TableMapping {
  std::string step;                           ///< the steps' column; empty: "step", "global_step" or "iteration"
  std::map<std::string, std::string> series;  ///< column → series; empty: every column of numbers
};

/// Metrics by series, steps rising.
struct MetricTable {
  std::map<std::string, std::vector<store::MetricPoint>> series;
  std::int64_t last_step = 0;
  std::vector<std::string> left_out;  ///< columns that hold something else than numbers, and were not asked for
};

/// Reads a CSV file with a header. An empty cell gives no point, "nan" and "inf" give not-a-number. Columns that the
/// mapping does not name go by the Trainer's names ("loss" is "train/loss"); a name with "/" stays. Throws DataError
/// with every problem at once: no such column, a step that is no whole number or is there twice, a mapped cell that is
/// no number.
MetricTable read_metric_table(const std::filesystem::path& file, const TableMapping& mapping);

}  // namespace lorascope::app
