#include "core/train/task_stream.h"

#include <algorithm>
#include <cmath>
#include <numeric>

#include "core/base/error.h"
#include "core/train/sampler.h"

namespace lorascope::train {
namespace {

constexpr std::uint64_t kOrderSeed = 0x9e3779b9;  ///< of the order of the tasks, apart from that of their rows

/// `total` split by `weights`: rounded down, what is left to the largest remainders; at least 1 each.
std::vector<std::int64_t> split(std::int64_t total, const std::vector<double>& weights) {
  const double sum = std::accumulate(weights.begin(), weights.end(), 0.0);
  std::vector<std::int64_t> counts;
  std::vector<std::pair<double, std::size_t>> remainders;
  for (std::size_t i = 0; i < weights.size(); ++i) {
    const double share = static_cast<double>(total) * weights[i] / sum;
    counts.push_back(std::max<std::int64_t>(1, static_cast<std::int64_t>(share)));
    remainders.emplace_back(-(share - std::floor(share)), i);
  }
  std::sort(remainders.begin(), remainders.end());
  std::int64_t left = total - std::accumulate(counts.begin(), counts.end(), std::int64_t{0});
  for (std::size_t i = 0; left > 0; ++i, --left) ++counts[remainders[i % remainders.size()].second];
  return counts;
}

std::int64_t num_batches(std::size_t rows, int batch_size) {
  return (static_cast<std::int64_t>(rows) + batch_size - 1) / batch_size;
}

}  // namespace

TaskDraw task_draw_from(std::string_view name) {
  if (name == "proportional") return TaskDraw::Proportional;
  if (name == "uniform") return TaskDraw::Uniform;
  if (name == "temperature") return TaskDraw::Temperature;
  throw UsageError("drawing of tasks: found \"" + std::string(name) +
                   "\", expected proportional, uniform or temperature");
}

TaskStream::TaskStream(std::vector<std::vector<std::int64_t>> lengths, const TrainingOptions& options,
                       const TaskStreamOptions& stream)
    : lengths_(std::move(lengths)), options_(options) {
  if (stream.draw == TaskDraw::Temperature && stream.temperature <= 0)
    throw UsageError("temperature: found " + std::to_string(stream.temperature) + ", expected a number above 0");
  std::vector<double> weights;
  std::int64_t total = 0;
  for (std::size_t task = 0; task < lengths_.size(); ++task) {
    if (lengths_[task].empty())
      throw DataError("cannot train on several tasks",
                      Problem{"task " + std::to_string(task), "no rows", "at least one row of each task", ""});
    const std::int64_t count = num_batches(lengths_[task].size(), options.batch_size);
    total += count;
    const auto size = static_cast<double>(count);
    weights.push_back(stream.draw == TaskDraw::Proportional ? size
                      : stream.draw == TaskDraw::Uniform    ? 1.0
                                                            : std::pow(size, 1.0 / stream.temperature));
  }
  counts_ = split(total, weights);
}

std::int64_t TaskStream::batches_per_epoch() const {
  return std::accumulate(counts_.begin(), counts_.end(), std::int64_t{0});
}

std::vector<MicroBatch> TaskStream::batches(std::int64_t epoch) const {
  std::vector<MicroBatch> all;
  for (std::size_t task = 0; task < lengths_.size(); ++task) {
    TrainingOptions options = options_;
    options.seed += task * 7919;
    const Sampler sampler(lengths_[task], options);
    const std::int64_t own = num_batches(lengths_[task].size(), options_.batch_size);
    // The task's own passes go on across epochs, so that a task that is drawn rarely still sees all of its rows.
    for (std::int64_t i = 0; i < counts_[task];) {
      const std::int64_t first = epoch * counts_[task] + i;
      const auto pass = sampler.batches(first / own);
      for (std::int64_t b = first % own; b < own && i < counts_[task]; ++b, ++i)
        all.push_back({task, pass[static_cast<std::size_t>(b)]});
    }
  }
  const auto order = seeded_permutation(static_cast<std::int64_t>(all.size()),
                                        options_.seed + kOrderSeed + static_cast<std::uint64_t>(epoch));
  std::vector<MicroBatch> mixed;
  for (const std::int64_t place : order) mixed.push_back(std::move(all[static_cast<std::size_t>(place)]));
  return mixed;
}

}  // namespace lorascope::train
