#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "core/tasks/task_model.h"

namespace lorascope::nn {
class PackedEncoder;
}

namespace lorascope::tasks {

struct ModelParts;
class PackedHead;

/// Frozen encoder and adapters that act exactly as told: y = W x + b + g Σ_n s_n λ[t,l,n] B_n A_n x, with the scalings λ
/// given from outside instead of by a gate. For questions like "what if this adapter were off": on packed tokens, on the
/// CPU, without gradient.
class ScaledModel {
 public:
  /// `global_weight` is g. Without adapters: the model alone. Throws CheckpointError (as TaskModel::with_adapters; an
  /// adapter with DoRA, with a bias on B, on embeddings or on the pooler, which no scaling can switch).
  ScaledModel(const files::ModelFolder& model, const TaskModelOptions& options,
              const std::vector<const files::AdapterFolder*>& adapters, double global_weight = 1);
  ~ScaledModel();

  /// Paths of the L adapted modules, in the order of the axis L.
  const std::vector<std::string>& modules() const { return modules_; }
  std::int64_t num_adapters() const { return num_adapters_; }
  std::int64_t num_labels() const;
  std::int64_t max_positions() const;
  /// What the head of this model consists of: for another model that is to have the same.
  std::map<std::string, at::Tensor> head() const;

  /// Logits and, always, hidden states [L+1][T,H]. `scalings` [T,L,N]; undefined: no adapter acts. `applied` is what was
  /// used. Throws UsageError where the scalings have another shape.
  Output evaluate(const Batch& batch, const at::Tensor& scalings);

 private:
  std::unique_ptr<ModelParts> parts_;
  std::unique_ptr<nn::PackedEncoder> encoder_;
  std::unique_ptr<PackedHead> head_;
  std::vector<std::string> modules_;
  std::int64_t num_adapters_ = 0;
  double global_weight_;
};

}  // namespace lorascope::tasks
