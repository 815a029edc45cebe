#include "core/nn/dropout.h"

#include <cmath>

#include "core/nn/kernels/kernels.h"

namespace lorascope::nn {

MaskStream mask_stream(const DropoutKey& key, std::uint32_t site, double rate) {
  MaskStream stream;
  stream.seed_low = static_cast<std::uint32_t>(key.seed);
  stream.seed_high = static_cast<std::uint32_t>(key.seed >> 32) ^ static_cast<std::uint32_t>(key.draw >> 32);
  stream.draw = static_cast<std::uint32_t>(key.draw);
  stream.site = site;
  stream.threshold = static_cast<std::uint32_t>(std::lround(rate * 65536.0));
  if (stream.threshold > 65535) stream.threshold = 65535;
  stream.scale = 65536.0F / static_cast<float>(65536 - stream.threshold);
  return stream;
}

}  // namespace lorascope::nn
