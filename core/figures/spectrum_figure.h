#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "core/figures/figure_data.h"
#include "core/figures/run_groups.h"
#include "core/store/rows.h"
#include "core/store/run_record.h"

namespace lorascope::figures {

/// The spectra of one run, as stored: by step and module.
struct RunSpectra {
  store::RunRecord run;
  std::vector<store::Spectrum> spectra;
  std::optional<LineStyle> style;  ///< the caller's colour and variation; nothing: by method
};

/// Layer and kind of a module name: "encoder.layer.3.attention.self.query" is layer 3, "query". Layer -1: none in it.
struct ModulePlace {
  int layer = -1;
  std::string kind;  ///< "query", "key", "value", "attention out", "ffn in", "ffn out"; otherwise the rest of the name

  /// "layer 3 query".
  std::string text() const;
  auto operator<=>(const ModulePlace&) const = default;
};
ModulePlace module_place(std::string_view module);

/// Modules that occur in any of the runs, by layer and kind; their kinds; the steps at which any run has a spectrum.
std::vector<std::string> modules_of(std::span<const RunSpectra> runs);
std::vector<std::string> kinds_of(std::span<const RunSpectra> runs);
std::vector<std::int64_t> steps_of(std::span<const RunSpectra> runs);

struct SpectrumOptions {
  std::optional<std::int64_t> step = {};  ///< of each run the newest spectrum up to this step; nothing: the newest
  bool log_y = true;
  Grouping grouping = Grouping::None;  ///< of spectrum and energy: the mean of each sigma_i over a group's runs
};

/// sigma_i of one module's update against i, one line a run or a group (mean, smallest to largest as a band, below 5
/// runs each as a thin line); the rank of each adapter as a vertical line. The axis shows 4 ranks (at least 32 values)
/// where there is an adapter; all values are in the data.
FigureData spectrum_figure(std::span<const RunSpectra> runs, const std::string& module,
                           const SpectrumOptions& options = {});

/// Share of the energy (sum of squares) in the first k singular values against k, with the 90 % line.
FigureData energy_figure(std::span<const RunSpectra> runs, const std::string& module,
                         const SpectrumOptions& options = {});

/// sigma_1, sigma_2, … of one module of one run against the step (at most `num_values`, largest first).
FigureData spectrum_history_figure(const RunSpectra& run, const std::string& module, int num_values = 8);

/// One number of a spectrum sigma_1 >= sigma_2 >= ….
enum class SpectrumMeasure {
  StableRank,     ///< sum sigma^2 / sigma_1^2
  EffectiveRank,  ///< exp(H(p)), p_i = sigma_i / sum sigma (Roy & Vetterli)
  EnergyRank,     ///< smallest k with sum_{i<=k} sigma_i^2 >= 90 % of all
  Norm,           ///< Frobenius norm of the update
  RelativeNorm,   ///< Norm / norm of the base weight
};

/// NaN for a spectrum of zeros (Norm: 0) and for RelativeNorm without a known base norm.
double spectrum_measure(const store::Spectrum& spectrum, SpectrumMeasure measure);
std::string measure_label(SpectrumMeasure measure);

/// The measure of every layer for one kind of module: bars side by side, one colour a group of runs (mean over its
/// runs). More than four groups are drawn as lines.
FigureData layer_figure(std::span<const RunSpectra> runs, const std::string& kind, SpectrumMeasure measure,
                        Grouping grouping = Grouping::Setting, const SpectrumOptions& options = {});

}  // namespace lorascope::figures
