#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "core/adapters/initialisation.h"
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
  /// A, B, bias of B and magnitude of every module, then biases and modules that the adapter trains whole.
  std::vector<NamedWeight> weights;
  std::vector<std::string> modules;  ///< paths of the adapted modules, in the order of the layers
  /// By path, of modules whose weight has become W - scaling · B₀ A₀: what was taken out.
  std::map<std::string, StartFactors> taken_out;
  /// Of encoder modules that the adapter trains whole: [PEFT] keeps the frozen originals beside them.
  std::int64_t copied_values = 0;
};

/// Puts a fresh adapter on every module that `config` targets, A and B as start_factors() gives them (on embeddings A
/// zero, B normal), all trained; with use_dora the magnitudes are the row norms of W + scaling · B A. Initialisations
/// that change the base change the encoder's weight. Then makes trained: the biases that `config.bias` names, and
/// encoder modules in modules_to_save, whose path ends with an entry, as text. Values depend on the seed and the
/// tensor's name. On embeddings magnitudes are lengths of columns, as [PEFT] has them. Throws CheckpointError: nothing is
/// targeted, what is not supported, DoRA with a bias on B or beside another adapter.
AttachedAdapter attach_new_adapter(nn::Encoder& encoder, const files::AdapterConfig& config, std::uint64_t seed);

/// Puts a stored adapter on the encoder, beside those already there; `trained` as for a fresh one. Of an initialisation
/// that changes the base, [PEFT]'s decomposition is repeated on the encoder's weights: where `trained` the base is
/// changed as it was in training; else the base stays and the adapter becomes the equal plain one of rank 2R,
/// ΔW = scaling · (B A - B₀ A₀).
AttachedAdapter attach_stored_adapter(nn::Encoder& encoder, const files::AdapterConfig& config,
                                      const files::AdapterMatch& match, bool trained);

/// The same encoder with every adapter added into a copy of its module's weight: W + scaling · B A, with DoRA
/// g ⊙ (W + scaling · B A), b + scaling · b_bias. What has no adapter shares its memory with `encoder`. Nothing in the
/// result is trained. `encoder` stays as it was, so that going back to unmerged costs nothing and loses nothing.
nn::Encoder merged(const nn::Encoder& encoder);

}  // namespace lorascope::adapters
