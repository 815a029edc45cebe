#pragma once

#include <cstdint>

#include "core/files/adapter_config.h"
#include "core/files/model_config.h"
#include "core/files/parameter_count.h"
#include "core/files/xlora_config.h"

namespace lorascope::files {

/// Parameters of an X-LoRA model, each counted once, and as the package prints them: it counts the gate twice, and
/// after the first forward pass the adapters as trainable too ([X-LoRA] table 6 mixes both).
struct XloraCount {
  std::int64_t base = 0;  ///< encoder and head
  std::int64_t lora = 0;  ///< of all adapters
  std::int64_t gate = 0;

  std::int64_t all() const { return base + lora + gate; }
  std::int64_t printed_all() const { return all() + gate; }
  std::int64_t printed_trainable() const { return 2 * gate; }
  std::int64_t printed_trainable_unfrozen() const { return 2 * gate + lora; }
};

/// With config.num_adapters() adapters that all look like `adapter`.
XloraCount xlora_parameters(const ModelConfig& model, const HeadShape& head, const AdapterConfig& adapter,
                            const XloraConfig& config);

/// Linear layers of the encoder that `adapter` targets: L of a mixture of such adapters.
std::int64_t num_adapted_modules(const ModelConfig& model, const AdapterConfig& adapter);

}  // namespace lorascope::files
