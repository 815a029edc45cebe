#include <chrono>
#include <cmath>

#include "core/figures/curve_figure.h"
#include "core/figures/smoothing.h"
#include "tests/core/figures/records.h"
#include "tests/support/catch.h"

using namespace lorascope::figures;
using lorascope::test::make_run;
using lorascope::test::make_series;

namespace {

std::vector<const Line*> lines_of(const FigureData& figure, Role role) {
  std::vector<const Line*> lines;
  for (const Line& line : figure.lines) {
    if (line.style.role == role) lines.push_back(&line);
  }
  return lines;
}

std::vector<RunSeries> three_seeds(const std::string& name = "train/loss") {
  return {make_series(make_run(1, "lora", 42), name, {1, 2, 3}), make_series(make_run(2, "lora", 43), name, {3, 4, 5}),
          make_series(make_run(3, "lora", 44), name, {5, 9, 1})};
}

}  // namespace

TEST_CASE("A raw curve holds every point and its gaps", "[figures]") {
  const FigureData figure = curve_figure(std::vector{make_series(make_run(7, "ft", 1), "train/loss", {3, NAN, 1})});
  REQUIRE(figure.lines.size() == 1);
  CHECK(figure.lines[0].x == std::vector<double>{1, 2, 3});
  CHECK(figure.lines[0].y[0] == 3);
  CHECK(std::isnan(figure.lines[0].y[1]));
  CHECK(figure.lines[0].run_id == 7);
  CHECK(figure.lines[0].style.method == "ft");
  CHECK(figure.title == "Training loss");
}

TEST_CASE("A smoothed curve lies over its raw one", "[figures]") {
  const std::vector<double> values = {3, 1, 4, 1, 5};
  const FigureData figure =
      curve_figure(std::vector{make_series(make_run(1, "lora", 1), "train/loss", values)}, {.smoothing = 0.6});
  REQUIRE(figure.lines.size() == 2);
  CHECK(figure.lines[0].style.role == Role::Raw);
  CHECK(figure.lines[0].y == values);
  CHECK(figure.lines[1].style.role == Role::Main);
  CHECK(figure.lines[1].y == smoothed(values, 0.6));
}

TEST_CASE("Seeds of one setting have a mean, single lines and a band", "[figures]") {
  const FigureData figure = curve_figure(three_seeds(), {.grouping = Grouping::Setting});
  REQUIRE(lines_of(figure, Role::Main).size() == 1);
  CHECK(lines_of(figure, Role::Main)[0]->y == std::vector<double>{3, 5, 3});
  CHECK(lines_of(figure, Role::Main)[0]->run_id == 0);
  CHECK(lines_of(figure, Role::Single).size() == 3);
  CHECK(figure.lines.back().style.role == Role::Main);
  REQUIRE(figure.bands.size() == 1);
  CHECK(figure.bands[0].low == std::vector<double>{1, 2, 1});
  CHECK(figure.bands[0].high == std::vector<double>{5, 9, 5});
  CHECK(figure.note == "mean of 3 runs, smallest to largest");
}

TEST_CASE("From five seeds on the band stands for the single lines", "[figures]") {
  std::vector<RunSeries> runs;
  for (std::int64_t seed = 1; seed <= 5; ++seed) {
    runs.push_back(make_series(make_run(seed, "ft", static_cast<std::uint64_t>(seed)), "train/loss",
                               {1.0 * static_cast<double>(seed), 2}));
  }
  const FigureData figure = curve_figure(runs, {.grouping = Grouping::Setting});
  CHECK(figure.lines.size() == 1);
  CHECK(figure.bands.size() == 1);
  CHECK(curve_figure(runs, {.grouping = Grouping::Setting, .band = BandKind::None}).bands.empty());
}

TEST_CASE("A mean exists where all runs that have started have a value", "[figures]") {
  std::vector<RunSeries> runs = three_seeds();
  runs[1].points.erase(runs[1].points.begin() + 1);
  runs[2].points.clear();  // still waiting
  const FigureData figure = curve_figure(runs, {.grouping = Grouping::Setting});
  REQUIRE(lines_of(figure, Role::Main).size() == 1);
  CHECK(lines_of(figure, Role::Main)[0]->x == std::vector<double>{1, 3});
  CHECK(lines_of(figure, Role::Main)[0]->y == std::vector<double>{2, 4});
}

TEST_CASE("A gap of one seed is a gap of the mean and of the band", "[figures]") {
  std::vector<RunSeries> runs = three_seeds();
  runs[0].points[1].value = NAN;
  const FigureData figure = curve_figure(runs, {.grouping = Grouping::Setting});
  CHECK(std::isnan(lines_of(figure, Role::Main)[0]->y[1]));
  CHECK(std::isnan(figure.bands[0].low[1]));
  CHECK(std::isnan(figure.bands[0].high[1]));
  CHECK(lines_of(figure, Role::Main)[0]->y[0] == 3);
}

TEST_CASE("Runs that share no step are drawn each for itself", "[figures]") {
  std::vector<RunSeries> runs = three_seeds();
  runs.resize(2);
  for (auto& point : runs[1].points) point.step += 100;
  const FigureData figure = curve_figure(runs, {.grouping = Grouping::Setting});
  CHECK(lines_of(figure, Role::Main).size() == 2);
}

TEST_CASE("Groups follow method or setting", "[figures]") {
  std::vector<RunSeries> runs = three_seeds();
  runs.push_back(make_series(make_run(4, "lora", 42, 5e-5), "train/loss", {1, 1, 1}));
  runs.push_back(make_series(make_run(5, "ft", 42), "train/loss", {2, 2, 2}));
  CHECK(lines_of(curve_figure(runs, {.grouping = Grouping::None}), Role::Main).size() == 5);
  const FigureData by_setting = curve_figure(runs, {.grouping = Grouping::Setting});
  const auto mains = lines_of(by_setting, Role::Main);
  REQUIRE(mains.size() == 3);
  CHECK(mains[0]->name == "LoRA r 8, lr 1e-3");
  CHECK(mains[1]->name == "LoRA r 8, lr 5e-5");
  CHECK(mains[2]->name == "FT, lr 1e-3");
  CHECK(mains[0]->style.variation == 0);
  CHECK(mains[1]->style.variation == 1);
  CHECK(mains[1]->style.num_variations == 2);
  CHECK_FALSE(line_colour(mains[0]->style, Theme::Light) == line_colour(mains[1]->style, Theme::Light));
  CHECK(lines_of(curve_figure(runs, {.grouping = Grouping::Method}), Role::Main).size() == 2);
}

TEST_CASE("Names of curves are unique", "[figures]") {
  std::vector<RunSeries> runs;
  for (std::int64_t id = 1; id <= 3; ++id) {
    // The same group name for three different rates, as a careless user would give it.
    runs.push_back(make_series(make_run(id, "lora", 42, 1e-3 * static_cast<double>(id), "mine"), "train/loss", {1, 2}));
  }
  for (const Grouping grouping : {Grouping::None, Grouping::Setting}) {
    const FigureData figure = curve_figure(runs, {.grouping = grouping});
    const auto mains = lines_of(figure, Role::Main);
    REQUIRE(mains.size() == 3);
    CHECK(mains[0]->name != mains[1]->name);
    CHECK(mains[1]->name != mains[2]->name);
    CHECK(mains[0]->name.find("learning rate 0.001") != std::string::npos);
  }
}

TEST_CASE("Curves can run over epochs, examples and seconds", "[figures]") {
  RunSeries series = make_series(make_run(1, "ft", 1), "eval/loss", {0.5, 0.4});
  series.points[0].step = 10;
  series.points[1].step = 25;
  series.x_points = {{5, 0.5}, {10, 1.0}, {20, 2.0}, {30, 3.0}};
  const FigureData figure = curve_figure(std::vector{series}, {.x = XSource::Epoch});
  CHECK(figure.lines[0].x == std::vector<double>{1.0, 2.0});
  series.x_points.clear();
  const FigureData without = curve_figure(std::vector{series}, {.x = XSource::Seconds});
  CHECK(without.empty());
  CHECK(without.empty_reason == "no run has eval/loss and its time yet");
}

TEST_CASE("Shares are shown in per cent, those of squad as they are", "[figures]") {
  RunSeries series = make_series(make_run(1, "ft", 1), "eval/f1", {0.5});
  CHECK(curve_figure(std::vector{series}).lines[0].y[0] == 50);
  CHECK(curve_figure(std::vector{series}).y.unit == "%");
  series.run.task = "squad";
  CHECK(curve_figure(std::vector{series}).lines[0].y[0] == 0.5);
  CHECK(curve_figure(std::vector{make_series(make_run(1, "ft", 1), "eval/loss", {0.5})}).lines[0].y[0] == 0.5);
}

TEST_CASE("Without outliers the axis ignores a spike that the data keep", "[figures]") {
  std::vector<double> values(1000);
  for (std::size_t i = 0; i < values.size(); ++i) values[i] = 1 + 0.0001 * static_cast<double>(i);
  values[300] = 500;
  const FigureData figure =
      curve_figure(std::vector{make_series(make_run(1, "ft", 1), "train/loss", values)}, {.outliers = false});
  REQUIRE(figure.y.maximum);
  CHECK(*figure.y.maximum < 2);
  CHECK(figure.lines[0].y[300] == 500);
}

TEST_CASE("Figures without points say why", "[figures]") {
  CHECK(curve_figure({}).empty_reason == "no runs are chosen");
  const FigureData figure = curve_figure(std::vector{make_series(make_run(1, "ft", 1), "eval/f1", {})});
  CHECK(figure.empty());
  CHECK(figure.empty_reason == "no run has eval/f1 yet");
  CHECK(describe(figure) == "Validation F1: no run has eval/f1 yet.");
}

TEST_CASE("Curves of runs that were not trained say so, and where their scores are", "[figures]") {
  const auto reason = [](std::vector<RunSeries> runs) { return curve_figure(runs).empty_reason; };
  RunSeries derived = make_series(make_run(3, "lora", 1), "train/loss", {});
  CHECK(reason({derived}) == "no run has train/loss yet");
  derived.run.parent = 1;
  for (const char* method : {"merge", "switch", "arrow", "lorahub"}) {
    const std::string text = reason({make_series(make_run(1, method, 1), "train/loss", {}), derived});
    CHECK(text.starts_with("nothing was trained here ("));
    CHECK(text.find("derived") != std::string::npos);
    CHECK(text.find(method) != std::string::npos);
    CHECK(text.find("Compare") != std::string::npos);
    CHECK(text.find("score table") != std::string::npos);
  }
  // One that trains will have a curve.
  const RunSeries merged = make_series(make_run(1, "merge", 1), "train/loss", {});
  for (const char* method : {"ft", "xlora", "meteora"})
    CHECK(reason({merged, make_series(make_run(2, method, 1), "train/loss", {})}) == "no run has train/loss yet");
  CHECK(reason({merged, make_series(make_run(2, "ft", 1), "train/loss", {2, 1})}).empty());
}

TEST_CASE("The user's colour of a run is kept", "[figures]") {
  RunSeries series = make_series(make_run(1, "ft", 1), "train/loss", {1, 2});
  series.run.colour = "#123456";
  const FigureData figure = curve_figure(std::vector{series});
  CHECK(line_colour(figure.lines[0].style, Theme::Light) == Rgb{0x12, 0x34, 0x56});
}

TEST_CASE("A curve of a million points takes less than a tenth of a second", "[figures]") {
  RunSeries series = make_series(make_run(1, "ft", 1), "train/loss", std::vector<double>(1000000, 0.5));
  const std::vector<RunSeries> runs{std::move(series)};
  double fastest = INFINITY;  // of three, since other tests share the machine
  for (int trial = 0; trial < 3; ++trial) {
    const auto start = std::chrono::steady_clock::now();
    CHECK(curve_figure(runs, {.smoothing = 0.9}).lines.size() == 2);
    fastest = std::min(fastest, std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count());
  }
  INFO("curve_figure of 1,000,000 points: " << 1000 * fastest << " ms");
  CHECK(fastest < 0.5);
}
