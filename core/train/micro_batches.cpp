#include "core/train/micro_batches.h"

#include <ATen/ATen.h>
#include <c10/util/Exception.h>

#include <algorithm>
#include <new>
#include <numeric>
#include <set>
#include <string_view>

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

void add_loss(StepReport& report, std::size_t task, double loss) {
  auto place = std::find_if(report.tasks.begin(), report.tasks.end(),
                            [task](const TaskLoss& known) { return known.task == task; });
  if (place == report.tasks.end()) place = report.tasks.insert(place, {task, 0.0, 0});
  ++place->batches;
  place->loss += (loss - place->loss) / place->batches;
}

}  // namespace

std::vector<std::vector<MicroBatch>> steps_of(std::vector<MicroBatch> batches, int accumulate) {
  std::vector<std::vector<MicroBatch>> steps;
  for (MicroBatch& batch : batches) {
    if (steps.empty() || steps.back().size() == static_cast<std::size_t>(accumulate)) steps.emplace_back();
    steps.back().push_back(std::move(batch));
  }
  return steps;
}

MicroBatches::MicroBatches(std::vector<Task> tasks, const TrainingOptions& options, TrainingState& state)
    : tasks_(std::move(tasks)), options_(options), state_(state) {
  for (const Task& task : tasks_) row_begins_.push_back(row_begins(task.model->kind(), task.features));
}

std::int64_t MicroBatches::num_rows(std::size_t task) const {
  return static_cast<std::int64_t>(row_begins_[task].size()) - 1;
}

std::vector<std::int64_t> MicroBatches::row_lengths(std::size_t task) const {
  return train::row_lengths(row_begins_[task], tasks_[task].features);
}

std::vector<const data::Feature*> MicroBatches::features_of(std::size_t task, std::span<const std::int64_t> rows) const {
  const std::vector<std::size_t>& begins = row_begins_[task];
  std::vector<const data::Feature*> features;
  for (const std::int64_t row : rows) {
    const auto index = static_cast<std::size_t>(row);
    for (std::size_t i = begins[index]; i < begins[index + 1]; ++i) features.push_back(&tasks_[task].features[i]);
  }
  return features;
}

std::int64_t MicroBatches::num_loss_terms(std::size_t task, std::span<const std::int64_t> rows) const {
  if (tasks_[task].model->kind() != tasks::TaskKind::Tokens) return static_cast<std::int64_t>(rows.size());
  std::int64_t count = 0;
  for (const data::Feature* feature : features_of(task, rows)) {
    count += std::count_if(feature->labels.begin(), feature->labels.end(), [](std::int32_t label) { return label >= 0; });
  }
  return count;
}

std::vector<double> MicroBatches::weights_of(const std::vector<MicroBatch>& step) const {
  std::vector<double> weights(step.size(), 1.0);
  if (options_.accumulate_by_terms) {
    std::transform(step.begin(), step.end(), weights.begin(), [&](const MicroBatch& batch) {
      return static_cast<double>(num_loss_terms(batch.task, batch.rows));
    });
  }
  const double sum = std::accumulate(weights.begin(), weights.end(), 0.0);
  for (double& weight : weights) weight = sum > 0.0 ? weight / sum : 1.0 / static_cast<double>(step.size());
  return weights;
}

double MicroBatches::run_batch(const MicroBatch& whole, double weight, StepReport& report) {
  const Task& task = tasks_[whole.task];
  const std::vector<std::int64_t>& rows = whole.rows;
  const std::size_t size = rows_of_part(rows.size(), state_.parts);
  const double terms = state_.parts > 1 ? static_cast<double>(num_loss_terms(whole.task, rows)) : 1.0;
  double loss = 0.0;
  for (std::size_t begin = 0; begin < rows.size(); begin += size) {
    const auto part = std::span(rows).subspan(begin, std::min(size, rows.size() - begin));
    const bool is_whole = part.size() == rows.size();
    const double share =
        is_whole ? 1.0 : static_cast<double>(num_loss_terms(whole.task, part)) / std::max(terms, 1.0);
    const tasks::Batch batch =
        tasks::make_batch(task.model->kind(), features_of(whole.task, part), {task.zero_segment_ids});
    // Parts of a batch draw masks of their own, far from those of later batches.
    const auto draw = static_cast<std::uint64_t>(state_.draw) + (static_cast<std::uint64_t>(begin) << 40);
    loss += share * task.model->train_micro_batch(batch, weight * share, {options_.seed, draw});
    report.tokens += batch.tokens.num_tokens();
  }
  report.examples += static_cast<std::int64_t>(rows.size());
  return loss;
}

void MicroBatches::zero_gradients(const std::vector<MicroBatch>& step) {
  std::set<std::size_t> drawn;
  for (const MicroBatch& batch : step) {
    if (drawn.insert(batch.task).second) tasks_[batch.task].model->zero_gradients();
  }
}

StepReport MicroBatches::run(const std::vector<MicroBatch>& step, TrainingObserver& observer) {
  if (state_.draw == 0) {
    observer.on_task(step.front().task);
    observer.on_first_batch(features_of(step.front().task, step.front().rows));
  }
  const std::vector<double> weights = weights_of(step);
  const std::int64_t first_draw = state_.draw;
  for (;;) {
    zero_gradients(step);
    StepReport report;
    state_.draw = first_draw;
    try {
      for (std::size_t i = 0; i < step.size(); ++i, ++state_.draw) {
        const double loss = run_batch(step[i], weights[i], report);
        report.loss += weights[i] * loss;
        add_loss(report, step[i].task, loss);
      }
      return report;
    } catch (const c10::Error& error) {
      if (!is_out_of_memory(error) || !use_smaller_parts(error.msg().c_str(), observer)) throw;
    } catch (const std::bad_alloc& error) {
      if (!use_smaller_parts(error.what(), observer)) throw;
    }
  }
}

bool MicroBatches::use_smaller_parts(const char* problem, TrainingObserver& observer) {
  const auto batch = static_cast<std::size_t>(options_.batch_size);
  const std::size_t before = rows_of_part(batch, state_.parts);
  if (before <= 1) return false;
  state_.parts *= 2;
  std::string_view reason(problem);
  reason = reason.substr(0, std::min<std::size_t>(reason.find('\n'), 160));
  observer.on_log(LogLevel::Warning,
                  "out of memory with " + std::to_string(before) + " rows at a time: from here on " +
                      std::to_string(rows_of_part(batch, state_.parts)) + ", with the same " + std::to_string(batch) +
                      " rows a batch (" + std::string(reason) + ")");
  return true;
}

}  // namespace lorascope::train
