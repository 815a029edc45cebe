#include <algorithm>
#include <array>
#include <cmath>
#include <set>

#include "core/figures/spectrum_figure.h"

namespace lorascope::figures {
namespace {

constexpr double kEnergyShare = 0.9;

double energy_of(const std::vector<double>& values) {
  double energy = 0;
  for (const double value : values) energy += value * value;
  return energy;
}

double effective_rank(const std::vector<double>& values) {
  double sum = 0;
  for (const double value : values) sum += value;
  double entropy = 0;
  for (const double value : values) {
    if (value > 0) entropy -= value / sum * std::log(value / sum);
  }
  return std::exp(entropy);
}

double energy_rank(const std::vector<double>& values, double energy) {
  double reached = 0;
  for (std::size_t k = 0; k < values.size(); ++k) {
    reached += values[k] * values[k];
    // Rounding must not ask for one value more where 90 % are met exactly.
    if (reached >= kEnergyShare * energy * (1 - 1e-12)) return static_cast<double>(k + 1);
  }
  return static_cast<double>(values.size());
}

struct Kind {
  std::string_view path, name;
};
constexpr std::array<Kind, 12> kKinds = {{{"attention.self.query", "query"},
                                          {"attention.self.key", "key"},
                                          {"attention.self.value", "value"},
                                          {"attention.output.dense", "attention out"},
                                          {"intermediate.dense", "ffn in"},
                                          {"output.dense", "ffn out"},
                                          {"attention.q_lin", "query"},
                                          {"attention.k_lin", "key"},
                                          {"attention.v_lin", "value"},
                                          {"attention.out_lin", "attention out"},
                                          {"ffn.lin1", "ffn in"},
                                          {"ffn.lin2", "ffn out"}}};

// Kinds in the order in which the data flow through a layer, others after them by name.
std::size_t kind_order(std::string_view kind) {
  const auto found = std::find_if(kKinds.begin(), kKinds.end(), [kind](const Kind& one) { return one.name == kind; });
  return static_cast<std::size_t>(found - kKinds.begin());
}

bool earlier(const ModulePlace& a, const ModulePlace& b) {
  return std::tuple(a.layer, kind_order(a.kind), a.kind) < std::tuple(b.layer, kind_order(b.kind), b.kind);
}

}  // namespace

std::string ModulePlace::text() const {
  return layer < 0 ? kind : "layer " + std::to_string(layer) + " " + kind;
}

ModulePlace module_place(std::string_view module) {
  ModulePlace place{-1, std::string(module)};
  const std::size_t at = module.find("layer.");
  if (at == std::string_view::npos) return place;
  const std::string_view rest = module.substr(at + 6);
  const std::size_t end = rest.find_first_not_of("0123456789");
  // More digits than any encoder has layers are part of a name.
  if (end == 0 || end == std::string_view::npos || end > 6 || rest[end] != '.') return place;
  place.layer = std::stoi(std::string(rest.substr(0, end)));
  place.kind = rest.substr(end + 1);
  for (const Kind& kind : kKinds) {
    if (kind.path == rest.substr(end + 1)) place.kind = kind.name;
  }
  return place;
}

std::vector<std::string> modules_of(std::span<const RunSpectra> runs) {
  std::set<std::string> names;
  for (const RunSpectra& run : runs) {
    for (const store::Spectrum& spectrum : run.spectra) names.insert(spectrum.module);
  }
  std::vector<std::string> modules(names.begin(), names.end());
  std::stable_sort(modules.begin(), modules.end(), [](const std::string& a, const std::string& b) {
    return earlier(module_place(a), module_place(b));
  });
  return modules;
}

std::vector<std::string> kinds_of(std::span<const RunSpectra> runs) {
  std::vector<std::string> kinds;
  for (const std::string& module : modules_of(runs)) {
    std::string kind = module_place(module).kind;
    if (std::find(kinds.begin(), kinds.end(), kind) == kinds.end()) kinds.push_back(std::move(kind));
  }
  std::stable_sort(kinds.begin(), kinds.end(), [](const std::string& a, const std::string& b) {
    return earlier({0, a}, {0, b});
  });
  return kinds;
}

std::vector<std::int64_t> steps_of(std::span<const RunSpectra> runs) {
  std::set<std::int64_t> steps;
  for (const RunSpectra& run : runs) {
    for (const store::Spectrum& spectrum : run.spectra) steps.insert(spectrum.step);
  }
  return {steps.begin(), steps.end()};
}

double spectrum_measure(const store::Spectrum& spectrum, SpectrumMeasure measure) {
  const std::vector<double>& values = spectrum.values;
  const double energy = energy_of(values);
  if (measure == SpectrumMeasure::Norm) return std::sqrt(energy);
  if (measure == SpectrumMeasure::RelativeNorm) {
    return spectrum.base_norm > 0 ? std::sqrt(energy) / spectrum.base_norm : NAN;
  }
  if (!(energy > 0)) return NAN;
  if (measure == SpectrumMeasure::StableRank) return energy / (values.front() * values.front());
  return measure == SpectrumMeasure::EffectiveRank ? effective_rank(values) : energy_rank(values, energy);
}

std::string measure_label(SpectrumMeasure measure) {
  switch (measure) {
    case SpectrumMeasure::StableRank:
      return "stable rank";
    case SpectrumMeasure::EffectiveRank:
      return "effective rank";
    case SpectrumMeasure::EnergyRank:
      return "90 % energy rank";
    case SpectrumMeasure::Norm:
      return "‖ΔW‖";
    case SpectrumMeasure::RelativeNorm:
      return "‖ΔW‖ / ‖W‖";
  }
  return {};
}

}  // namespace lorascope::figures
