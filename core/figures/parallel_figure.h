#pragma once

#include <optional>
#include <span>
#include <string>
#include <vector>

#include "core/figures/drawing.h"
#include "core/figures/render.h"
#include "core/figures/run_groups.h"
#include "core/figures/table_data.h"
#include "core/store/run_record.h"

namespace lorascope::figures {

/// One upright axis of a parallel plot: a setting, or a score.
struct ParallelAxis {
  std::string label;
  std::vector<std::string> categories;  ///< names of positions 0, 1, …; empty: numeric
  double low = 0, high = 1;
  bool log = false;
};

/// One run as a line over all axes; NaN where it has no value.
struct ParallelLine {
  std::string name;
  std::vector<double> values;  ///< one an axis
  LineStyle style;
  std::int64_t run_id = 0;
};

struct ParallelData {
  std::string title, note;
  std::vector<ParallelAxis> axes;
  std::vector<ParallelLine> lines;

  bool empty() const { return axes.size() < 2 || lines.empty(); }
};

/// Settings that differ among the runs, then the given scores ("test/f1") and the costs that are known: constant ones
/// are left out by themselves.
ParallelData parallel_data(std::span<const store::RunRecord> runs, const std::vector<std::string>& scores);

/// Where a value lies on its axis, 0 (bottom) to 1 (top).
double axis_position(const ParallelAxis& axis, double value);

/// On a page; `highlighted` is drawn over all others, which fade.
Drawing layout_parallel(const ParallelData& data, const RenderOptions& options = {}, Theme theme = Theme::Light,
                        std::optional<std::int64_t> highlighted = {});
std::string render(const ParallelData& data, ImageFormat format, const RenderOptions& options = {});

/// One row a run: for the table twin and CSV.
TableData parallel_table(const ParallelData& data);

}  // namespace lorascope::figures
