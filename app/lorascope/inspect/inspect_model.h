#pragma once

#include <memory>
#include <string>
#include <vector>

#include "app/lorascope/inspect/inspect_source.h"
#include "app/lorascope/inspect/inspect_text.h"
#include "app/lorascope/inspect/what_if.h"
#include "core/data/label_set.h"
#include "core/files/model_folder.h"
#include "core/nn/encoder.h"
#include "core/tasks/task_model.h"
#include "core/text/tokenizer.h"

namespace lorascope::nn {
class PackedEncoder;
}
namespace lorascope::tasks {
class ScaledModel;
}

namespace lorascope::app::inspect {

enum class ModelKind { Base, FullFineTuning, Adapters, Xlora };
std::string_view text(ModelKind kind);  ///< "base", "ft", "lora", "xlora"

/// What one pass says.
struct Look {
  tasks::Output output;  ///< with hidden states [L+1][T,H]; of X-LoRA also scalings and applied
  at::Tensor used;       ///< [T,L,N] the scalings that acted; undefined where there are no adapters
};

/// One loaded model with what it is compared with: the same text through the tuned model, its base, and the tuned model
/// with parts switched off or scaled. Not thread-safe.
class InspectModel {
 public:
  /// Throws CheckpointError, UsageError.
  explicit InspectModel(InspectSource source);
  ~InspectModel();

  const InspectSource& source() const { return source_; }
  ModelKind kind() const { return kind_; }
  const text::Tokenizer& tokenizer() const { return tokenizer_; }
  const data::LabelSet& labels() const { return labels_; }
  bool has_head() const { return has_head_; }
  std::int64_t num_blocks() const { return folder_.config.num_layers; }
  /// L and N of adapters; of a fine-tuned model its dense modules and one "adapter", the fine-tuning itself.
  const ScalingAxes& axes() const { return axes_; }
  bool has_gate() const { return kind_ == ModelKind::Xlora; }
  bool is_layerwise() const { return is_layerwise_; }
  /// Why there is no what-if; empty where there is.
  const std::string& fixed_because() const { return fixed_because_; }
  const std::vector<std::string>& warnings() const { return warnings_; }
  bool has_base() const { return kind_ != ModelKind::Base; }

  EncodedText encode(const InspectText& text) const;
  tasks::Batch batch_of(const EncodedText& text) const;

  Look look(const tasks::Batch& batch);
  /// With parts changed; `plain` is look(batch). Of a fine-tuned model a scaling f of a module is the weight
  /// W_base + f (W - W_base), for all tokens alike. Throws UsageError where the model has nothing to change.
  Look look(const tasks::Batch& batch, const Look& plain, const WhatIf& what_if);
  /// [N] each adapter alone with full strength, with its own head where it has one of this task: all in one batch that
  /// holds the text once for each, or one after the other where the adapters cannot share one.
  std::vector<Look> looks_alone(const EncodedText& text);
  /// One of these by itself.
  Look look_alone(const tasks::Batch& batch, std::int64_t adapter);
  /// [L+1][T,H] of the base; those of `plain` where the model is its own base.
  std::vector<at::Tensor> base_states(const tasks::Batch& batch, const Look& plain);

 private:
  void load_adapters();
  void load_fine_tuned();
  tasks::TaskModelOptions options() const;
  std::vector<const files::AdapterFolder*> folders() const;
  Look look_blended(const tasks::Batch& batch, const WhatIf& what_if);
  tasks::Batch batch_of(const EncodedText& text, std::int64_t times) const;

  InspectSource source_;
  ModelKind kind_ = ModelKind::Base;
  files::ModelFolder folder_, base_folder_;
  files::TensorMap head_;  ///< that goes before all others
  text::Tokenizer tokenizer_;
  data::LabelSet labels_;
  int max_length_ = 0;
  bool has_head_ = true, is_layerwise_ = true;
  ScalingAxes axes_;
  std::vector<std::string> warnings_;
  std::string fixed_because_;
  std::vector<files::AdapterFolder> adapters_;
  std::unique_ptr<tasks::TaskModel> tuned_;     ///< of adapters and mixtures, as they predict
  std::unique_ptr<tasks::ScaledModel> scaled_;  ///< the same as told; of other models the model itself
  std::unique_ptr<tasks::TaskModel> by_row_;                ///< each sequence with its own adapter, made when asked for
  std::vector<std::unique_ptr<tasks::ScaledModel>> alone_;  ///< by adapter, where they cannot share a batch
  std::unique_ptr<nn::Encoder> base_;
  std::unique_ptr<nn::PackedEncoder> base_pass_;
};

}  // namespace lorascope::app::inspect
