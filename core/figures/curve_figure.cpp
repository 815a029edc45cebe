#include "core/figures/curve_figure.h"

#include <algorithm>
#include <cctype>
#include <cmath>
#include <set>

#include "core/base/json.h"
#include "core/figures/axis_range.h"
#include "core/figures/number_text.h"
#include "core/figures/smoothing.h"
#include "core/figures/statistics.h"
#include "core/study/run_settings.h"

namespace lorascope::figures {
namespace {

constexpr std::size_t kFewPoints = 40;  // each gets a dot
constexpr std::size_t kManySeeds = kSeedsForInterval;  // from here on the band stands for them

// One run's series with its x values and factor applied.
struct Trace {
  std::vector<std::int64_t> steps;
  std::vector<double> x, y;
  std::vector<double> smooth;  // y itself without smoothing
};

// The x value of a step: of the newest x point up to it; 0 before the first, where counting starts.
std::vector<double> x_values(const RunSeries& series, XSource source) {
  std::vector<double> x;
  x.reserve(series.points.size());
  std::size_t next = 0;
  for (const store::MetricPoint& point : series.points) {
    if (source == XSource::Step) {
      x.push_back(static_cast<double>(point.step));
      continue;
    }
    while (next < series.x_points.size() && series.x_points[next].step <= point.step) ++next;
    x.push_back(next > 0 ? series.x_points[next - 1].value : 0.0);
  }
  return x;
}

Trace trace_of(const RunSeries& series, const CurveOptions& options, double factor) {
  Trace trace;
  // Without its x series a run has no place on the axis.
  if (options.x != XSource::Step && series.x_points.empty()) return trace;
  trace.x = x_values(series, options.x);
  trace.steps.reserve(series.points.size());
  trace.y.reserve(series.points.size());
  for (const store::MetricPoint& point : series.points) {
    trace.steps.push_back(point.step);
    trace.y.push_back(point.value * factor);
  }
  trace.smooth = options.smoothing > 0 ? smoothed(trace.y, options.smoothing) : trace.y;
  return trace;
}

// The mean over traces at the steps that all have, with the ends of the band; NaN where one of them is not finite.
struct Mean {
  std::vector<double> x, y, low, high;
};

void add_mean_point(Mean& mean, std::span<const Trace* const> traces, const std::vector<std::size_t>& at,
                    BandKind band) {
  double x = 0, sum = 0;
  std::vector<double> values;
  for (std::size_t k = 0; k < traces.size(); ++k) {
    const double y = traces[k]->smooth[at[k]];
    x += traces[k]->x[at[k]];
    sum += std::isfinite(y) ? y : NAN;
    values.push_back(y);
  }
  const auto count = static_cast<double>(traces.size());
  Interval ends{NAN, NAN};
  if (!std::isnan(sum)) {
    const auto [low, high] = std::minmax_element(values.begin(), values.end());
    ends = band == BandKind::Interval ? mean_interval(values).value_or(ends) : Interval{*low, *high};
  }
  mean.x.push_back(x / count);
  mean.y.push_back(sum / count);
  mean.low.push_back(ends.low);
  mean.high.push_back(ends.high);
}

Mean mean_of(std::span<const Trace* const> traces, BandKind band) {
  Mean mean;
  std::vector<std::size_t> at(traces.size(), 0);
  const Trace& first = *traces.front();
  for (at[0] = 0; at[0] < first.steps.size(); ++at[0]) {
    bool all = true;
    for (std::size_t k = 1; k < traces.size(); ++k) {
      const std::vector<std::int64_t>& steps = traces[k]->steps;
      while (at[k] < steps.size() && steps[at[k]] < first.steps[at[0]]) ++at[k];
      all = all && at[k] < steps.size() && steps[at[k]] == first.steps[at[0]];
    }
    if (all) add_mean_point(mean, traces, at, band);
  }
  return mean;
}

void add_alone(FigureData& figure, const RunGroup& group, Trace&& trace, std::int64_t run_id, bool smooth) {
  Line line{group.name, std::move(trace.x), std::move(trace.smooth), group.style, Shape::Line, run_id};
  line.style.markers = line.x.size() <= kFewPoints;
  if (smooth) {
    Line raw{group.name, line.x, std::move(trace.y), group.style, Shape::Line, run_id};
    raw.style.role = Role::Raw;
    figure.lines.push_back(std::move(raw));
  }
  figure.lines.push_back(std::move(line));
}

// Single runs first, the mean on top of them.
void add_group(FigureData& figure, const RunGroup& group, std::span<const RunSeries> runs, std::vector<Trace>& traces,
               const CurveOptions& options) {
  std::vector<const Trace*> present;
  std::vector<std::size_t> members;
  for (const std::size_t member : group.members) {
    if (traces[member].x.empty()) continue;
    present.push_back(&traces[member]);
    members.push_back(member);
  }
  if (present.empty()) return;
  const bool smooth = options.smoothing > 0;
  if (present.size() == 1) {
    add_alone(figure, group, std::move(traces[members.front()]), runs[members.front()].run.id, smooth);
    return;
  }
  const Mean mean = mean_of(present, options.band);
  // Runs without a common step have no mean; then each stands for itself, and the first carries the name.
  const bool no_mean = mean.x.empty();
  if (present.size() < kManySeeds || no_mean) {
    for (std::size_t k = 0; k < members.size(); ++k) {
      Trace& trace = traces[members[k]];
      Line single{group.name + ", " + seed_name(runs[members[k]].run),
                  trace.x,
                  smooth && no_mean ? trace.smooth : trace.y,
                  group.style,
                  Shape::Line,
                  runs[members[k]].run.id};
      single.style.role = no_mean ? Role::Main : smooth ? Role::Raw : Role::Single;
      figure.lines.push_back(std::move(single));
    }
  }
  if (no_mean) return;
  const bool interval = options.band == BandKind::Interval && present.size() >= kManySeeds;
  if (interval || options.band == BandKind::MinMax) {
    const char* what = interval ? ", 95 % interval of " : ", smallest to largest of ";
    figure.bands.push_back(
        {group.name + what + std::to_string(present.size()), mean.x, mean.low, mean.high, group.style});
  }
  Line line{group.name, mean.x, mean.y, group.style, Shape::Line, 0};
  line.style.markers = line.x.size() <= kFewPoints;
  figure.lines.push_back(std::move(line));
}

std::string metric_label(const std::string& metric) {
  static const std::vector<std::pair<std::string, std::string>> kWords = {
      {"f1", "F1"}, {"exact_match", "exact match"}, {"loss", "loss"}};
  const std::size_t dot = metric.rfind('.');
  const std::string last = dot == std::string::npos ? metric : metric.substr(dot + 1);
  std::string text = last;
  for (const auto& [name, words] : kWords) {
    if (name == last) text = words;
  }
  return dot == std::string::npos ? text : metric.substr(0, dot) + " " + text;
}

bool evaluated_on_test(std::span<const RunSeries> runs) {
  return !runs.empty() && std::all_of(runs.begin(), runs.end(), [](const RunSeries& series) {
    const Json settings = Json::parse(series.run.settings, nullptr, false);
    return settings.is_object() && settings.value("/training/evaluate_on"_json_pointer, Json()) == "test";
  });
}

Axis x_axis(const CurveOptions& options) {
  Axis axis;
  axis.log = options.log_x;
  switch (options.x) {
    case XSource::Step:
      axis.label = "step";
      axis.whole_numbers = true;
      break;
    case XSource::Epoch:
      axis.label = "epoch";
      break;
    case XSource::Examples:
      axis.label = "examples";
      axis.whole_numbers = true;
      break;
    case XSource::Seconds:
      axis.label = "time";
      axis.unit = "s";
      break;
  }
  return axis;
}

std::string note_of(const std::vector<RunGroup>& groups, const std::vector<Trace>& traces,
                    const CurveOptions& options) {
  std::set<std::size_t> counts;
  for (const RunGroup& group : groups) {
    const auto count = std::count_if(group.members.begin(), group.members.end(),
                                     [&](std::size_t member) { return !traces[member].steps.empty(); });
    if (count > 1) counts.insert(static_cast<std::size_t>(count));
  }
  std::string note;
  if (!counts.empty()) {
    note = counts.size() == 1 ? "mean of " + std::to_string(*counts.begin()) + " runs" : "means over runs";
    if (options.band == BandKind::MinMax) note += ", smallest to largest";
    if (options.band == BandKind::Interval && *counts.rbegin() >= kManySeeds) note += ", 95 % interval";
  }
  if (options.smoothing > 0) note += (note.empty() ? "" : ", ") + ("smoothed " + short_number(options.smoothing));
  return note;
}

void leave_out_outliers(FigureData& figure) {
  constexpr double kCut = 0.02;
  std::vector<double> values;
  for (const Line& line : figure.lines) {
    for (const double y : line.y) {
      if (is_drawable(y, figure.y.log)) values.push_back(figure.y.log ? std::log10(y) : y);
    }
  }
  if (values.empty()) return;
  const Range all{*std::min_element(values.begin(), values.end()), *std::max_element(values.begin(), values.end())};
  Range range = range_without_outliers(std::move(values), kCut, 1 - kCut);
  if (figure.y.log) range = {std::pow(10, range.low), std::pow(10, range.high)};
  // An end without outliers keeps its own place.
  const Range shown{figure.y.log ? std::pow(10, all.low) : all.low, figure.y.log ? std::pow(10, all.high) : all.high};
  if (range.low > shown.low) figure.y.minimum = range.low;
  if (range.high < shown.high) figure.y.maximum = range.high;
}

bool has_method_without_steps(const store::RunRecord& run) {
  const std::vector<std::string>& names = study::known_methods();
  return std::find(names.begin(), names.end(), run.method) != names.end() &&
         !study::takes_steps(study::method_from(run.method));
}

std::string capitalised(std::string text) {
  // A series without a name of its own keeps the one it is stored under.
  if (!text.empty() && text.find('/') == std::string::npos) text[0] = static_cast<char>(std::toupper(static_cast<unsigned char>(text[0])));
  return text;
}

}  // namespace

std::string untrained_reason(std::span<const store::RunRecord* const> runs) {
  std::set<std::string> kinds;
  for (const store::RunRecord* run : runs) {
    if (!run->parent && !has_method_without_steps(*run)) return {};
    kinds.insert(run->parent ? "derived" : method_name(run->method));
  }
  std::string names;
  for (const std::string& kind : kinds) names += (names.empty() ? "" : ", ") + kind;
  return runs.empty() ? "" : "nothing was trained here (" + names + "): scores are under Compare and in the score table";
}

std::string series_label(const std::string& series) {
  static const std::vector<std::pair<std::string, std::string>> kNames = {
      {"train/loss", "training loss"},
      {"train/grad_norm", "gradient norm"},
      {"train/lr", "learning rate"},
      {"train/tokens_per_second", "training speed"},
      {"system/rss_mib", "resident memory"}};
  for (const auto& [name, label] : kNames) {
    if (name == series) return label;
  }
  if (series.starts_with("eval/")) return "validation " + metric_label(series.substr(5));
  if (series.starts_with("test/")) return "test " + metric_label(series.substr(5));
  return series;
}

bool is_share(std::string_view metric, std::string_view task) {
  if (task == "squad") return false;
  const std::string_view last = metric.substr(metric.rfind('.') + 1);
  return last == "f1" || last == "precision" || last == "recall" || last == "accuracy";
}

FigureData curve_figure(std::span<const RunSeries> runs, const CurveOptions& options) {
  FigureData figure;
  figure.x = x_axis(options);
  figure.y.log = options.log_y;
  if (runs.empty()) {
    figure.empty_reason = "no runs are chosen";
    return figure;
  }
  const std::string& series = runs.front().series;
  const bool on_test = series.starts_with("eval/") && evaluated_on_test(runs);
  figure.y.label = series_label(on_test ? "test/" + series.substr(5) : series);
  figure.title = capitalised(figure.y.label);
  const bool score = series.starts_with("eval/") || series.starts_with("test/");
  // One metric may be a share in one task and be stored in per cent in another.
  const auto factor = [&](const RunSeries& run) { return score && is_share(series.substr(5), run.run.task) ? 100.0 : 1.0; };
  if (std::any_of(runs.begin(), runs.end(), [&](const RunSeries& run) { return factor(run) > 1; })) figure.y.unit = "%";
  if (series == "train/tokens_per_second") figure.y.unit = "tokens/s";
  if (series == "system/rss_mib") figure.y.unit = "MiB";

  std::vector<const store::RunRecord*> records;
  std::vector<Trace> traces;
  for (const RunSeries& run : runs) {
    records.push_back(&run.run);
    traces.push_back(trace_of(run, options, factor(run)));
  }
  std::vector<RunGroup> groups = group_runs(records, options.grouping);
  figure.note = note_of(groups, traces, options);
  for (RunGroup& group : groups) {
    if (const std::optional<LineStyle>& style = runs[group.members.front()].style) group.style = *style;
    group.style.role = Role::Main;
    add_group(figure, group, runs, traces, options);
  }
  if (!options.outliers) leave_out_outliers(figure);
  if (figure.empty()) {
    figure.empty_reason = untrained_reason(records);
    if (figure.empty_reason.empty())
      figure.empty_reason = "no run has " + series +
                            (options.x == XSource::Step ? "" : " and its " + figure.x.label) + " yet";
  }
  return figure;
}

}  // namespace lorascope::figures
