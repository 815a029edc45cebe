#include "core/train/trainer.h"

#include <ATen/ATen.h>

#include <cmath>

#include "core/base/error.h"
#include "core/tasks/task_model.h"

namespace lorascope::train {
namespace {

/// The parameters' tensors under their names.
std::map<std::string, at::Tensor> values_of(const std::vector<nn::Parameter>& parameters) {
  std::map<std::string, at::Tensor> values;
  for (const nn::Parameter& parameter : parameters) values[parameter.name] = parameter.value;
  return values;
}

}  // namespace

Trainer::Trainer(const TrainingParts& parts, const TrainingOptions& options)
    : parts_(parts),
      options_(options),
      micro_batches_({{parts.model, parts.features, options.zero_segment_ids}}, options_, state_),
      plan_(StepPlan::make(micro_batches_.num_rows(0), options)),
      schedule_(options.learning_rate, options.warmup_ratio, plan_.total_steps),
      sampler_(micro_batches_.row_lengths(0), options),
      optimizer_(parts.model->trainable(), options, arithmetic_of(*parts.model)),
      probe_(*parts.model, options),
      values_(values_of(parts.model->trainable())),
      selection_(options, values_, [this] { parts_.model->values_changed(); }),
      loop_({parts.observer, parts.commands, &options_, &plan_, &state_, [this] { return make_checkpoint(); }}) {
  if (options_.follows_best() && parts_.evaluator == nullptr) {
    throw UsageError("early stopping and the choice of the best weights need an evaluation: found no evaluation file",
                     "give one with --eval");
  }
}

TrainingResult Trainer::run() {
  LoopControl::Steps steps{[this] { return begin_epoch(); }, [this] { train_step(); }, {}};
  if (parts_.evaluator != nullptr) steps.evaluate = [this] { return evaluate(); };
  TrainingResult result{loop_.run(steps, selection_), {}};
  if (result.kept_step.value_or(state_.step) == state_.step) result.latest = latest_;
  return result;
}

std::size_t Trainer::begin_epoch() {
  std::vector<MicroBatch> batches;
  for (auto& rows : sampler_.batches(state_.epoch)) batches.push_back({0, std::move(rows)});
  steps_ = steps_of(std::move(batches), options_.accumulate);
  return steps_.size();
}

void Trainer::train_step() {
  const Stopwatch watch;
  StepReport report = micro_batches_.run(steps_[static_cast<std::size_t>(state_.group)], loop_.observer());
  report.grad_norm = optimizer_.gradient_norm();
  if (!std::isfinite(report.loss) || !std::isfinite(report.grad_norm)) {
    throw Error("step " + std::to_string(state_.step + 1) + ": the loss or its gradient is no longer a number (loss " +
                    std::to_string(report.loss) + ", gradient norm " + std::to_string(report.grad_norm) + ")",
                "lower the learning rate, or switch on clipping and warm-up");
  }
  const double clip = optimizer_.clip_factor(report.grad_norm, options_.max_grad_norm);
  report.learning_rate = schedule_.rate(state_.step);
  optimizer_.step(state_.step + 1, report.learning_rate, clip);
  latest_.reset();
  loop_.end_step(report, watch.seconds());
  report_spectra(false);
}

void Trainer::report_spectra(bool is_evaluation_point) {
  // The last evaluation is always measured, whatever it costs: comparisons of runs are made there.
  const bool is_last = is_evaluation_point && state_.step >= plan_.total_steps && probe_.is_enabled();
  if (!is_last && !probe_.is_due(state_.step, is_evaluation_point, loop_.process_seconds())) return;
  loop_.observer().on_spectra(state_.step, probe_.measure());
}

Trainer::Outcome Trainer::evaluate() {
  const Stopwatch watch;
  std::optional<Evaluation> evaluation;
  if (loop_.evaluate(*parts_.evaluator, *parts_.model, evaluation) == Outcome::Stops) return Outcome::Stops;
  if (!evaluation) return evaluate();
  EvaluationReport report{state_.step,         loop_.epochs_done(), parts_.evaluator->split(),
                          evaluation->scores, watch.seconds(),      evaluation->rows};
  report.is_best = selection_.add(report.scores, state_.step);
  state_.evaluated_step = state_.step;
  latest_ = report;
  loop_.observer().on_evaluation(report, *evaluation);
  report_spectra(true);
  loop_.save_if_due(true);
  return Outcome::Goes;
}

}  // namespace lorascope::train
