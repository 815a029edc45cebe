#pragma once

#include <cstdint>

namespace lorascope::nn {

/// Names one draw of all dropout masks of a forward and backward pass. Every mask value is a function of (seed, draw,
/// site, index) alone (Philox 4x32-10), so masks do not depend on threads, on what was drawn before, or on the path.
struct DropoutKey {
  std::uint64_t seed = 0;
  std::uint64_t draw = 0;  ///< the number of the micro-batch since the start of training
};

/// Rates in [0, 1).
struct DropoutRates {
  double embeddings = 0;        ///< after the embeddings' LayerNorm
  double attention = 0;         ///< on attention probabilities
  double attention_output = 0;  ///< before the residual after attention (0 in DistilBERT)
  double output = 0;            ///< before the residual after the feed-forward block
  double head = 0;              ///< before the task head
};

/// Where a mask is used. Layer l adds 8·l.
enum DropoutSite : std::uint32_t {
  kEmbeddingSite = 0,
  kAttentionSite = 1,
  kAttentionOutputSite = 2,
  kOutputSite = 3,
  kHeadSite = 0x10000,
  kAdapterSite = 0x20000,  ///< first site of the adapters; each adapted module has its own
};

constexpr std::uint32_t layer_site(DropoutSite site, std::int64_t layer) {
  return site + 8U * static_cast<std::uint32_t>(layer);
}

struct MaskStream;
/// The generator of one site's mask. Rates are rounded to multiples of 1/65536.
MaskStream mask_stream(const DropoutKey& key, std::uint32_t site, double rate);

}  // namespace lorascope::nn
