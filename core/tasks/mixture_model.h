#pragma once

#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "core/adapters/xlora.h"
#include "core/tasks/task_model.h"

namespace lorascope::files {
struct XloraFolder;
}

namespace lorascope::tasks {

/// How an X-LoRA model is made of its folder.
struct XloraModelOptions {
  adapters::XloraOptions xlora;
  bool trains_head = false;       ///< beside the gate
  std::optional<double> dropout;  ///< one rate for the gate and the adapters' inputs instead of their own
};

/// Frozen encoder and adapters with a trained gate over them ([X-LoRA]). The head is options.head, else the
/// mixture's own, else that of the first adapter that brings one of this task, else the folder's. A head that is drawn
/// is trained in any case. Throws CheckpointError (the gate or an adapter does not fit the model), UsageError.
std::unique_ptr<TaskModel> xlora_model(const files::ModelFolder& model, const TaskModelOptions& options,
                                       const files::XloraFolder& mixture, const XloraModelOptions& xlora);

/// One model a task over one gate: the models' gates are the same memory, each has a head of its own. Values of a
/// gate that one model trains are the others' too, but each has to be told by values_changed().
std::vector<std::unique_ptr<TaskModel>> xlora_models(const files::ModelFolder& model,
                                                     const std::vector<TaskModelOptions>& tasks,
                                                     const files::XloraFolder& mixture, const XloraModelOptions& xlora);

/// An X-LoRA folder with a fresh gate over `adapters`. `config` states everything but the adapters, whose names are
/// their folders', and the hidden size. Throws CheckpointError (an adapter that does not fit the model, DoRA).
files::XloraFolder new_xlora(const files::ModelFolder& model, const std::vector<const files::AdapterFolder*>& adapters,
                             files::XloraConfig config, std::uint64_t seed);

/// The rivals of X-LoRA.
enum class Mixing {
  Meteora,  ///< a trained gate a module
  Arrow,    ///< routing without training
  Sum,      ///< Σ w scaling B A: LoRAHub over updates, exact merge, uniform average
  Factors,  ///< (Σ w A, Σ w B): LoRAHub as published
  Rows,     ///< Batch::adapters: each sequence with its own
};

struct MixingOptions {
  Mixing kind = Mixing::Sum;
  std::vector<double> weights;  ///< Sum, Factors: one an adapter
  std::int64_t top_k = 2;       ///< Meteora, Arrow
  double temperature = 1;       ///< Arrow
  adapters::MeteoraOptions meteora;
  std::optional<double> dropout;  ///< one rate for the adapters' inputs instead of their own
};

/// Frozen encoder, adapters and head mixed in one of these ways; trained are gates where there are any. Throws as
/// xlora_model.
std::unique_ptr<TaskModel> mixture_model(const files::ModelFolder& model, const TaskModelOptions& options,
                                         const std::vector<const files::AdapterFolder*>& adapters,
                                         const MixingOptions& mixing);

}  // namespace lorascope::tasks
