// Long lines are sampled by column: compared with a naive look at every point of every column.

#include <algorithm>
#include <cmath>
#include <limits>
#include <random>

#include "tests/support/catch.h"
#include "tests/support/qt_application.h"
#include "tests/ui/plots/figures.h"
#include "ui/plots/line_sample.h"
#include "ui/plots/plot_canvas.h"
#include "ui/plots/plot_view.h"

namespace lorascope::ui {
namespace {

constexpr double kNaN = std::numeric_limits<double>::quiet_NaN();

struct Values {
  std::vector<double> x, y;
};

Values random_line(std::size_t size, std::mt19937& random) {
  std::uniform_real_distribution<double> uniform(-1, 1);
  Values line;
  double x = 0;
  for (std::size_t i = 0; i < size; ++i) {
    line.x.push_back(x += std::max(0.0, uniform(random)));
    line.y.push_back(uniform(random) > 0.9 ? kNaN : uniform(random));
  }
  return line;
}

/// Lowest, highest and mean of the points with x in [low, high).
struct Extent {
  double low = std::numeric_limits<double>::infinity(), high = -low, mean = 0;
  int count = 0;
};

template <typename X, typename Y>
Extent extent_of(std::size_t size, X x, Y y, double from, double to) {
  Extent extent;
  for (std::size_t i = 0; i < size; ++i) {
    if (x(i) < from || x(i) >= to || std::isnan(y(i))) continue;
    extent.low = std::min(extent.low, y(i));
    extent.high = std::max(extent.high, y(i));
    extent.mean = (extent.mean * extent.count + y(i)) / (extent.count + 1);
    ++extent.count;
  }
  return extent;
}

TEST_CASE("The sample of a long line has the extremes and means of every column", "[plots]") {
  std::mt19937 random(7);
  for (int round = 0; round < 20; ++round) {
    const Values line = random_line(3000, random);
    std::vector<double> edges;
    for (int i = 0; i <= 60; ++i) edges.push_back(line.x.back() * i / 60);
    const LinePiece piece{line.x.data(), line.y.data(), line.x.size(), false};
    const auto extremes = sampleOf(piece, edges, false);
    const auto means = sampleOf(piece, edges, true);
    CHECK(extremes.size() <= 2 * 61 + 2);
    CHECK(extremes.front().key == line.x.front());
    CHECK(extremes.back().key == line.x.back());
    CHECK(std::is_sorted(extremes.begin(), extremes.end(), [](const auto& a, const auto& b) { return a.key < b.key; }));
    for (std::size_t column = 0; column + 1 < edges.size(); ++column) {
      const auto all = extent_of(
          line.x.size(), [&](std::size_t i) { return line.x[i]; }, [&](std::size_t i) { return line.y[i]; },
          edges[column], edges[column + 1]);
      const auto kept = extent_of(
          static_cast<std::size_t>(extremes.size()), [&](std::size_t i) { return extremes[static_cast<qsizetype>(i)].key; },
          [&](std::size_t i) { return extremes[static_cast<qsizetype>(i)].value; }, edges[column], edges[column + 1]);
      CHECK(kept.low == all.low);
      CHECK(kept.high == all.high);
      if (column == 0 || column + 2 == edges.size() || all.count == 0) continue;  // the ends are exact points beside it
      const double middle = (edges[column] + edges[column + 1]) / 2;
      const auto mean = std::min_element(means.begin(), means.end(), [&](const auto& a, const auto& b) {
        return std::abs(a.key - middle) < std::abs(b.key - middle);
      });
      CHECK(mean->value == Approx(all.mean).margin(1e-12));
    }
  }
}

TEST_CASE("A column without a drawable value is a gap, and an empty line has no sample", "[plots]") {
  const std::vector<double> x = {0, 1, 2, 3, 4, 5};
  const std::vector<double> y = {1, 2, -1, 0, 3, 4};
  const auto points = sampleOf({x.data(), y.data(), x.size(), true}, {0, 2, 4, 6}, false);
  CHECK(std::any_of(points.begin(), points.end(),
                    [](const auto& point) { return point.key == 2 && std::isnan(point.value); }));
  CHECK(sampleOf({}, {0, 1}, false).isEmpty());
}

TEST_CASE("A graph never holds more of a long line than its picture needs", "[plots]") {
  test::qt_application();
  PlotView view;
  view.resize(600, 300);
  figures::FigureData figure;
  figure.lines = {test::noisy_line("FT", "ft", 200'000)};
  view.setFigure(figure);
  view.show();
  view.canvas()->replot();
  const auto* graph = view.canvas()->graphOf(0);
  CHECK(graph->dataCount() > 600);
  CHECK(graph->dataCount() < 4 * 600 + 4);
  const auto& line = view.figure().lines[0];
  const double highest = *std::max_element(line.y.begin(), line.y.end());
  const auto& held = *graph->data();
  CHECK(std::any_of(held.constBegin(), held.constEnd(), [&](const auto& point) { return point.value == highest; }));
  // Zoomed in, every point is there; and points that come later are seen.
  view.zoomTo({line.x[1000], line.x[2000]});
  view.canvas()->replot();
  CHECK(graph->dataCount() >= 1001);
  CHECK(graph->dataCount() <= 1010);
  view.showAll();
  const double next = line.x.back() + 1;
  view.appendPoints(0, {next}, {highest + 1});
  view.canvas()->replot();
  CHECK((held.constEnd() - 1)->key == next);
}

}  // namespace
}  // namespace lorascope::ui
