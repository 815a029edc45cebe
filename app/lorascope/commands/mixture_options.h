#pragma once

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "core/files/tensor_archive.h"
#include "core/tasks/task_model.h"

namespace CLI {
class App;
}

namespace lorascope::app {

/// How `forward` mixes adapters: an X-LoRA folder as the only --adapter, or --mix with several.
struct MixtureOptions {
  std::string xlora_mode = "ours";
  std::string adapters;  ///< folders of an X-LoRA's adapters, with commas between them
  std::string mix;       ///< "meteora", "arrow", "lorahub", "rows"; empty: none
  std::string gates, tasks, weights, sum = "factors", rows;
  std::int64_t top_k = 0;  ///< 0: the method's own default
  double temperature = 1;

  void add_to(CLI::App& command);
  /// Whether `folders` are a mixture.
  bool is_mixture(const std::vector<std::string>& folders) const;
  /// The mixture of `folders` over `model`. Throws UsageError, CheckpointError.
  std::unique_ptr<tasks::TaskModel> open(const files::ModelFolder& model, const tasks::TaskModelOptions& options,
                                         const std::vector<std::string>& folders) const;
  /// Each sequence's own adapter, where --rows or --mix-tasks name one for each example.
  void set_adapters(tasks::Batch& batch, const std::vector<std::string>& folders) const;
};

/// [T,N] -> [B,S,N].
using Padding = std::function<at::Tensor(const at::Tensor& packed)>;
/// `scalings`, `scalings_applied` [B,S,L,N] and `gate_loss` [], those that there are.
void add_mixture_outputs(const tasks::Output& output, const tasks::Batch& batch, const Padding& padded,
                         files::TensorMap& tensors);

}  // namespace lorascope::app
