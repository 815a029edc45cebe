#pragma once

#include <string>

#include "core/study/run_settings.h"

namespace CLI {
class App;
}

namespace lorascope::app {

/// The options that say how one run is trained, bound to run settings: shared by `train` and `bench train`.
struct TrainingCommandOptions {
  study::RunSettings settings;
  std::string method = "ft";
  std::string batching;  ///< "plain", "grouped"; empty: plain order with packed arithmetic
  std::string targets;   ///< names with commas between them, or a regular expression
  bool chooses_best = false;

  /// What is trained: model, task, method, adapter.
  void add_model_options(CLI::App& command);
  /// The Trainer's arithmetic.
  void add_training_options(CLI::App& command);
  /// Settings with the texts above worked in. Throws UsageError.
  study::RunSettings finished() const;
};

/// How examples become features and answers: shared by training and prediction.
void add_length_options(CLI::App& command, study::RunSettings& settings);

/// "lorascope train --lr 1e-3 …" as a shell would read it again: from the process's own arguments.
std::string own_command_line();

}  // namespace lorascope::app
