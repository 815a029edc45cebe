#include "core/train/spectrum_probe.h"

#include <ATen/ATen.h>

#include <string_view>

#include "core/analysis/spectrum.h"
#include "core/base/clock.h"
#include "core/tasks/task_model.h"

namespace lorascope::train {

std::string module_name(const std::string& parameter_or_path) {
  std::string_view name = parameter_or_path;
  constexpr std::string_view kSuffix = ".weight";
  if (name.ends_with(kSuffix)) name.remove_suffix(kSuffix.size());
  for (const std::string_view prefix : {"base_model.model.", "bert.", "distilbert."}) {
    if (name.starts_with(prefix)) name.remove_prefix(prefix.size());
  }
  return std::string(name);
}

SpectrumProbe::SpectrumProbe(const tasks::TaskModel& model, const TrainingOptions& options)
    : model_(model), options_(options) {
  if (!is_enabled()) return;
  has_adapters_ = !model.low_rank_factors().empty();
  for (const auto& [name, matrix] : model.encoder_matrices()) {
    base_norms_[module_name(name)] = matrix.norm().item<double>();
    if (!has_adapters_) start_[name] = matrix.to(at::kCPU, /*non_blocking=*/false, /*copy=*/true);
  }
}

bool SpectrumProbe::is_due(std::int64_t step, bool is_evaluation_point, double elapsed_seconds) const {
  if (!is_enabled()) return false;
  const std::int64_t every = options_.spectra_every_steps;
  const bool is_point = is_evaluation_point || (has_adapters_ && every > 0 && (step == 1 || step % every == 0));
  const double share = has_adapters_ ? options_.spectra_share : options_.full_spectra_share;
  const bool is_first = spent_seconds_ == 0.0;
  return is_point && (is_first || spent_seconds_ + last_seconds_ <= share * elapsed_seconds);
}

std::vector<ModuleSpectrum> SpectrumProbe::measure() {
  const Stopwatch watch;
  std::vector<ModuleSpectrum> spectra = has_adapters_ ? of_adapters() : of_changes();
  last_seconds_ = watch.seconds();
  spent_seconds_ += last_seconds_;
  return spectra;
}

std::vector<ModuleSpectrum> SpectrumProbe::of_adapters() const {
  std::vector<ModuleSpectrum> spectra;
  for (const auto& factors : model_.low_rank_factors()) {
    const std::string module = module_name(factors.module);
    const auto norm = base_norms_.find(module);
    spectra.push_back({module,
                       analysis::low_rank_spectrum(factors.b.cpu(), factors.a.cpu(), factors.scaling).singular_values,
                       norm == base_norms_.end() ? 0.0 : norm->second});
  }
  return spectra;
}

std::vector<ModuleSpectrum> SpectrumProbe::of_changes() const {
  std::vector<ModuleSpectrum> spectra;
  for (const auto& [name, matrix] : model_.encoder_matrices()) {
    const std::string module = module_name(name);
    spectra.push_back(
        {module, analysis::change_spectrum(matrix.cpu(), start_.at(name)).singular_values, base_norms_.at(module)});
  }
  return spectra;
}

}  // namespace lorascope::train
