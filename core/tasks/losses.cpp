#include <ATen/ATen.h>

#include "core/nn/kernels/kernels.h"
#include "core/tasks/pass.h"
#include "core/tasks/span_targets.h"

namespace lorascope::tasks {
namespace {

double mean(double sum, std::int64_t count) {
  return count > 0 ? sum / static_cast<double>(count) : 0;
}

/// -log p(label) of every labelled row of `logits` and their mean.
void add_row_losses(const Batch& batch, Output& output) {
  const std::int64_t classes = output.logits.size(1);
  const float* logits = output.logits.const_data_ptr<float>();
  output.losses.assign(batch.labels.size(), 0.0);
  double sum = 0;
  std::int64_t count = 0;
  for (std::size_t row = 0; row < batch.labels.size(); ++row) {
    if (batch.labels[row] < 0) continue;
    output.losses[row] = nn::kernels().cross_entropy(logits + row * classes, classes, batch.labels[row], 0, nullptr);
    sum += output.losses[row];
    ++count;
  }
  output.loss = mean(sum, count);
}

void add_span_losses(const Batch& batch, SpanLoss loss, Output& output) {
  const SpanTargets targets = span_targets(batch, loss);
  const at::Tensor transposed = output.logits.t().contiguous();  // [2,T]
  const float* logits = transposed.const_data_ptr<float>();
  const std::int64_t tokens = batch.tokens.num_tokens();
  double starts = 0, ends = 0;
  const auto term = [&](const float* row, std::int64_t classes, std::int64_t label) {
    return label < 0 ? 0.0 : nn::kernels().cross_entropy(row, classes, label, 0, nullptr);
  };
  for (const SpanTargets::Row& row : targets.rows) {
    const double start = term(logits + row.first, row.classes, row.start);
    const double end = term(logits + tokens + row.first, row.classes, row.end);
    starts += start;
    ends += end;
    output.losses.push_back((start + end) / 2);
  }
  output.loss = (mean(starts, targets.num_starts) + mean(ends, targets.num_ends)) / 2;
}

}  // namespace

void add_losses(const ModelParts& parts, const Batch& batch, Output& output) {
  if (parts.kind == TaskKind::Spans)
    add_span_losses(batch, parts.span_loss, output);
  else
    add_row_losses(batch, output);
}

}  // namespace lorascope::tasks
