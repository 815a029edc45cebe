#include "core/train/trainer.h"

#include <ATen/ATen.h>
#include <c10/util/Exception.h>

#include <algorithm>
#include <cmath>
#include <new>
#include <numeric>

#include "core/base/error.h"
#include "core/tasks/task_model.h"
#include "core/train/row_ranges.h"

namespace lorascope::train {
namespace {

/// Rows of one part of a batch that is cut into `parts` parts.
std::size_t rows_of_part(std::size_t rows, std::int64_t parts) {
  const auto count = static_cast<std::size_t>(parts);
  return std::max<std::size_t>(1, (rows + count - 1) / count);
}

/// The CPU's allocator says it with a plain error.
bool is_out_of_memory(const c10::Error& error) {
  return dynamic_cast<const c10::OutOfMemoryError*>(&error) != nullptr ||
         error.msg().find("can't allocate memory") != std::string::npos;
}

}  // namespace

Trainer::Trainer(const TrainingParts& parts, const TrainingOptions& options)
    : parts_(parts),
      options_(options),
      row_begins_(row_begins(parts.model->kind(), parts.features)),
      plan_(StepPlan::make(static_cast<std::int64_t>(row_begins_.size()) - 1, options)),
      schedule_(options.learning_rate, options.warmup_ratio, plan_.total_steps),
      sampler_(row_lengths(row_begins_, parts.features), options),
      optimizer_(parts.model->trainable(), options,
                 parts.model->path() == tasks::Path::Compatible ? Arithmetic::Original : Arithmetic::Fused),
      probe_(*parts.model, options),
      early_stopping_(options.follows_best() ? options.select_by : std::string(), options.early_stopping_patience),
      loop_({parts.observer, parts.commands, &options_, &plan_, &state_, [this] { return make_checkpoint(); }}) {
  if (options_.follows_best() && parts_.evaluator == nullptr) {
    throw UsageError("early stopping and the choice of the best weights need an evaluation: found no evaluation file",
                     "give one with --eval");
  }
}

TrainingResult Trainer::run() {
  loop_.start();
  begin_epoch();
  TrainingResult result;
  for (;;) {
    const bool stops = loop_.obey_commands() == Outcome::Stops || (evaluation_is_due() && evaluate() == Outcome::Stops);
    if (stops) {
      loop_.save();
      result.end = TrainingResult::End::Stopped;
      break;
    }
    if (is_done()) {
      if (state_.step < plan_.total_steps) result.end = TrainingResult::End::StoppedEarly;
      break;
    }
    if (state_.group == static_cast<std::int64_t>(groups_.size())) {
      ++state_.epoch;
      state_.group = 0;
      begin_epoch();
    }
    train_step();
    report_spectra(false);
    loop_.save_if_due(false);
  }
  if (result.end != TrainingResult::End::Stopped) loop_.save_if_long_unsaved();
  state_.wall_seconds = loop_.wall_seconds();
  result.latest = latest_;
  if (result.end != TrainingResult::End::Stopped) put_best_weights_back(result);
  result.state = state_;
  result.epoch = static_cast<double>(result.kept_step.value_or(state_.step)) / static_cast<double>(plan_.steps_per_epoch);
  result.tokens_per_second = static_cast<double>(state_.tokens) / std::max(state_.step_seconds, 1e-9);
  return result;
}

void Trainer::begin_epoch() {
  groups_.clear();
  for (auto& batch : sampler_.batches(state_.epoch)) {
    const bool is_full = groups_.empty() || groups_.back().size() == static_cast<std::size_t>(options_.accumulate);
    if (is_full) groups_.emplace_back();
    groups_.back().push_back(std::move(batch));
  }
}

std::vector<const data::Feature*> Trainer::features_of(std::span<const std::int64_t> rows) const {
  std::vector<const data::Feature*> features;
  for (const std::int64_t row : rows) {
    const auto index = static_cast<std::size_t>(row);
    for (std::size_t i = row_begins_[index]; i < row_begins_[index + 1]; ++i) features.push_back(&parts_.features[i]);
  }
  return features;
}

std::int64_t Trainer::num_loss_terms(std::span<const std::int64_t> rows) const {
  if (parts_.model->kind() != tasks::TaskKind::Tokens) return static_cast<std::int64_t>(rows.size());
  std::int64_t count = 0;
  for (const data::Feature* feature : features_of(rows)) {
    count += std::count_if(feature->labels.begin(), feature->labels.end(), [](std::int32_t label) { return label >= 0; });
  }
  return count;
}

std::vector<double> Trainer::weights_of(const std::vector<std::vector<std::int64_t>>& group) const {
  std::vector<double> weights(group.size(), 1.0);
  if (options_.accumulate_by_terms) {
    std::transform(group.begin(), group.end(), weights.begin(),
                   [&](const auto& rows) { return static_cast<double>(num_loss_terms(rows)); });
  }
  const double sum = std::accumulate(weights.begin(), weights.end(), 0.0);
  for (double& weight : weights) weight = sum > 0.0 ? weight / sum : 1.0 / static_cast<double>(group.size());
  return weights;
}

double Trainer::run_batch(const std::vector<std::int64_t>& rows, double weight, StepReport& report) {
  const std::size_t size = rows_of_part(rows.size(), state_.parts);
  const double terms = state_.parts > 1 ? static_cast<double>(num_loss_terms(rows)) : 1.0;
  double loss = 0.0;
  for (std::size_t begin = 0; begin < rows.size(); begin += size) {
    const auto part = std::span(rows).subspan(begin, std::min(size, rows.size() - begin));
    const bool is_whole = part.size() == rows.size();
    const double share = is_whole ? 1.0 : static_cast<double>(num_loss_terms(part)) / std::max(terms, 1.0);
    const tasks::Batch batch = tasks::make_batch(parts_.model->kind(), features_of(part), {options_.zero_segment_ids});
    // Parts of a batch draw masks of their own, far from those of later batches.
    const auto draw = static_cast<std::uint64_t>(state_.draw) + (static_cast<std::uint64_t>(begin) << 40);
    loss += share * parts_.model->train_micro_batch(batch, weight * share, {options_.seed, draw});
    report.tokens += batch.tokens.num_tokens();
  }
  report.examples += static_cast<std::int64_t>(rows.size());
  return loss;
}

void Trainer::run_micro_batches(StepReport& report) {
  const std::vector<std::vector<std::int64_t>>& group = groups_[static_cast<std::size_t>(state_.group)];
  if (state_.draw == 0) loop_.observer().on_first_batch(features_of(group.front()));
  const std::vector<double> weights = weights_of(group);
  const std::int64_t first_draw = state_.draw;
  for (bool is_done = false; !is_done;) {
    parts_.model->zero_gradients();
    report = StepReport{};
    state_.draw = first_draw;
    try {
      for (std::size_t i = 0; i < group.size(); ++i, ++state_.draw) {
        report.loss += weights[i] * run_batch(group[i], weights[i], report);
      }
      is_done = true;
    } catch (const c10::Error& error) {
      if (!is_out_of_memory(error) || !use_smaller_parts(error.msg().c_str())) throw;
    } catch (const std::bad_alloc& error) {
      if (!use_smaller_parts(error.what())) throw;
    }
  }
}

bool Trainer::use_smaller_parts(const char* problem) {
  const auto batch = static_cast<std::size_t>(options_.batch_size);
  const std::size_t before = rows_of_part(batch, state_.parts);
  if (before <= 1) return false;
  state_.parts *= 2;
  std::string_view reason(problem);
  reason = reason.substr(0, std::min<std::size_t>(reason.find('\n'), 160));
  loop_.observer().on_log(LogLevel::Warning,
                          "out of memory with " + std::to_string(before) + " rows at a time: from here on " +
                              std::to_string(rows_of_part(batch, state_.parts)) + ", with the same " +
                              std::to_string(batch) + " rows a batch (" + std::string(reason) + ")");
  return true;
}

void Trainer::train_step() {
  const Stopwatch watch;
  StepReport report;
  run_micro_batches(report);
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
}

void Trainer::report_spectra(bool is_evaluation_point) {
  // The last evaluation is always measured, whatever it costs: comparisons of runs are made there.
  const bool is_last = is_evaluation_point && state_.step >= plan_.total_steps && probe_.is_enabled();
  if (!is_last && !probe_.is_due(state_.step, is_evaluation_point, loop_.process_seconds())) return;
  loop_.observer().on_spectra(state_.step, probe_.measure());
}

bool Trainer::evaluation_is_due() const {
  if (parts_.evaluator == nullptr || state_.step == 0 || state_.evaluated_step == state_.step) return false;
  if (state_.step == plan_.total_steps) return true;
  const std::int64_t every = options_.evaluate_every_steps;
  return every > 0 ? state_.step % every == 0 : state_.group == static_cast<std::int64_t>(groups_.size());
}

Trainer::Outcome Trainer::evaluate() {
  const Stopwatch watch;
  std::optional<Evaluation> evaluation;
  if (loop_.evaluate(*parts_.evaluator, *parts_.model, evaluation) == Outcome::Stops) return Outcome::Stops;
  if (!evaluation) return evaluate();
  EvaluationReport report{state_.step,         loop_.epochs_done(), parts_.evaluator->split(),
                          evaluation->scores, watch.seconds(),      evaluation->rows};
  report.is_best = early_stopping_.add(report.scores, state_.step);
  if (report.is_best) {
    const at::NoGradGuard no_grad;
    for (const nn::Parameter& parameter : parts_.model->trainable()) {
      at::Tensor& kept = best_weights_[parameter.name];
      if (!kept.defined()) kept = at::empty_like(parameter.value);
      kept.copy_(parameter.value);
    }
  }
  state_.evaluated_step = state_.step;
  latest_ = report;
  loop_.observer().on_evaluation(report, *evaluation);
  report_spectra(true);
  loop_.save_if_due(true);
  return Outcome::Goes;
}

bool Trainer::is_done() const { return state_.step >= plan_.total_steps || early_stopping_.should_stop(); }

void Trainer::put_best_weights_back(TrainingResult& result) {
  if (best_weights_.empty()) return;
  result.kept_step = early_stopping_.state().best_step;
  if (*result.kept_step == state_.step) return;
  const at::NoGradGuard no_grad;
  for (const nn::Parameter& parameter : parts_.model->trainable()) {
    at::Tensor value = parameter.value;
    value.copy_(best_weights_.at(parameter.name));
  }
  parts_.model->values_changed();
  result.latest.reset();
}

}  // namespace lorascope::train
