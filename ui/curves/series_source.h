#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "core/figures/run_series.h"
#include "ui/main_window/session_model.h"

namespace lorascope::ui {

/// The series of all shown runs with their x values, copied from what the session has read so far.
std::vector<figures::RunSeries> shownSeries(const SessionModel& session, const std::string& series,
                                            figures::XSource source);

/// All series that any shown run has and that can be drawn as a curve, sorted; the x sources themselves are left out.
std::vector<std::string> shownSeriesNames(const SessionModel& session);

/// Where a step lies on an x axis, by the selected run or, if it does not have that axis, by the first shown one that
/// has; and the step at an x. Nothing when no run has the axis.
std::optional<double> xOfStep(const SessionModel& session, figures::XSource source, std::int64_t step);
std::optional<std::int64_t> stepOfX(const SessionModel& session, figures::XSource source, double x);

}  // namespace lorascope::ui
