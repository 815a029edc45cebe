#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/figures/plot_style.h"
#include "core/store/rows.h"
#include "core/store/run_record.h"

namespace lorascope::store {
class RunStore;
}

namespace lorascope::figures {

/// What a curve is drawn against.
enum class XSource { Step, Epoch, Examples, Seconds };

/// One series of one run as it is stored, with the series that gives its x values.
struct RunSeries {
  store::RunRecord run;
  std::string series;                        ///< "train/loss", "eval/f1", "test/f1"
  std::vector<store::MetricPoint> points;    ///< by step
  std::vector<store::MetricPoint> x_points;  ///< by step, of the x source; empty for XSource::Step
  std::optional<LineStyle> style;            ///< the caller's colour and variation; nothing: by method
};

/// Name of the series behind an x source: "time/epoch", …; empty for Step.
std::string_view x_series_name(XSource source);

/// Names that load_series() knows for this run: the stored series, and SPLIT/METRIC of its evaluations. Sorted.
std::vector<std::string> series_of(const store::RunStore& store, store::RunId run);

/// Reads a series whole. Unknown names give no points.
RunSeries load_series(const store::RunStore& store, const store::RunRecord& run, const std::string& series,
                      XSource source = XSource::Step);

/// Appends the points that were written since; the run's record stays as it is. Returns whether there were any.
bool extend_series(const store::RunStore& store, RunSeries& series, XSource source = XSource::Step);

}  // namespace lorascope::figures
