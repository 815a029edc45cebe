#include "ui/curves/series_source.h"

#include <algorithm>
#include <cmath>
#include <set>

namespace lorascope::ui {
namespace {

const std::vector<store::MetricPoint>* pointsOf(const SessionModel& session, RunId id, std::string_view name) {
  const RunData* data = session.data(id);
  if (data == nullptr) return nullptr;
  const auto found = data->series.find(std::string(name));
  return found != data->series.end() && !found->second.empty() ? &found->second : nullptr;
}

const std::vector<store::MetricPoint>* axisPoints(const SessionModel& session, figures::XSource source) {
  const std::string_view name = figures::x_series_name(source);
  if (const auto* points = pointsOf(session, session.selectedRun(), name)) return points;
  for (const RunId id : session.shownRuns()) {
    if (const auto* points = pointsOf(session, id, name)) return points;
  }
  return nullptr;
}

}  // namespace

std::vector<figures::RunSeries> shownSeries(const SessionModel& session, const std::string& series,
                                            figures::XSource source) {
  std::vector<figures::RunSeries> result;
  for (const RunId id : session.shownRuns()) {
    const store::RunRecord* record = session.run(id);
    if (record == nullptr) continue;
    figures::RunSeries one;
    one.run = *record;
    one.series = series;
    if (const auto* points = pointsOf(session, id, series)) one.points = *points;
    if (source != figures::XSource::Step) {
      if (const auto* points = pointsOf(session, id, figures::x_series_name(source))) one.x_points = *points;
    }
    result.push_back(std::move(one));
  }
  return result;
}

std::vector<std::string> shownSeriesNames(const SessionModel& session) {
  std::set<std::string> names;
  for (const RunId id : session.shownRuns()) {
    const RunData* data = session.data(id);
    if (data == nullptr) continue;
    for (const std::string& name : data->series_names) {
      if (!name.starts_with("time/")) names.insert(name);
    }
  }
  return {names.begin(), names.end()};
}

std::optional<double> xOfStep(const SessionModel& session, figures::XSource source, std::int64_t step) {
  if (source == figures::XSource::Step) return static_cast<double>(step);
  const auto* points = axisPoints(session, source);
  if (points == nullptr) return std::nullopt;
  const auto after = std::upper_bound(points->begin(), points->end(), step,
                                      [](std::int64_t wanted, const store::MetricPoint& point) { return wanted < point.step; });
  return after == points->begin() ? 0.0 : std::prev(after)->value;
}

std::optional<std::int64_t> stepOfX(const SessionModel& session, figures::XSource source, double x) {
  if (source == figures::XSource::Step) return std::llround(x);
  const auto* points = axisPoints(session, source);
  if (points == nullptr) return std::nullopt;
  const auto at = std::lower_bound(points->begin(), points->end(), x,
                                   [](const store::MetricPoint& point, double wanted) { return point.value < wanted; });
  return at == points->end() ? points->back().step : at->step;
}

}  // namespace lorascope::ui
