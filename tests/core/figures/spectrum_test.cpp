#include <chrono>
#include <cmath>

#include "core/figures/spectrum_figure.h"
#include "tests/core/figures/records.h"
#include "tests/support/catch.h"

using namespace lorascope::figures;
using lorascope::store::Spectrum;
using lorascope::test::make_run;

namespace {

std::string module(int layer, const std::string& kind) {
  return "encoder.layer." + std::to_string(layer) + ".attention.self." + kind;
}

RunSpectra spectra_of(lorascope::store::RunRecord run, double size, std::size_t length) {
  RunSpectra result{std::move(run), {}, {}};
  for (const std::int64_t step : {10, 20}) {
    for (int layer = 0; layer < 3; ++layer) {
      for (const char* kind : {"query", "value"}) {
        Spectrum spectrum{step, module(layer, kind), {}, 2.0};
        for (std::size_t i = 0; i < length; ++i) {
          spectrum.values.push_back(size * static_cast<double>(step) / std::pow(2, static_cast<double>(i)));
        }
        result.spectra.push_back(std::move(spectrum));
      }
    }
  }
  return result;
}

double measure_of(std::vector<double> values, SpectrumMeasure measure, double base_norm = 0) {
  return spectrum_measure({0, "m", std::move(values), base_norm}, measure);
}

}  // namespace

TEST_CASE("Measures of a spectrum by hand", "[figures]") {
  CHECK(measure_of({3, 4}, SpectrumMeasure::Norm) == Approx(5));
  CHECK(measure_of({2, 2, 2, 2}, SpectrumMeasure::StableRank) == Approx(4));
  CHECK(measure_of({2, 1}, SpectrumMeasure::StableRank) == Approx(1.25));
  CHECK(measure_of({1, 1, 1, 1}, SpectrumMeasure::EffectiveRank) == Approx(4));
  CHECK(measure_of({5, 0, 0}, SpectrumMeasure::EffectiveRank) == Approx(1));
  // p = (3/4, 1/4): exp(-(0.75 ln 0.75 + 0.25 ln 0.25)).
  CHECK(measure_of({3, 1}, SpectrumMeasure::EffectiveRank) ==
        Approx(std::exp(-(0.75 * std::log(0.75) + 0.25 * std::log(0.25)))));
  CHECK(measure_of({3, 1}, SpectrumMeasure::EnergyRank) == 1);  // exactly 90 %
  CHECK(measure_of({3, 1.01}, SpectrumMeasure::EnergyRank) == 2);
  CHECK(measure_of(std::vector<double>(10, 1.0), SpectrumMeasure::EnergyRank) == 9);
  CHECK(measure_of({3, 4}, SpectrumMeasure::RelativeNorm, 10) == Approx(0.5));
}

TEST_CASE("Measures of zeros and of nothing are not numbers", "[figures]") {
  for (const auto measure :
       {SpectrumMeasure::StableRank, SpectrumMeasure::EffectiveRank, SpectrumMeasure::EnergyRank}) {
    CHECK(std::isnan(measure_of({0, 0}, measure)));
    CHECK(std::isnan(measure_of({}, measure)));
  }
  CHECK(measure_of({0, 0}, SpectrumMeasure::Norm) == 0);
  CHECK(std::isnan(measure_of({1}, SpectrumMeasure::RelativeNorm)));
}

TEST_CASE("Module names are read", "[figures]") {
  CHECK(module_place("encoder.layer.3.attention.self.query").text() == "layer 3 query");
  CHECK(module_place("bert.encoder.layer.11.output.dense").text() == "layer 11 ffn out");
  CHECK(module_place("encoder.layer.0.attention.output.dense").text() == "layer 0 attention out");
  CHECK(module_place("distilbert.transformer.layer.2.attention.q_lin").text() == "layer 2 query");
  CHECK(module_place("classifier").text() == "classifier");
  for (const char* odd : {"", "layer.", "layer.x.y", "layer.99999999999.query", "encoder.layer.3"}) {
    CHECK(module_place(odd).layer == -1);
  }
}

TEST_CASE("Modules and kinds come in the order of the encoder", "[figures]") {
  RunSpectra run{make_run(1, "lora", 1), {}, {}};
  for (const char* name : {"encoder.layer.10.attention.self.value", "encoder.layer.2.output.dense",
                           "encoder.layer.2.attention.self.value", "encoder.layer.2.attention.self.query"}) {
    run.spectra.push_back({1, name, {1}, 0});
  }
  const std::vector<RunSpectra> runs{run};
  CHECK(kinds_of(runs) == std::vector<std::string>{"query", "value", "ffn out"});
  CHECK(modules_of(runs).front() == "encoder.layer.2.attention.self.query");
  CHECK(modules_of(runs).back() == "encoder.layer.10.attention.self.value");
}

TEST_CASE("Spectra of full fine-tuning and LoRA lie over each other with the rank marked", "[figures]") {
  const std::vector<RunSpectra> runs{spectra_of(make_run(1, "ft", 1), 1, 384),
                                     spectra_of(make_run(2, "lora", 1), 2, 8)};
  const FigureData figure = spectrum_figure(runs, module(2, "value"));
  REQUIRE(figure.lines.size() == 2);
  CHECK(figure.lines[0].y.size() == 384);
  CHECK(figure.lines[1].y == runs[1].spectra.back().values);
  CHECK(figure.lines[1].x == std::vector<double>{1, 2, 3, 4, 5, 6, 7, 8});
  CHECK(figure.y.log);
  CHECK(figure.x.maximum == 32);
  REQUIRE(figure.references.size() == 1);
  CHECK(figure.references[0].value == 8);
  CHECK(figure.note == "step 20");
}

TEST_CASE("A spectrum is the newest up to the chosen step", "[figures]") {
  const std::vector<RunSpectra> runs{spectra_of(make_run(1, "lora", 1), 1, 4)};
  CHECK(spectrum_figure(runs, module(0, "query"), {.step = 15}).lines[0].y[0] == 10);
  CHECK(spectrum_figure(runs, module(0, "query"), {.step = 20}).lines[0].y[0] == 20);
  CHECK(spectrum_figure(runs, module(0, "query"), {.step = 5}).empty());
  CHECK(spectrum_figure(runs, "nothing").empty_reason == "no run has a spectrum of nothing yet");
}

TEST_CASE("A fresh adapter's spectrum of zeros is drawn on a linear axis", "[figures]") {
  const std::vector<RunSpectra> runs{spectra_of(make_run(1, "lora", 1), 0, 4)};
  CHECK_FALSE(spectrum_figure(runs, module(0, "query")).y.log);
}

TEST_CASE("Spectra of seeds have a mean and a band", "[figures]") {
  const std::vector<RunSpectra> runs{spectra_of(make_run(1, "lora", 1), 1, 4),
                                     spectra_of(make_run(2, "lora", 2), 3, 4)};
  const FigureData figure = spectrum_figure(runs, module(0, "query"), {.grouping = Grouping::Setting});
  REQUIRE(figure.lines.size() == 3);
  CHECK(figure.lines.back().y[0] == 40);
  REQUIRE(figure.bands.size() == 1);
  CHECK(figure.bands[0].low[0] == 20);
  CHECK(figure.bands[0].high[0] == 60);
}

TEST_CASE("Energy grows to all of it", "[figures]") {
  const std::vector<RunSpectra> runs{spectra_of(make_run(1, "lora", 1), 1, 8)};
  const FigureData figure = energy_figure(runs, module(1, "query"));
  CHECK(figure.lines[0].y.back() == Approx(100));
  CHECK(std::is_sorted(figure.lines[0].y.begin(), figure.lines[0].y.end()));
}

TEST_CASE("The history of a spectrum has one line a singular value", "[figures]") {
  const FigureData figure = spectrum_history_figure(spectra_of(make_run(1, "lora", 1), 1, 8), module(1, "query"), 3);
  REQUIRE(figure.lines.size() == 3);
  CHECK(figure.lines[0].x == std::vector<double>{10, 20});
  CHECK(figure.lines[0].y == std::vector<double>{10, 20});
  CHECK(figure.lines[2].y == std::vector<double>{2.5, 5});
}

TEST_CASE("Layers are bars of the mean over seeds", "[figures]") {
  const std::vector<RunSpectra> runs{spectra_of(make_run(1, "lora", 1), 1, 1), spectra_of(make_run(2, "lora", 2), 3, 1),
                                     spectra_of(make_run(3, "ft", 1), 1, 4)};
  const FigureData figure = layer_figure(runs, "value", SpectrumMeasure::Norm);
  REQUIRE(figure.lines.size() == 2);
  CHECK(figure.lines[0].shape == Shape::Bars);
  CHECK(figure.lines[0].y == std::vector<double>{40, 40, 40});
  CHECK(figure.x.categories == std::vector<std::string>{"0", "1", "2"});
  CHECK(layer_figure(runs, "query", SpectrumMeasure::EnergyRank).y.whole_numbers);
  CHECK_FALSE(layer_figure(runs, "query", SpectrumMeasure::StableRank).y.whole_numbers);
  CHECK(layer_figure(runs, "key", SpectrumMeasure::Norm).empty_reason == "no run has spectra of key yet");
}

TEST_CASE("Two hundred spectra of twelve modules are drawn at once", "[figures]") {
  RunSpectra run{make_run(1, "lora", 1), {}, {}};
  for (std::int64_t step = 1; step <= 200; ++step) {
    for (int layer = 0; layer < 6; ++layer) {
      for (const char* kind : {"query", "value"})
        run.spectra.push_back({step, module(layer, kind), std::vector<double>(8, 1.0), 1});
    }
  }
  const std::vector<RunSpectra> runs{run};
  const auto start = std::chrono::steady_clock::now();
  CHECK(spectrum_figure(runs, module(5, "value")).lines.size() == 1);
  CHECK(layer_figure(runs, "value", SpectrumMeasure::StableRank).lines.size() == 1);
  CHECK(std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count() < 0.5);
}
