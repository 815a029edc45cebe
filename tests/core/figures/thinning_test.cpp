#include "core/figures/thinning.h"

#include <algorithm>
#include <cmath>
#include <map>
#include <random>

#include "core/figures/label_layout.h"
#include "tests/support/catch.h"

using namespace lorascope::figures;

namespace {

PlotArea area_of(Range x, Range y) {
  return {AxisMap(x, false), AxisMap(y, false), 0, 100, 50, 0, false, false};
}

std::vector<double> counted(std::size_t count) {
  std::vector<double> x(count);
  for (std::size_t i = 0; i < count; ++i) x[i] = static_cast<double>(i);
  return x;
}

struct Extremes {
  double low = INFINITY, high = -INFINITY;

  void add(double y) {
    low = std::min(low, y);
    high = std::max(high, y);
  }
};

}  // namespace

TEST_CASE("Few points are all drawn, in their order", "[figures]") {
  const std::vector<double> x = {0, 10, 20, 30}, y = {1, 5, 2, 9};
  const PlotArea area = area_of({0, 100}, {0, 10});
  const auto lines = thin_for_drawing(x, y, area, 100);
  REQUIRE(lines.size() == 1);
  REQUIRE(lines[0].size() == 4);
  for (std::size_t i = 0; i < 4; ++i) CHECK(lines[0][i] == area.place(x[i], y[i]));
}

TEST_CASE("Thinning keeps the extremes of every column", "[figures]") {
  std::mt19937 random(5);
  std::normal_distribution<double> noise;
  const std::size_t count = 100000, num_columns = 200;
  const std::vector<double> x = counted(count);
  std::vector<double> y;
  for (std::size_t i = 0; i < count; ++i) y.push_back(noise(random));
  const PlotArea area = area_of({0, static_cast<double>(count - 1)}, {-6, 6});
  const auto lines = thin_for_drawing(x, y, area, num_columns);
  REQUIRE(lines.size() == 1);
  CHECK(lines[0].size() <= 4 * (num_columns + 1));
  const auto column_of = [](const Point& point) { return static_cast<long>(std::floor(point.x * num_columns / 100)); };
  std::map<long, Extremes> expected, found;
  for (std::size_t i = 0; i < count; ++i) {
    const Point point = area.place(x[i], y[i]);
    expected[column_of(point)].add(point.y);
  }
  for (const Point& point : lines[0]) found[column_of(point)].add(point.y);
  REQUIRE(expected.size() == found.size());
  for (const auto& [column, extremes] : expected) {
    CHECK(found[column].low == extremes.low);
    CHECK(found[column].high == extremes.high);
  }
}

TEST_CASE("A single spike in a million points is drawn", "[figures]") {
  std::vector<double> y(1000000, 1.0);
  y[612345] = 9.0;
  const std::vector<double> x = counted(y.size());
  const PlotArea area = area_of({0, 999999}, {0, 10});
  const auto lines = thin_for_drawing(x, y, area, 400);
  REQUIRE(lines.size() == 1);
  CHECK(std::count(lines[0].begin(), lines[0].end(), area.place(612345, 9.0)) == 1);
}

TEST_CASE("Gaps break the line and infinite values are gaps", "[figures]") {
  const std::vector<double> x = counted(7);
  const std::vector<double> y = {1, 2, NAN, 3, INFINITY, NAN, 4};
  const auto lines = thin_for_drawing(x, y, area_of({0, 6}, {0, 5}), 100);
  REQUIRE(lines.size() == 3);
  CHECK(lines[0].size() == 2);
  CHECK(lines[1].size() == 1);
  CHECK(lines[2].size() == 1);
  PlotArea log_area{AxisMap({1, 10}, true), AxisMap({1, 10}, true), 0, 100, 50, 0, true, true};
  CHECK(thin_for_drawing(std::vector<double>{0, 1, 2}, std::vector<double>{1, -1, 2}, log_area, 10).size() == 1);
}

TEST_CASE("Labels that do not overlap stay where they are", "[figures]") {
  CHECK(spread_labels(std::vector<double>{50, 10, 30}, 10, 0, 100) == std::vector<double>{50, 10, 30});
  CHECK(spread_labels(std::vector<double>{}, 10, 0, 100).empty());
}

TEST_CASE("Two labels at one place move apart evenly", "[figures]") {
  const std::vector<double> places = spread_labels(std::vector<double>{40, 40}, 10, 0, 100);
  CHECK(places[0] == Approx(35));
  CHECK(places[1] == Approx(45));
}

TEST_CASE("Labels never overlap nor leave their room", "[figures]") {
  std::mt19937 random(7);
  std::uniform_real_distribution<double> place(-20, 120);
  for (int trial = 0; trial < 500; ++trial) {
    const std::size_t count = 1 + static_cast<std::size_t>(trial) % 10;
    std::vector<double> wished;
    for (std::size_t i = 0; i < count; ++i) wished.push_back(place(random));
    std::vector<double> places = spread_labels(wished, 10, 0, 100);
    REQUIRE(places.size() == count);
    // The order of the wishes is the order of the places.
    for (std::size_t i = 0; i < count; ++i) {
      for (std::size_t j = 0; j < count; ++j) {
        if (wished[i] < wished[j]) CHECK(places[i] < places[j]);
      }
    }
    std::sort(places.begin(), places.end());
    CHECK(places.front() >= 5 - 1e-9);
    CHECK(places.back() <= 95 + 1e-9);
    for (std::size_t i = 1; i < count; ++i) CHECK(places[i] - places[i - 1] >= 10 - 1e-9);
  }
}
