#include "core/train/evaluation_pass.h"

#include <algorithm>
#include <limits>
#include <numeric>

#include "core/train/row_ranges.h"

namespace lorascope::train {
namespace {

/// Tokens of a batch by length, padding included: enough for products at full rate, little enough to be stopped soon.
constexpr std::int64_t kTokensOfBatch = 2048;

}  // namespace

std::vector<std::vector<std::size_t>> evaluation_batches(std::span<const std::int64_t> row_lengths,
                                                         const EvaluationOptions& options) {
  std::vector<std::size_t> order(row_lengths.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  const auto batch_size = static_cast<std::size_t>(options.batch_size);
  if (options.by_length) {
    std::stable_sort(order.begin(), order.end(),
                     [&](std::size_t a, std::size_t b) { return row_lengths[a] > row_lengths[b]; });
  }
  std::vector<std::vector<std::size_t>> batches;
  std::int64_t longest = 0;
  for (const std::size_t row : order) {
    const auto rows = batches.empty() ? 0 : static_cast<std::int64_t>(batches.back().size());
    const bool is_full = options.by_length ? (rows + 1) * longest > kTokensOfBatch
                                           : rows == static_cast<std::int64_t>(batch_size);
    if (rows == 0 || is_full) {
      batches.emplace_back();
      longest = row_lengths[row];
    }
    batches.back().push_back(row);
  }
  return batches;
}

bool evaluate_rows(tasks::TaskModel& model, std::span<const data::Feature> features, const EvaluationOptions& options,
                   const EvaluationProgress& progress, const EvaluationSink& sink, Evaluation& evaluation) {
  const std::vector<std::size_t> begins = row_begins(model.kind(), features);
  const auto num_rows = static_cast<std::int64_t>(begins.size()) - 1;
  const tasks::BatchOptions batch_options{options.zero_segment_ids};
  for (const std::vector<std::size_t>& rows : evaluation_batches(row_lengths(begins, features), options)) {
    std::vector<const data::Feature*> members;
    for (const std::size_t row : rows) {
      for (std::size_t i = begins[row]; i < begins[row + 1]; ++i) members.push_back(&features[i]);
    }
    tasks::Batch batch = tasks::make_batch(model.kind(), members, batch_options);
    if (!options.adapters.empty())
      for (const data::Feature* member : members)
        batch.adapters.push_back(options.adapters.at(static_cast<std::size_t>(member->example)));
    const tasks::Output output = model.evaluate(batch);
    sink(rows, batch, output);
    evaluation.rows += static_cast<std::int64_t>(rows.size());
    evaluation.tokens += batch.tokens.num_tokens();
    if (progress && !progress(evaluation.rows, num_rows)) return false;
  }
  return true;
}

double LossTerms::mean() const {
  return count > 0 ? sum / static_cast<double>(count) : std::numeric_limits<double>::quiet_NaN();
}

double loss_of_batches(std::span<const LossTerms> rows, int batch_size) {
  const auto size = static_cast<std::size_t>(batch_size);
  double weighted = 0.0;
  for (std::size_t begin = 0; begin < rows.size(); begin += size) {
    const std::span<const LossTerms> batch = rows.subspan(begin, std::min(size, rows.size() - begin));
    LossTerms all;
    for (const LossTerms& row : batch) {
      all.sum += row.sum;
      all.count += row.count;
    }
    if (all.count > 0) weighted += all.mean() * static_cast<double>(batch.size());
  }
  return weighted / static_cast<double>(std::max<std::size_t>(rows.size(), 1));
}

}  // namespace lorascope::train
