#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "core/figures/curve_figure.h"
#include "ui/main_window/session_model.h"

namespace lorascope::ui {

/// The series of all shown runs with their x values, copied from what the session has read so far.
std::vector<figures::RunSeries> shownSeries(const SessionModel& session, const std::string& series,
                                            figures::XSource source);

/// All series that any shown run has and that can be drawn as a curve, sorted; the x sources themselves are left out.
std::vector<std::string> shownSeriesNames(const SessionModel& session);

/// curve_figure(), except that a run which has not come as far as the others of its group stays out of their mean, or
/// the mean would end where it stands: a living one is drawn as a curve of its own, an ended one thinly.
figures::FigureData liveFigure(const std::vector<figures::RunSeries>& runs, const figures::CurveOptions& options);

/// Where a step lies on an x axis, by the selected run or, if it does not have that axis, by the first shown one that
/// has; and the step at an x. Nothing when no run has the axis.
std::optional<double> xOfStep(const SessionModel& session, figures::XSource source, std::int64_t step);
std::optional<std::int64_t> stepOfX(const SessionModel& session, figures::XSource source, double x);

/// Settings in which the shown runs differ, for grouping by one of them.
std::vector<std::string> settingsThatDiffer(const SessionModel& session);

}  // namespace lorascope::ui
