#include "core/tasks/memory_plan.h"

namespace lorascope::tasks {
namespace {

constexpr std::int64_t kBytes = 4;
constexpr std::int64_t kQueryBlock = 32;  // rows of probabilities that the attention kernel has at hand

/// Numbers that one layer keeps, and that its backward pass works with on top.
struct LayerNumbers {
  std::int64_t kept = 0, working = 0;
};

LayerNumbers packed_layer(const files::ModelConfig& config, const MemoryRequest& request) {
  const std::int64_t tokens = request.rows * request.length, hidden = config.hidden_size;
  const std::int64_t scratch =
      8 * request.length * config.head_size() + 3 * kQueryBlock * request.length + kQueryBlock * config.head_size();
  LayerNumbers numbers;
  numbers.kept = tokens * ((8 + request.dropped_inputs) * hidden + 2 * config.intermediate_size + config.num_heads + 4 +
                           request.adapter_rank) +
                 scratch * request.threads;
  numbers.working = tokens * ((request.dropout ? 6 : 4) * hidden + config.intermediate_size + request.adapter_rank) +
                    scratch * request.threads;
  return numbers;
}

LayerNumbers compatible_layer(const files::ModelConfig& config, const MemoryRequest& request) {
  const std::int64_t tokens = request.rows * request.length, hidden = config.hidden_size;
  const std::int64_t scores = request.rows * config.num_heads * request.length * request.length;
  LayerNumbers numbers;
  numbers.kept = tokens * (((request.dropout ? 15 : 11) + 2 * request.dropped_inputs) * hidden +
                           2 * config.intermediate_size + request.adapter_rank) +
                 scores * (request.dropout ? 3 : 1);
  numbers.working = tokens * (4 * hidden + config.intermediate_size) + 2 * scores;
  return numbers;
}

/// Numbers of one layer's inputs that a backward pass in bf16 reads once more: of all its dense modules, or of query, key
/// and value alone where those have adapters.
std::int64_t rounded_inputs(const files::ModelConfig& config, const MemoryRequest& request) {
  const std::int64_t tokens = request.rows * request.length, hidden = config.hidden_size;
  return tokens * (request.adapter_rank > 0 ? hidden : 3 * hidden + config.intermediate_size);
}

}  // namespace

MemoryPlan plan_memory(const files::ModelConfig& config, const MemoryRequest& request) {
  const std::int64_t states = request.rows * request.length * config.hidden_size;
  LayerNumbers layer =
      request.path == Path::Packed ? packed_layer(config, request) : compatible_layer(config, request);
  MemoryPlan plan;
  plan.weights = kBytes * request.parameters;
  if (request.precision == nn::Precision::Bf16) {
    const std::int64_t hidden = config.hidden_size;
    plan.weights += kBytes / 2 * config.num_layers * (4 * hidden * hidden + 2 * hidden * config.intermediate_size);
    layer.kept += rounded_inputs(config, request) / 2;
  }
  plan.gradients = kBytes * request.trainable;
  plan.optimizer = 2 * kBytes * request.trainable;
  // Embeddings before and after their LayerNorm, the last states' gradient; then all layers, or their inputs and one.
  const std::int64_t outer = 3 * states;
  plan.activations =
      kBytes * (outer + (request.checkpoints ? config.num_layers * states : config.num_layers * layer.kept));
  // On the packed path what the last layer kept stays where it is until the step is over.
  const std::int64_t recomputed = !request.checkpoints ? 0 : request.path == Path::Packed ? 2 : 1;
  plan.working = kBytes * (layer.working + recomputed * layer.kept);
  return plan;
}

}  // namespace lorascope::tasks
