#pragma once

#include "core/nn/packed_dense.h"
#include "core/tasks/model_parts.h"

namespace lorascope::tasks {

/// The head of a task on packed hidden states [T,H], with hand-written gradients.
class PackedHead {
 public:
  explicit PackedHead(ModelParts& parts) : parts_(parts) {}

  /// Whether the batch has anything to learn from.
  bool has_labels(const Batch& batch) const;

  struct Step {
    nn::Arena& arena;
    const nn::DropoutKey& key;
    bool fresh;     ///< gradients are set, not added to
    double weight;  ///< of the batch's loss
  };
  /// Adds (sets) the gradients of the head and, for choices, of the pooler; d_hidden [T,H] becomes the gradient of
  /// `hidden` where it is defined. Returns the batch's loss. The batch must have labels.
  double train(const at::Tensor& hidden, const Batch& batch, const Step& step, at::Tensor d_hidden);

  /// Tokens [T,K], Spans [T,2], Choices [B/choices, choices]; without dropout, the pooler being that of `encoder`, both each
  /// adapter's own where they are.
  at::Tensor logits(nn::Encoder& encoder, const at::Tensor& hidden, const Batch& batch);

 private:
  double train_tokens(const at::Tensor& hidden, const Batch& batch, const Step& step, at::Tensor& d_hidden);
  double train_spans(const at::Tensor& hidden, const Batch& batch, const Step& step, at::Tensor& d_hidden);
  double train_choices(const at::Tensor& hidden, const Batch& batch, const Step& step, at::Tensor& d_hidden);
  /// Of token rows, for choices of first tokens.
  at::Tensor logits_of(const UsedHead& used, const at::Tensor& input, const Batch& batch);
  /// d_logits [rows,C] -> gradients of the head.
  void put_head_gradients(const at::Tensor& d_logits, const at::Tensor& input, const Step& step);

  ModelParts& parts_;
  nn::Arena arena_;  ///< of evaluations
};

}  // namespace lorascope::tasks
