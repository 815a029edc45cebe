#include "core/tasks/packed_head.h"

#include <ATen/ATen.h>

#include <algorithm>

#include "core/nn/kernels/kernels.h"
#include "core/nn/parallel.h"
#include "core/tasks/sequence_order.h"
#include "core/tasks/span_targets.h"

namespace lorascope::tasks {
namespace {

constexpr std::int64_t kRowGrain = 16;

std::int64_t num_labelled(const Batch& batch) {
  return std::count_if(batch.labels.begin(), batch.labels.end(), [](auto label) { return label >= 0; });
}

/// Dropout before the head on rows [rows,H]; backwards the same masks on the gradient.
class HeadDropout {
 public:
  HeadDropout(const PackedHead::Step& step, double rate)
      : arena_(step.arena), drops_(rate > 0), mask_(nn::mask_stream(step.key, nn::kHeadSite, rate)) {}

  at::Tensor forward(const at::Tensor& x) const {
    if (!drops_) return x;
    const at::Tensor dropped = arena_.matrix(x.size(0), x.size(1));
    apply(x, dropped);
    return dropped;
  }
  void backward(const at::Tensor& d) const {
    if (drops_) apply(d, d);
  }

 private:
  void apply(const at::Tensor& x, const at::Tensor& out) const {
    const float* from = x.const_data_ptr<float>();
    float* to = out.data_ptr<float>();
    nn::parallel_ranges(x.size(0), kRowGrain, [&](std::int64_t begin, std::int64_t end, int) {
      nn::kernels().mask_rows(mask_, begin, end - begin, x.size(1), from, to);
    });
  }

  nn::Arena& arena_;
  bool drops_;
  nn::MaskStream mask_;
};

/// The tokens at column 0.
at::Tensor first_tokens(const nn::PackedBatch& tokens) {
  std::vector<std::int64_t> firsts;
  for (std::int64_t b = 0; b < tokens.num_sequences(); ++b) {
    const auto begin = tokens.positions.begin() + tokens.boundaries[b];
    firsts.push_back(std::find(begin, tokens.positions.begin() + tokens.boundaries[b + 1], 0) -
                     tokens.positions.begin());
  }
  return at::tensor(firsts, at::kLong);
}

/// What stands between the first token and the choices: tanh(W x + b), in DistilBERT ReLU(W x + b).
class Pooler {
 public:
  Pooler(nn::Dense& dense, files::Family family)
      : dense_(dense), group_{{&dense}, &dense.weight}, is_tanh_(family == files::Family::Bert) {}

  at::Tensor forward(const at::Tensor& x, const nn::PackedPass& pass) {
    pooled_ = pass.arena.matrix(x.size(0), x.size(1));
    tape_ = nn::dense_forward(group_, x, pooled_, pass);
    pooled_.add_(nn::effective_bias(dense_));
    return is_tanh_ ? pooled_.tanh_() : pooled_.relu_();
  }

  /// d [B,H] is used up; dx may be undefined.
  void backward(at::Tensor& d, const at::Tensor& dx, const nn::PackedPass& pass) {
    if (is_tanh_)
      d.mul_(1 - pooled_ * pooled_);
    else
      d.mul_(pooled_.gt(0));
    if (dense_.bias.is_trained())
      nn::put_gradient(dense_.bias.gradient, d.sum(0).const_data_ptr<float>(), pass.fresh);
    nn::dense_backward(group_, tape_, d, dx, 0, pass);
  }

 private:
  nn::Dense& dense_;
  nn::DenseGroup group_;
  bool is_tanh_;
  at::Tensor pooled_;
  nn::DenseTape tape_;
};

}  // namespace

bool PackedHead::has_labels(const Batch& batch) const {
  if (parts_.kind != TaskKind::Spans) return num_labelled(batch) > 0;
  const SpanTargets targets = span_targets(batch, parts_.span_loss);
  return targets.num_starts + targets.num_ends > 0;
}

double PackedHead::train(const at::Tensor& hidden, const Batch& batch, const Step& step, at::Tensor d_hidden) {
  switch (parts_.kind) {
    case TaskKind::Tokens:
      return train_tokens(hidden, batch, step, d_hidden);
    case TaskKind::Spans:
      return train_spans(hidden, batch, step, d_hidden);
    case TaskKind::Choices:
      return train_choices(hidden, batch, step, d_hidden);
  }
  return 0;
}

void PackedHead::put_head_gradients(const at::Tensor& d_logits, const at::Tensor& input, const Step& step) {
  nn::Dense& head = parts_.head;
  if (!head.weight.is_trained()) return;
  at::addmm_out(head.weight.gradient, head.weight.gradient, d_logits.t(), input, step.fresh ? 0 : 1, 1);
  nn::put_gradient(head.bias.gradient, d_logits.sum(0).const_data_ptr<float>(), step.fresh);
}

double PackedHead::train_tokens(const at::Tensor& hidden, const Batch& batch, const Step& step, at::Tensor& d_hidden) {
  const std::int64_t tokens = hidden.size(0), classes = parts_.head.weight.value.size(0);
  const auto labelled = static_cast<double>(num_labelled(batch));
  const auto token_weight = static_cast<float>(step.weight / labelled);
  const HeadDropout dropout(step, parts_.rates.head);
  const at::Tensor input = dropout.forward(hidden);
  const at::Tensor logits = at::addmm(parts_.head.bias.value, input, parts_.head.weight.value.t());
  const at::Tensor d_logits = at::zeros({tokens, classes}, at::kFloat);
  const float* values = logits.const_data_ptr<float>();
  float* d_values = d_logits.data_ptr<float>();
  double loss = 0;
  for (std::int64_t t = 0; t < tokens; ++t)
    if (batch.labels[t] >= 0)
      loss += nn::kernels().cross_entropy(values + t * classes, classes, batch.labels[t], token_weight,
                                          d_values + t * classes);
  put_head_gradients(d_logits, input, step);
  if (d_hidden.defined()) {
    at::mm_out(d_hidden, d_logits, parts_.head.weight.value);
    dropout.backward(d_hidden);
  }
  return loss / labelled;
}

double PackedHead::train_spans(const at::Tensor& hidden, const Batch& batch, const Step& step, at::Tensor& d_hidden) {
  const std::int64_t tokens = hidden.size(0);
  const SpanTargets targets = span_targets(batch, parts_.span_loss);
  const HeadDropout dropout(step, parts_.rates.head);
  const at::Tensor input = dropout.forward(hidden);
  // [2,T]: each row's softmax then runs along memory.
  const at::Tensor logits = at::addmm(parts_.head.bias.value.unsqueeze(1), parts_.head.weight.value, input.t());
  const at::Tensor d_logits = at::zeros({2, tokens}, at::kFloat);
  double loss = 0;
  const auto side = [&](std::int64_t number, std::int64_t count, std::int64_t SpanTargets::Row::*label) {
    const float* values = logits.const_data_ptr<float>() + number * tokens;
    float* d_values = d_logits.data_ptr<float>() + number * tokens;
    double sum = 0;
    for (const SpanTargets::Row& row : targets.rows)
      if (row.*label >= 0)
        sum += nn::kernels().cross_entropy(values + row.first, row.classes, row.*label,
                                           static_cast<float>(step.weight / (2.0 * static_cast<double>(count))),
                                           d_values + row.first);
    if (count > 0) loss += sum / (2.0 * static_cast<double>(count));
  };
  side(0, targets.num_starts, &SpanTargets::Row::start);
  side(1, targets.num_ends, &SpanTargets::Row::end);
  put_head_gradients(d_logits.t(), input, step);
  if (d_hidden.defined()) {
    at::mm_out(d_hidden, d_logits.t(), parts_.head.weight.value);
    dropout.backward(d_hidden);
  }
  return loss;
}

double PackedHead::train_choices(const at::Tensor& hidden, const Batch& batch, const Step& step,
                                 at::Tensor& d_hidden) {
  const std::int64_t rows = batch.tokens.num_sequences(), width = hidden.size(1);
  const auto labelled = static_cast<double>(num_labelled(batch));
  const nn::PackedPass pass{batch.tokens, step.arena, &step.key, true, step.fresh, nullptr, parts_.precision};
  const at::Tensor firsts = first_tokens(batch.tokens);
  const at::Tensor input = hidden.index_select(0, firsts);
  Pooler pooler(*parts_.encoder.pooler, parts_.config.family);
  const HeadDropout dropout(step, parts_.rates.head);
  const at::Tensor dropped = dropout.forward(pooler.forward(input, pass));
  const at::Tensor logits = at::addmm(parts_.head.bias.value, dropped, parts_.head.weight.value.t());
  const at::Tensor d_logits = at::zeros({rows, 1}, at::kFloat);
  double loss = 0;
  for (std::size_t example = 0; example < batch.labels.size(); ++example)
    if (batch.labels[example] >= 0) {
      const auto first = static_cast<std::int64_t>(example) * batch.choices;
      loss += nn::kernels().cross_entropy(logits.const_data_ptr<float>() + first, batch.choices, batch.labels[example],
                                          static_cast<float>(step.weight / labelled),
                                          d_logits.data_ptr<float>() + first);
    }
  put_head_gradients(d_logits, dropped, step);
  if (!d_hidden.defined() && !parts_.encoder.pooler->is_trained()) return loss / labelled;
  at::Tensor d_pooled = at::mm(d_logits, parts_.head.weight.value);
  dropout.backward(d_pooled);
  const at::Tensor d_input = d_hidden.defined() ? step.arena.matrix(rows, width) : at::Tensor();
  pooler.backward(d_pooled, d_input, pass);
  if (d_hidden.defined()) d_hidden.zero_().index_copy_(0, firsts, d_input);
  return loss / labelled;
}

at::Tensor PackedHead::logits_of(const UsedHead& used, const at::Tensor& input, const Batch& batch) {
  const auto linear = [&](const at::Tensor& rows) {
    return at::addmm(used.head.bias.value, rows, used.head.weight.value.t());
  };
  if (parts_.kind != TaskKind::Choices) return linear(input);
  const nn::PackedPass pass{batch.tokens, arena_, nullptr, false, false, nullptr, parts_.precision};
  return linear(Pooler(*used.pooler, parts_.config.family).forward(input, pass));
}

at::Tensor PackedHead::logits(nn::Encoder& encoder, const at::Tensor& hidden, const Batch& batch) {
  arena_.reset();
  const bool is_choice = parts_.kind == TaskKind::Choices;
  const at::Tensor input = is_choice ? hidden.index_select(0, first_tokens(batch.tokens)) : hidden;
  at::Tensor logits;
  if (parts_.own_heads.empty()) {
    logits = logits_of(parts_.used_head(encoder, -1), input, batch);
  } else {
    logits = at::empty({input.size(0), parts_.head.weight.value.size(0)}, at::kFloat);
    for (const OwnerRows& own : rows_by_adapter(batch)) {
      const at::Tensor& rows = is_choice ? own.sequences : own.tokens;
      logits.index_copy_(0, rows, logits_of(parts_.used_head(encoder, own.adapter), input.index_select(0, rows), batch));
    }
  }
  return is_choice ? logits.view({-1, batch.choices}) : logits;
}

}  // namespace lorascope::tasks
