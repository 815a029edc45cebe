#pragma once

#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "core/adapters/lora.h"
#include "core/adapters/mixing.h"
#include "core/files/model_folder.h"
#include "core/files/xlora_folder.h"
#include "core/nn/encoder.h"
#include "core/nn/precision.h"
#include "core/tasks/task_model.h"

namespace lorascope::tasks {

/// What an adapter brings beside its factors: its head, and for choices what stands before it.
struct OwnHead {
  std::optional<nn::Dense> head, pooler;
};

/// What turns hidden states into logits.
struct UsedHead {
  nn::Dense& head;
  nn::Dense* pooler;  ///< of choices, else null
};

/// What a task model consists of, without the way it is computed. Does not move: parameters point into it.
struct ModelParts {
  TaskKind kind = TaskKind::Tokens;
  files::ModelConfig config;
  nn::DropoutRates rates;
  SpanLoss span_loss = SpanLoss::Real;
  bool checkpoints = false;
  nn::Precision precision = nn::Precision::Fp32;
  nn::Encoder encoder;
  nn::Dense head;                       ///< "classifier" [C,H] or "qa_outputs" [2,H]
  std::int64_t frozen_head_values = 0;  ///< of the head that the trained one stands for, as PEFT counts it
  std::vector<adapters::AttachedAdapter> adapters;
  std::vector<Parameter> trainable;
  std::map<std::string, at::Tensor> saved;  ///< of a head that is not trained but drawn: written with the adapter
  nn::RowActivity word_rows, position_rows;  ///< of trained tables on the packed path
  std::unique_ptr<adapters::Mixture> mixture;  ///< null: adapters are summed
  std::vector<OwnHead> own_heads;  ///< of adapters mixed by row, one each; empty: all have `head`
  bool has_base_head = true;       ///< whether sequences without an adapter have a head, where adapters have their own
  std::unique_ptr<files::XloraFolder> xlora;   ///< what the mixture was made of, where it is an X-LoRA

  ModelParts() = default;
  ModelParts(const ModelParts&) = delete;
  ModelParts& operator=(const ModelParts&) = delete;

  ParameterCounts counts() const;
  /// That of sequences with the own adapter `adapter`, -1 for none. Throws CheckpointError where there is none.
  UsedHead used_head(nn::Encoder& of, std::int64_t adapter);
};

/// The parts of TaskModel::full, with_new_adapter and with_adapters.
std::unique_ptr<ModelParts> full_parts(const files::ModelFolder& model, const TaskModelOptions& options);
std::unique_ptr<ModelParts> new_adapter_parts(const files::ModelFolder& model, const TaskModelOptions& options,
                                              const files::AdapterConfig& lora);
std::unique_ptr<ModelParts> stored_adapter_parts(const files::ModelFolder& model, const TaskModelOptions& options,
                                                 const std::vector<const files::AdapterFolder*>& adapters);

std::unique_ptr<TaskModel> make_task_model(std::unique_ptr<ModelParts> parts, const TaskModelOptions& options);

}  // namespace lorascope::tasks
