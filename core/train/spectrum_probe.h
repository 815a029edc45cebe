#pragma once

#include <map>
#include <string>
#include <vector>

#include <ATen/core/Tensor.h>

#include "core/train/training_observer.h"

namespace lorascope::tasks {
class TaskModel;
}

namespace lorascope::train {

/// Takes the live spectra of a training: of s·B·A of every adapted module every few steps, under full fine-tuning of
/// ΔW = W − W_start of every encoder matrix at evaluation points. Skips a point where all of them together would take
/// more than the share of the time that the options allow.
class SpectrumProbe {
 public:
  /// Keeps a copy of the starting matrices under full fine-tuning: make it before a checkpoint is restored.
  SpectrumProbe(const tasks::TaskModel& model, const TrainingOptions& options);

  /// Whether to measure now, elapsed_seconds after the start. The first point is always taken.
  bool is_due(std::int64_t step, bool is_evaluation_point, double elapsed_seconds) const;
  bool is_enabled() const { return options_.spectra_share > 0.0; }

  /// The spectra of all modules as the model is now.
  std::vector<ModuleSpectrum> measure();

 private:
  std::vector<ModuleSpectrum> of_adapters() const;
  std::vector<ModuleSpectrum> of_changes() const;

  const tasks::TaskModel& model_;
  TrainingOptions options_;
  bool has_adapters_ = false;
  std::map<std::string, at::Tensor> start_;    ///< under full fine-tuning
  std::map<std::string, double> base_norms_;   ///< by module
  double spent_seconds_ = 0.0;
  double last_seconds_ = 0.0;
};

/// "bert.encoder.layer.0.attention.self.query.weight" as modules are called in spectra:
/// "encoder.layer.0.attention.self.query".
std::string module_name(const std::string& parameter_or_path);

}  // namespace lorascope::train
