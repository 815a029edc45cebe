#pragma once

#include <cstdint>

#include "core/files/model_config.h"
#include "core/nn/precision.h"
#include "core/tasks/task_model.h"

namespace lorascope::tasks {

/// One training step whose memory is asked for.
struct MemoryRequest {
  std::int64_t rows = 1;          ///< B sequences of a micro-batch
  std::int64_t length = 1;        ///< S tokens of each
  Path path = Path::Packed;
  bool checkpoints = false;       ///< activation checkpointing
  bool dropout = true;            ///< anywhere above 0
  std::int64_t parameters = 0;    ///< of encoder, head and adapters together
  std::int64_t trainable = 0;     ///< of these
  std::int64_t adapter_rank = 0;  ///< Σ R over the adapters of one layer; 0 under full fine-tuning
  std::int64_t dropped_inputs = 0;  ///< adapters of one layer with dropout: each keeps its input [T,H] once more
  int threads = 1;
  nn::Precision precision = nn::Precision::Fp32;
};

/// Bytes at the highest point of the step. What the processes' code and libraries take comes on top.
struct MemoryPlan {
  std::int64_t weights = 0;      ///< under Bf16 with the rounded copies of those that products take
  std::int64_t gradients = 0;
  std::int64_t optimizer = 0;    ///< two moments a trained number
  std::int64_t activations = 0;  ///< kept from the forward for the backward pass
  std::int64_t working = 0;      ///< of the layer that is being computed

  std::int64_t total() const { return weights + gradients + optimizer + activations + working; }
};

/// Counted tensor by tensor for the packed path (T = B·S tokens; a layer keeps T(8H + 2I + A + 4) numbers and works with
/// T(6H + I)); for the compatible path what autograd keeps of the same block, T(15H + 2I) + 3·B·A·S² with dropout, under
/// LoRA somewhat less. Bf16 adds a copy of each dense weight and of the products' inputs that gradients need, at two bytes.
MemoryPlan plan_memory(const files::ModelConfig& config, const MemoryRequest& request);

}  // namespace lorascope::tasks
