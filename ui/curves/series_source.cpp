#include "ui/curves/series_source.h"

#include <algorithm>
#include <cmath>
#include <set>
#include <utility>

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

std::int64_t lastStep(const figures::RunSeries& run) {
  return run.points.empty() ? -1 : run.points.back().step;
}

struct Laggard {
  std::size_t run;
  figures::LineStyle style;
  std::string name;
};

/// The runs that lag behind the furthest of their group, where that has ended.
std::vector<Laggard> laggards(const std::vector<figures::RunSeries>& runs, figures::Grouping grouping) {
  std::vector<const store::RunRecord*> records;
  for (const auto& run : runs) records.push_back(&run.run);
  std::vector<Laggard> behind;
  for (const auto& group : figures::group_runs(records, grouping)) {
    std::int64_t furthest = -1;
    for (const std::size_t member : group.members) furthest = std::max(furthest, lastStep(runs[member]));
    const bool one_ended = std::any_of(group.members.begin(), group.members.end(), [&](std::size_t member) {
      return lastStep(runs[member]) == furthest && !store::is_alive(runs[member].run.state);
    });
    for (const std::size_t member : group.members) {
      if (!one_ended || lastStep(runs[member]) < 0 || lastStep(runs[member]) == furthest) continue;
      figures::LineStyle style = group.style;
      // Lighter than the mean that it runs beside.
      style.variation = 2 * style.num_variations - 1;
      style.num_variations = 2 * style.num_variations;
      behind.push_back({member, style, group.name + ", " + figures::seed_name(runs[member].run)});
    }
  }
  return behind;
}

}  // namespace

figures::FigureData liveFigure(const std::vector<figures::RunSeries>& runs, const figures::CurveOptions& options) {
  if (options.grouping == figures::Grouping::None) return figures::curve_figure(runs, options);
  const auto behind = laggards(runs, options.grouping);
  if (behind.empty()) return figures::curve_figure(runs, options);
  std::vector<figures::RunSeries> ahead;
  std::vector<figures::RunSeries> alone;
  for (std::size_t i = 0; i < runs.size(); ++i) {
    const auto at = std::find_if(behind.begin(), behind.end(), [i](const auto& entry) { return entry.run == i; });
    if (at == behind.end()) {
      ahead.push_back(runs[i]);
    } else {
      alone.push_back(runs[i]);
      alone.back().style = at->style;
    }
  }
  figures::FigureData figure = figures::curve_figure(ahead, options);
  figures::CurveOptions single = options;
  single.grouping = figures::Grouping::None;
  figures::FigureData rest = figures::curve_figure(alone, single);
  for (figures::Line& line : rest.lines) {
    const auto run =
        std::find_if(alone.begin(), alone.end(), [&](const auto& one) { return one.run.id == line.run_id; });
    const bool alive = run != alone.end() && store::is_alive(run->run.state);
    if (!alive && line.style.role == figures::Role::Main) line.style.role = figures::Role::Single;
    for (const Laggard& entry : behind) {
      if (runs[entry.run].run.id == line.run_id) line.name = entry.name;
    }
    figure.lines.push_back(std::move(line));
  }
  return figure;
}

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
  const auto after =
      std::upper_bound(points->begin(), points->end(), step,
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

std::vector<std::string> settingsThatDiffer(const SessionModel& session) {
  std::vector<const store::RunRecord*> runs;
  for (const RunId id : session.shownRuns()) {
    if (const store::RunRecord* run = session.run(id)) runs.push_back(run);
  }
  return figures::settings_that_differ(runs);
}

}  // namespace lorascope::ui
