#pragma once

#include <ATen/core/Tensor.h>

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "core/nn/dropout.h"
#include "core/nn/parameter.h"
#include "core/nn/precision.h"
#include "core/tasks/batch.h"

namespace lorascope::files {
struct AdapterConfig;
struct AdapterFolder;
struct ModelFolder;
struct XloraFolder;
}  // namespace lorascope::files

namespace lorascope::tasks {

using nn::Parameter;

/// How the numbers are computed. Packed: packed tokens, hand-written backward, CPU; the default. Compatible: padded
/// rows, plain autograd, the same order of operations as the Python originals; any device.
enum class Path { Packed, Compatible };

/// Over which positions a span's softmax runs. Real: those of the row itself. Padded: all S columns of the padded batch,
/// padding included and computed, as the originals have it; loss and gradients then depend on how far a batch is padded.
enum class SpanLoss { Real, Padded };

struct TaskModelOptions {
  TaskKind kind = TaskKind::Tokens;
  std::int64_t num_labels = 0;  ///< rows of a new token head; 0: as many as the model folder's head has
  Path path = Path::Packed;
  std::string device = "cpu";  ///< "cpu" or "cuda"
  std::uint64_t seed = 42;     ///< of new heads and new adapters
  /// "classifier.weight", "classifier.bias": takes the place of the folder's head and is trained. May be empty.
  std::map<std::string, at::Tensor> head;
  /// One rate for all of the encoder's and the head's dropouts instead of config.json's.
  std::optional<double> dropout;
  /// Positions above the last column are left out of the loss, those below 0 count as 0. Empty: Real on the packed
  /// path, Padded on the compatible one.
  std::optional<SpanLoss> span_loss;
  /// Activation checkpointing: training keeps the input of each layer only and computes the layer once more in the
  /// backward pass. The same gradients, bit for bit on the packed path; see memory_plan.h. Without effect on mixtures.
  bool checkpoints = false;
  /// Bf16 is for the encoder and what stands between it and the head, in training and evaluation; see nn/precision.h.
  /// The caller has asked nn::resolve_precision() whether the device has it.
  nn::Precision precision = nn::Precision::Fp32;
  /// Whether a new adapter trains and saves the head. PEFT does it for tokens and spans, for choices only where the
  /// head is named; a head that is not trained keeps its numbers, drawn ones included.
  bool train_head = true;
  /// A head (and for choices a pooler) that neither the folder, an adapter nor `head` has is drawn; where false it is
  /// refused.
  bool may_draw_head = true;
};

/// Logits of one pass without gradient, over real positions only.
struct Output {
  at::Tensor logits;                      ///< Tokens [T,K]; Spans [T,2] (start, end); Choices [B/choices, choices]
  double loss = 0;                        ///< the batch's mean loss; 0 where nothing is labelled
  std::vector<double> losses;             ///< Tokens [T], Spans [B], Choices [B/choices]: the terms of that mean, or 0
  std::vector<at::Tensor> hidden_states;  ///< on request: L+1 tensors [T,H], the first after the embeddings
  /// Of a mixture with a gate, [T,L,N] over adapted modules and adapters: what the gate says, and what is used of it.
  at::Tensor scalings, applied;
  double gate_loss = 0;  ///< of a mixture: its term of the loss beside the task's
};

struct EvaluateOptions {
  /// Adapters merged into a copy of the weights (within 1e-5 of unmerged, and faster). Not under Bf16, where small
  /// changes of a weight would be rounded away.
  bool merged = true;
  bool hidden_states = false;
};

struct ParameterCounts {
  std::int64_t all = 0;  ///< as the originals count: with the frozen head beside its trained copy
  std::int64_t trainable = 0;
};

/// An encoder with the head of one task and optional adapters: all that training, evaluation and export need.
/// Not thread-safe; one model a thread.
class TaskModel {
 public:
  /// Full fine-tuning of the model in a folder. A head that the folder lacks is drawn: N(0, initializer_range), bias 0;
  /// so is the layer between first token and choices (BERT's pooler, DistilBERT's pre_classifier).
  /// Throws CheckpointError (missing tensors, wrong shapes), UsageError.
  static std::unique_ptr<TaskModel> full(const files::ModelFolder& model, const TaskModelOptions& options);
  /// Frozen encoder with a fresh adapter and a trained head ([LoRA] §4.1). task_type and modules_to_save of `lora` are
  /// filled in where they are empty, as PEFT does for the task.
  static std::unique_ptr<TaskModel> with_new_adapter(const files::ModelFolder& model, const TaskModelOptions& options,
                                                     const files::AdapterConfig& lora);
  /// Frozen encoder with stored adapters, summed. One adapter: it and its head are trained on. Several: only a head is.
  static std::unique_ptr<TaskModel> with_adapters(const files::ModelFolder& model, const TaskModelOptions& options,
                                                  const std::vector<const files::AdapterFolder*>& adapters);
  virtual ~TaskModel();
  TaskModel(const TaskModel&) = delete;
  TaskModel& operator=(const TaskModel&) = delete;

  virtual TaskKind kind() const = 0;
  virtual Path path() const = 0;
  virtual std::int64_t num_labels() const = 0;  ///< rows of the head: C, for spans 2, for choices 1
  virtual SpanLoss span_loss() const = 0;
  virtual std::int64_t max_positions() const = 0;

  /// Trained parameters in a fixed order, gradients allocated. Call values_changed() after writing into values by any
  /// way but an optimiser step that follows train_micro_batch().
  virtual const std::vector<Parameter>& trainable() const = 0;
  virtual ParameterCounts counts() const = 0;
  /// The next micro-batch starts from zero. Until then the gradients' memory may still hold the old values.
  virtual void zero_gradients() = 0;
  virtual void values_changed() = 0;

  /// Forward and backward pass with dropout drawn by `key`: adds loss_weight * dLoss/dp to every gradient and returns
  /// the batch's loss (unweighted). Throws DataError for a sequence longer than max_positions().
  virtual double train_micro_batch(const Batch& batch, double loss_weight, const nn::DropoutKey& key) = 0;
  /// A pass without dropout and gradient.
  virtual Output evaluate(const Batch& batch, const EvaluateOptions& options = {}) = 0;

  /// Scaling s and factors of every adapted module, path as in the adapter file without `base_model.model.`:
  /// ΔW = scaling * b * a. Empty for full fine-tuning.
  struct LowRankFactors {
    std::string module;
    double scaling = 1;
    at::Tensor a;  ///< [R,in]
    at::Tensor b;  ///< [out,R]
  };
  virtual std::vector<LowRankFactors> low_rank_factors() const = 0;
  /// The weight matrices of the encoder's dense layers as they are now, under checkpoint names: to compare with a base.
  virtual std::vector<std::pair<std::string, at::Tensor>> encoder_matrices() const = 0;

  /// The whole task model under checkpoint names, adapters not merged: for files::write_model_folder.
  virtual std::map<std::string, at::Tensor> export_model() const = 0;
  /// Configuration and tensors as PEFT writes them: for files::write_adapter_folder. Throws Error without an adapter.
  virtual files::AdapterFolder export_adapter() const = 0;
  /// Whether several frozen adapters are mixed (mixture_model.h): nothing to merge, no update of its own.
  virtual bool is_mixture() const { return false; }
  /// Gate and adapters for files::write_xlora_folder. Throws Error for a model that is no X-LoRA.
  virtual files::XloraFolder export_xlora() const;
  /// Of MeteoRA the gates "gates.MODULE.weight" [N,in]: for files::write_safetensors. Throws Error for other models.
  virtual std::map<std::string, at::Tensor> export_gates() const;

 protected:
  TaskModel() = default;
};

}  // namespace lorascope::tasks
