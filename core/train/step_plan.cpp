#include "core/train/step_plan.h"

#include <algorithm>
#include <cmath>

#include "core/base/error.h"

namespace lorascope::train {
namespace {

void require(bool holds, const char* option, const std::string& found, const char* expected) {
  if (holds) return;
  throw UsageError(std::string("training option ") + option + ": found " + found + ", expected " + expected,
                   std::string("correct ") + option);
}

void check_options(const TrainingOptions& options) {
  const auto text = [](double value) { return std::to_string(value); };
  require(options.batch_size > 0, "batch_size", std::to_string(options.batch_size), "a number above 0");
  require(options.accumulate > 0, "accumulate", std::to_string(options.accumulate), "a number above 0");
  require(options.max_steps >= 0, "max_steps", std::to_string(options.max_steps), "0 or more");
  require(options.max_steps > 0 || (std::isfinite(options.epochs) && options.epochs > 0.0), "epochs",
          text(options.epochs), "a number above 0");
  require(std::isfinite(options.learning_rate) && options.learning_rate >= 0.0, "lr", text(options.learning_rate),
          "0 or more");
  require(options.warmup_ratio >= 0.0 && options.warmup_ratio < 1.0, "warmup_ratio", text(options.warmup_ratio),
          "at least 0 and below 1");
  require(std::isfinite(options.weight_decay) && options.weight_decay >= 0.0, "weight_decay",
          text(options.weight_decay), "0 or more");
  require(options.max_grad_norm >= 0.0, "max_grad_norm", text(options.max_grad_norm), "0 (off) or more");
  require(options.loraplus_ratio >= 0.0, "loraplus_ratio", text(options.loraplus_ratio), "0 (off) or more");
  require(options.early_stopping_patience >= 0, "early_stopping_patience",
          std::to_string(options.early_stopping_patience), "0 (off) or more");
}

std::int64_t ceil_divide(std::int64_t a, std::int64_t b) { return (a + b - 1) / b; }

}  // namespace

StepPlan StepPlan::make(std::int64_t rows, const TrainingOptions& options) {
  check_options(options);
  if (rows <= 0) {
    throw DataError("cannot train",
                    Problem{"training data", "no row", "at least one row", "check the training file and its task"});
  }
  StepPlan plan;
  plan.rows = rows;
  plan.batches_per_epoch = ceil_divide(rows, options.batch_size);
  plan.steps_per_epoch = ceil_divide(plan.batches_per_epoch, options.accumulate);
  plan.total_steps = options.max_steps > 0 ? options.max_steps
                                           : static_cast<std::int64_t>(std::ceil(
                                                 options.epochs * static_cast<double>(plan.steps_per_epoch)));
  return plan;
}

LearningRateSchedule::LearningRateSchedule(double peak_rate, double warmup_ratio, std::int64_t total_steps)
    : peak_rate_(peak_rate),
      warmup_steps_(static_cast<std::int64_t>(std::ceil(static_cast<double>(total_steps) * warmup_ratio))),
      total_steps_(total_steps) {}

double LearningRateSchedule::rate(std::int64_t step) const {
  if (step < warmup_steps_) return peak_rate_ * (static_cast<double>(step) / static_cast<double>(warmup_steps_));
  const auto left = static_cast<double>(std::max<std::int64_t>(total_steps_ - step, 0));
  const auto falling = static_cast<double>(std::max<std::int64_t>(total_steps_ - warmup_steps_, 1));
  return peak_rate_ * (left / falling);
}

}  // namespace lorascope::train
