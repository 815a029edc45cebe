#pragma once

#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "core/adapters/weight_search.h"
#include "core/adapters/xlora.h"
#include "core/tasks/task_model.h"

namespace lorascope::files {
struct XloraFolder;
}

namespace lorascope::tasks {

/// How an X-LoRA model is made of its folder.
struct XloraModelOptions {
  adapters::XloraOptions xlora;
  /// Of each task the number of the adapter that was trained for it, which the term of task_weight asks for on its
  /// examples; -1 for none. Batch::adapters goes before it. Empty: only what a batch says.
  std::vector<std::int64_t> own_adapters;
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
  std::vector<double> weights;  ///< Sum, Factors: one an adapter; empty: 1/N each
  std::int64_t top_k = 2;       ///< Meteora, Arrow
  double temperature = 1;       ///< Arrow
  /// The gates to start from and the weight of their loss; the gates as they are then: TaskModel::export_gates().
  adapters::MeteoraOptions meteora;
  /// Meteora: as XloraModelOptions::own_adapters.
  std::vector<std::int64_t> own_adapters;
  bool trains_head = false;       ///< beside gates; a head that is drawn is trained in any case
  std::optional<double> dropout;  ///< one rate for the adapters' inputs instead of their own
};

/// Frozen encoder, adapters and head mixed in one of these ways; trained are gates where there are any. The head is
/// chosen as xlora_model() does, with Rows each adapter has its own. Throws as xlora_model.
std::unique_ptr<TaskModel> mixture_model(const files::ModelFolder& model, const TaskModelOptions& options,
                                         const std::vector<const files::AdapterFolder*>& adapters,
                                         const MixingOptions& mixing);

/// One model a task over the same adapters, weights and gates, as xlora_models() does it: for MultiTaskTrainer.
std::vector<std::unique_ptr<TaskModel>> mixture_models(const files::ModelFolder& model,
                                                       const std::vector<TaskModelOptions>& tasks,
                                                       const std::vector<const files::AdapterFolder*>& adapters,
                                                       const MixingOptions& mixing);

/// LoRAHub's search: the weights of Sum or Factors (mixing.kind) with the smallest loss on labelled examples. Throws
/// UsageError (another kind), as mixture_model().
adapters::FoundWeights search_mixture(const files::ModelFolder& model, const TaskModelOptions& options,
                                      const std::vector<const files::AdapterFolder*>& adapters,
                                      const MixingOptions& mixing, const Batch& examples,
                                      const adapters::WeightSearchOptions& search);

}  // namespace lorascope::tasks
