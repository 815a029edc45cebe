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
  std::string step;                           ///< the steps' column; empty: "step", "global_step", "iteration", "epoch"
  std::map<std::string, std::string> series;  ///< column → series; empty: every column of numbers, by its own name
};

/// Metrics from a CSV file with a header row (RFC 4180; "," or ";" or TAB, by what the header uses).
struct MetricTable {
  std::map<std::string, std::vector<store::MetricPoint>> series;
  std::int64_t last_step = 0;
};

/// Empty cells give no point. A column that is not mapped goes to "train/loss" and so on by the Trainer's names, or
/// keeps its name where that has a "/"; columns with a cell that is no number are left out unless they are mapped.
/// Throws DataError with every problem at once: no such column, a step that is no whole number, a mapped cell that is
/// no number, rows of another length.
MetricTable read_metric_table(const std::filesystem::path& file, const TableMapping& mapping);

}  // namespace lorascope::app
