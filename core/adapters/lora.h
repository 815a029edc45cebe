#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "core/files/adapter_config.h"
#include "core/files/adapter_match.h"
#include "core/nn/encoder.h"

namespace lorascope::adapters {

/// A tensor of the encoder or of an adapter on it, under its name in the adapter file.
struct NamedWeight {
  std::string name;
  nn::Weight* weight;
};

/// One adapter over an encoder: what it put there. Pointers are into the encoder, which must stay where it is.
struct AttachedAdapter {
  files::AdapterConfig config;
  std::vector<NamedWeight> weights;  ///< A, B, bias of B of every module, then the biases that the adapter brings
  std::vector<std::string> modules;  ///< paths of the adapted modules, in the order of the layers
};

/// Puts a fresh adapter on every module that `config` targets: A and B as `init_lora_weights` says ([PEFT]; "true":
/// A uniform in ±1/sqrt(in), B zero; "gaussian": A normal with deviation 1/R; "false": both uniform), trained; then
/// makes the biases trained that `config.bias` names. Values depend on the seed and the tensor's name. Throws
/// CheckpointError: nothing is targeted, an initialisation or a variant that is not supported.
AttachedAdapter attach_new_adapter(nn::Encoder& encoder, const files::AdapterConfig& config, std::uint64_t seed);

/// Puts a stored adapter on the encoder, beside those already there; `trained` as for a fresh one.
AttachedAdapter attach_stored_adapter(nn::Encoder& encoder, const files::AdapterConfig& config,
                                      const files::AdapterMatch& match, bool trained);

/// The same encoder with every adapter added into a copy of its module's weight: W + scaling · B A, b + scaling ·
/// b_bias. What has no adapter shares its memory with `encoder`. Nothing in the result is trained.
nn::Encoder merged(const nn::Encoder& encoder);

}  // namespace lorascope::adapters
