#include <clocale>
#include <cmath>
#include <random>

#include "core/figures/axis_range.h"
#include "core/figures/number_text.h"
#include "core/figures/ticks.h"
#include "tests/support/catch.h"

using namespace lorascope::figures;

namespace {

FigureData figure_of(std::vector<double> x, std::vector<double> y) {
  FigureData figure;
  figure.lines.push_back({"line", std::move(x), std::move(y), {}, Shape::Line, 1});
  return figure;
}

std::vector<std::string> texts(Range range, const Axis& axis, int max_ticks) {
  std::vector<std::string> result;
  for (const Tick& tick : axis_ticks(range, axis, max_ticks)) result.push_back(tick.text);
  return result;
}

using Texts = std::vector<std::string>;

}  // namespace

TEST_CASE("Ranges show all of the data", "[figures]") {
  const FigureData figure = figure_of({0, 10, 20}, {5, 9, 7});
  CHECK(x_range(figure) == Range{0, 20});
  CHECK(y_range(figure).low < 5);
  CHECK(y_range(figure).high > 9);
  CHECK(y_range(figure).low > 4);
}

TEST_CASE("Ranges start at zero where the data come near it", "[figures]") {
  CHECK(y_range(figure_of({0, 1}, {0.1, 0.9})).low == 0);
  CHECK(x_range(figure_of({213, 2130}, {1, 2})).low == 0);
  CHECK(x_range(figure_of({1800, 2130}, {1, 2})).low == 1800);
  CHECK(y_range(figure_of({0, 1}, {-0.1, 0.9})).low < -0.1);
}

TEST_CASE("Ranges of odd data can be divided", "[figures]") {
  for (const std::vector<double>& values : {std::vector<double>{},
                                            {3},
                                            {3, 3},
                                            {0, 0},
                                            {NAN, NAN},
                                            {INFINITY, 1},
                                            {1e308, -1e308},
                                            {1e-320, 0},
                                            {-5, -5},
                                            {1, 1 + 1e-15}}) {
    for (const bool log : {false, true}) {
      std::vector<double> x(values.size());
      for (std::size_t i = 0; i < x.size(); ++i) x[i] = static_cast<double>(i);
      FigureData figure = figure_of(x, values);
      figure.y.log = log;
      const Range range = y_range(figure);
      INFO("values " << Catch::Detail::stringify(values) << ", log " << log);
      CHECK(std::isfinite(range.low));
      CHECK(std::isfinite(range.high - range.low));
      CHECK(range.low < range.high);
      if (log) CHECK(range.low > 0);
      const std::vector<Tick> ticks = axis_ticks(range, figure.y, 6);
      CHECK(ticks.size() <= 6);
      for (const Tick& tick : ticks) CHECK(std::isfinite(AxisMap(range, log).position(tick.value)));
    }
  }
}

TEST_CASE("Fixed ends of an axis win, and hide what lies beyond them", "[figures]") {
  FigureData figure = figure_of({1, 2, 50}, {10, 20, 3000});
  figure.x.maximum = 4;
  CHECK(x_range(figure).high == 4);
  CHECK(y_range(figure).high < 30);
  figure.x.maximum = -4;  // would turn the axis round
  CHECK(x_range(figure).low < x_range(figure).high);
}

TEST_CASE("Bars start at zero", "[figures]") {
  FigureData figure = figure_of({0, 1}, {90, 95});
  figure.lines.front().shape = Shape::Bars;
  CHECK(y_range(figure).low == 0);
  figure.lines.front().y = {-90, -95};
  CHECK(y_range(figure).high == 0);
}

TEST_CASE("Outliers are left out of a range", "[figures]") {
  std::vector<double> values(1000, 1.0);
  for (std::size_t i = 0; i < values.size(); ++i) values[i] += 0.001 * static_cast<double>(i % 100);
  values[500] = 1e6;
  values[501] = NAN;
  const Range range = range_without_outliers(values, 0.02, 0.98);
  CHECK(range.high < 1.2);
  CHECK(range.low > 0.9);
}

TEST_CASE("An axis map and its inverse agree", "[figures]") {
  for (const bool log : {false, true}) {
    const AxisMap map({0.5, 2000}, log);
    CHECK(map.position(0.5) == Approx(0).margin(1e-12));
    CHECK(map.position(2000) == Approx(1));
    CHECK(map.value(map.position(37)) == Approx(37));
  }
}

TEST_CASE("Ticks are plain numbers", "[figures]") {
  Axis axis;
  CHECK(texts({0, 1.04}, axis, 6) == Texts{"0", "0.2", "0.4", "0.6", "0.8", "1.0"});
  CHECK(texts({0, 2000}, axis, 6) == Texts{"0", "500", "1,000", "1,500", "2,000"});
  CHECK(texts({0, 50000}, axis, 6) == Texts{"0", "10k", "20k", "30k", "40k", "50k"});
  CHECK(texts({0, 4e6}, axis, 5) == Texts{"0", "1M", "2M", "3M", "4M"});
  CHECK(texts({-2, 2}, axis, 5) == Texts{"−2", "−1", "0", "1", "2"});
  CHECK(texts({0, 4e-5}, axis, 5) == Texts{"0", "10⁻⁵", "2×10⁻⁵", "3×10⁻⁵", "4×10⁻⁵"});
  axis.whole_numbers = true;
  CHECK(texts({0, 3}, axis, 10) == Texts{"0", "1", "2", "3"});
}

TEST_CASE("An axis of counts has whole ticks only, and at least one", "[figures]") {
  const std::vector<std::vector<double>> cases = {{0, 0, 0}, {1, 0, 1}, {3, 3}, {2.25, 2.5}, {0.5, 0.75}, {7, 8}, {0, 1, 2, 3}, {1200, 5}};
  for (const bool log : {false, true}) {
    for (const std::vector<double>& counts : cases) {
      FigureData figure;
      figure.y.whole_numbers = true;
      figure.y.log = log;
      figure.lines.push_back({"", std::vector<double>(counts.size(), 1), counts, {}, Shape::Line, 0});
      const Range range = y_range(figure);
      INFO(counts.front() << " of " << counts.size() << ", log " << log << ": " << range.low << " to " << range.high);
      const double least = *std::min_element(counts.begin(), counts.end());
      const double most = *std::max_element(counts.begin(), counts.end());
      if (!log) {
        CHECK(range.low >= 0);
        CHECK(range.low <= least);
        CHECK(range.high >= most);
      }
      for (int max_ticks = 2; max_ticks < 10; ++max_ticks) {
        const std::vector<Tick> ticks = axis_ticks(range, figure.y, max_ticks);
        if (!log) CHECK_FALSE(ticks.empty());
        for (const Tick& tick : ticks) {
          CHECK(tick.value == std::round(tick.value));
          CHECK(tick.text.find('.') == std::string::npos);
        }
      }
    }
  }
}

TEST_CASE("Ticks of log axes are decades, or steps of one", "[figures]") {
  Axis axis;
  axis.log = true;
  CHECK(texts({1e-5, 20}, axis, 8) == Texts{"10⁻⁵", "10⁻⁴", "10⁻³", "10⁻²", "10⁻¹", "1", "10"});
  CHECK(texts({0.03, 1}, axis, 8) == Texts{"0.05", "0.1", "0.2", "0.5", "1"});
  CHECK(texts({1e-12, 1}, axis, 5) == Texts{"10⁻¹²", "10⁻⁹", "10⁻⁶", "10⁻³", "1"});
  CHECK(texts({1, 100000}, axis, 8) == Texts{"1", "10", "10²", "10³", "10⁴", "10⁵"});
  CHECK(texts({41, 44}, axis, 4) == Texts{"41", "42", "43", "44"});
}

TEST_CASE("Ticks lie inside any range, in order, and never too many", "[figures]") {
  std::mt19937 random(11);
  std::uniform_real_distribution<double> exponent(-200, 200), share(0, 1);
  for (int trial = 0; trial < 3000; ++trial) {
    const bool log = trial % 2 == 0;
    const double size = std::pow(10, exponent(random));
    const Range range = log ? Range{size, size * std::pow(10, 1 + 80 * share(random))}
                            : Range{size * (share(random) - 0.5), size * (1 + share(random))};
    Axis axis;
    axis.log = log;
    const std::vector<Tick> ticks = axis_ticks(range, axis, 2 + trial % 9);
    INFO("range " << range.low << " to " << range.high << ", log " << log);
    CHECK(ticks.size() <= static_cast<std::size_t>(2 + trial % 9));
    const double slack = (range.high - range.low) * 1e-6;
    for (std::size_t i = 0; i < ticks.size(); ++i) {
      CHECK(ticks[i].value >= range.low * (log ? 1 - 1e-6 : 1) - (log ? 0 : slack));
      CHECK(ticks[i].value <= range.high + slack);
      CHECK_FALSE(ticks[i].text.empty());
      if (i > 0) CHECK(ticks[i].value > ticks[i - 1].value);
      if (i > 0) CHECK(ticks[i].text != ticks[i - 1].text);
    }
  }
}

TEST_CASE("Numbers are written with a point in every locale", "[figures]") {
  const std::string before = std::setlocale(LC_ALL, nullptr);
  for (const char* name : {"de_DE.UTF-8", "fr_FR.UTF-8", "C.UTF-8"}) std::setlocale(LC_ALL, name);
  CHECK(exact_number(0.1) == "0.1");
  CHECK(exact_number(1e-300) == "1e-300");
  CHECK(exact_number(NAN).empty());
  CHECK(fixed_number(22600000.25, 1) == "22,600,000.2");
  CHECK(fixed_number(-0.001, 2) == "0.00");
  CHECK(fixed_number(NAN, 1) == "—");
  CHECK(short_number(0.0412345) == "0.04123");
  CHECK(short_number(2310) == "2,310");
  CHECK(short_number(1.2e-7) == "1.2e-7");
  CHECK(short_number(5e-5) == "5e-5");
  CHECK(short_number(-INFINITY) == "−∞");
  std::setlocale(LC_ALL, before.c_str());
}
