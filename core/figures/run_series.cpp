#include "core/figures/run_series.h"

#include <algorithm>
#include <set>

#include "core/store/run_store.h"

namespace lorascope::figures {
namespace {

// The scores of a split that has no stored series, such as "test/f1".
std::vector<store::MetricPoint> points_of_evaluations(const store::RunStore& store, store::RunId run,
                                                      const std::string& series, std::int64_t since_step) {
  std::vector<store::MetricPoint> points;
  const std::size_t slash = series.find('/');
  if (slash == std::string::npos) return points;
  const std::string split = series.substr(0, slash), metric = series.substr(slash + 1);
  for (const store::Evaluation& evaluation : store.evaluations(run)) {
    const auto score = evaluation.scores.find(metric);
    if (evaluation.split != split || evaluation.step <= since_step || score == evaluation.scores.end()) continue;
    points.push_back({evaluation.step, score->second});
  }
  std::sort(points.begin(), points.end(), [](const auto& a, const auto& b) { return a.step < b.step; });
  return points;
}

std::vector<store::MetricPoint> points_since(const store::RunStore& store, store::RunId run, const std::string& series,
                                             std::int64_t since_step) {
  std::vector<store::MetricPoint> points = store.points(run, series, since_step);
  if (points.empty()) points = points_of_evaluations(store, run, series, since_step);
  return points;
}

std::int64_t last_step(const std::vector<store::MetricPoint>& points) {
  return points.empty() ? INT64_MIN : points.back().step;
}

}  // namespace

std::string_view x_series_name(XSource source) {
  switch (source) {
    case XSource::Step:
      return "";
    case XSource::Epoch:
      return "time/epoch";
    case XSource::Examples:
      return "time/examples";
    case XSource::Seconds:
      return "time/seconds";
  }
  return "";
}

std::vector<std::string> series_of(const store::RunStore& store, store::RunId run) {
  const std::vector<std::string> stored = store.series_names(run);
  std::set<std::string> names(stored.begin(), stored.end());
  for (const store::Evaluation& evaluation : store.evaluations(run)) {
    for (const auto& [metric, score] : evaluation.scores) names.insert(evaluation.split + "/" + metric);
  }
  return {names.begin(), names.end()};
}

RunSeries load_series(const store::RunStore& store, const store::RunRecord& run, const std::string& series,
                      XSource source) {
  RunSeries loaded{run, series, {}, {}, {}};
  extend_series(store, loaded, source);
  return loaded;
}

bool extend_series(const store::RunStore& store, RunSeries& series, XSource source) {
  const std::vector<store::MetricPoint> points =
      points_since(store, series.run.id, series.series, last_step(series.points));
  series.points.insert(series.points.end(), points.begin(), points.end());
  if (source != XSource::Step) {
    const std::vector<store::MetricPoint> x_points =
        store.points(series.run.id, x_series_name(source), last_step(series.x_points));
    series.x_points.insert(series.x_points.end(), x_points.begin(), x_points.end());
  }
  return !points.empty();
}

}  // namespace lorascope::figures
