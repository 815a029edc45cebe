#pragma once

#include <cstdint>
#include <filesystem>
#include <map>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "core/data/feature.h"
#include "core/train/step_plan.h"

namespace lorascope::train {

struct Evaluation;

/// What a step did for one of its tasks.
struct TaskLoss {
  std::size_t task = 0;
  double loss = 0.0;  ///< mean over this task's micro-batches of the step
  int batches = 0;
};

/// What an optimiser step did.
struct StepReport {
  std::int64_t step = 0;  ///< from 1
  std::int64_t total_steps = 0;
  double epoch = 0.0;          ///< epochs done, with fraction
  double loss = 0.0;           ///< mean over the step's micro-batches of their losses
  std::vector<TaskLoss> tasks;  ///< those that the step is about, as they were drawn; of one task that one
  double grad_norm = 0.0;      ///< 2-norm over all gradients before clipping
  double learning_rate = 0.0;  ///< used in this step
  std::int64_t examples = 0;   ///< rows of this step
  std::int64_t tokens = 0;     ///< real tokens of this step, padding never counted
  std::int64_t examples_done = 0;  ///< rows since the start
  double seconds = 0.0;            ///< of this step
  double wall_seconds = 0.0;       ///< since the start, everything included, over all processes of the training
  double tokens_per_second = 0.0;  ///< smoothed over the last steps
  double seconds_left = -1.0;      ///< until the last step at the latest pace, evaluations left out; < 0: not known
};

/// Scores of one split at one step.
struct EvaluationReport {
  std::int64_t step = 0;
  double epoch = 0.0;
  std::string split;
  std::map<std::string, double> scores;  ///< "loss" and the task's scores
  double seconds = 0.0;
  std::int64_t examples = 0;
  bool is_best = false;  ///< so far, where the best is followed; with several tasks that of their means
};

/// Singular values of the update of one module, largest first.
struct ModuleSpectrum {
  std::string module;  ///< "encoder.layer.0.attention.self.query"
  std::vector<double> values;
  double base_norm = 0.0;  ///< Frobenius norm of the frozen or starting weight
};

struct CheckpointReport {
  std::int64_t step = 0;
  std::filesystem::path folder;
  std::int64_t size_bytes = 0;
  double seconds = 0.0;
};

/// Long phases a training is in, for the status line.
enum class Phase { Training, Evaluating, Saving, Paused };

enum class LogLevel { Info, Warning };

/// Is told what a training does, on the training's own thread: must return quickly. Knows nothing of where it goes.
class TrainingObserver {
 public:
  virtual ~TrainingObserver() = default;

  /// Before the first step; first_step is above 0 where a training is resumed.
  virtual void on_start(const StepPlan& plan, std::int64_t first_step);
  /// With several tasks: the first batch or the evaluation that is reported next is about this one.
  virtual void on_task(std::size_t task);
  /// The rows of the very first micro-batch, as the model is about to see them.
  virtual void on_first_batch(std::span<const data::Feature* const> rows);
  virtual void on_step_end(const StepReport& report);
  virtual void on_evaluation_progress(std::string_view split, std::int64_t rows_done, std::int64_t rows);
  virtual void on_evaluation(const EvaluationReport& report, const Evaluation& evaluation);
  /// With several tasks, after the evaluations of each: their means under the names of mean_scores.
  virtual void on_mean_scores(std::int64_t step, const std::map<std::string, double>& scores);
  virtual void on_spectra(std::int64_t step, const std::vector<ModuleSpectrum>& spectra);
  virtual void on_checkpoint(const CheckpointReport& report);
  virtual void on_phase(Phase phase);
  virtual void on_log(LogLevel level, const std::string& text);
};

}  // namespace lorascope::train
