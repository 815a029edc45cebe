#pragma once

#include <ATen/core/Tensor.h>

#include <cstdint>
#include <functional>
#include <string_view>
#include <vector>

#include "core/adapters/lora.h"
#include "core/files/xlora_folder.h"
#include "core/nn/encoder.h"

namespace lorascope::adapters {

/// Whose numbers X-LoRA computes: the package's (with enable_softmax_topk one softmax over a whole batch), PEFT's (one
/// a token), or ours (PEFT's, without dropout in the first pass and on the inputs of the frozen adapters).
enum class XloraMode { Package, Peft, Ours };

/// "xlora", "peft", "ours". Throws UsageError.
XloraMode xlora_mode(std::string_view name);

/// The gate ([X-LoRA] §2): linear layers with ReLU and dropout between them that turn the last hidden state of a token
/// into the scalings of its adapters.
class XloraGate {
 public:
  /// `layers` is L. Throws CheckpointError where the gate does not fit the encoder's hidden size or L, or where the
  /// mode cannot compute what the config asks for.
  XloraGate(const files::XloraFolder& mixture, const nn::Encoder& encoder, std::int64_t layers, XloraMode mode);

  /// Dropout after the ReLU of inner layer `layer`.
  using Dropout = std::function<at::Tensor(const at::Tensor& x, std::int64_t layer)>;
  /// Scalings [..,L,N] for hidden states [..,H]: after the softmax, before the choice of adapters.
  at::Tensor predict(const at::Tensor& hidden, const Dropout& drop) const;
  /// What a module uses of scalings [B,S,L,N] or [T,L,N]: top-k without renormalising, then its softmax where the
  /// config has one.
  at::Tensor applied(const at::Tensor& scalings) const;

  /// Trained, under their names in the file.
  std::vector<NamedWeight> weights();
  const std::vector<nn::Weight>& layer_weights() const { return weights_; }
  const std::vector<nn::Weight>& layer_biases() const { return biases_; }
  const files::XloraConfig& config() const { return config_; }
  std::int64_t num_layers() const { return layers_; }
  XloraMode mode() const { return mode_; }

 private:
  void check(const nn::Encoder& encoder, const std::string& where) const;

  files::XloraConfig config_;
  std::vector<std::string> names_;  ///< weight, bias, weight, …; empty texts for missing biases
  std::vector<nn::Weight> weights_, biases_;
  std::int64_t layers_ = 0;
  XloraMode mode_;
};

/// A gate as torch's nn.Linear draws it, uniform in ±1/sqrt(in), under the names of the config's format.
std::vector<files::GateLayer> new_gate(const files::XloraConfig& config, std::int64_t hidden, std::int64_t layers,
                                       std::uint64_t seed);

}  // namespace lorascope::adapters
