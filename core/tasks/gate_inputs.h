#pragma once

#include <ATen/core/Tensor.h>

#include <cstdint>
#include <functional>
#include <string>
#include <unordered_map>

#include "core/nn/packed_batch.h"

namespace lorascope::tasks {

/// What a gate sees of each sequence, kept over a training: with a frozen base, scalings of 0 in the first pass and no
/// dropout there, the last hidden states of a sequence are the same in every epoch.
class GateInputs {
 public:
  /// Keeps up to `limit_bytes` of fp32 numbers; what does not fit is computed each time. 0: keeps nothing.
  explicit GateInputs(std::int64_t limit_bytes) : limit_bytes_(limit_bytes) {}

  using Compute = std::function<at::Tensor(const nn::PackedBatch&)>;
  /// Last hidden states [T,H] of the batch; `compute` is called for the sequences that are not kept.
  at::Tensor get(const nn::PackedBatch& batch, const Compute& compute);

  std::int64_t num_kept() const { return static_cast<std::int64_t>(kept_.size()); }

 private:
  std::int64_t limit_bytes_;
  std::int64_t kept_bytes_ = 0;
  std::unordered_map<std::string, at::Tensor> kept_;  ///< by the bytes of ids, segment ids and positions
};

}  // namespace lorascope::tasks
