#pragma once

#include <string>

namespace lorascope::nn {

/// In what numbers the products of dense modules are computed. Bf16 is mixed precision: both factors are rounded to
/// bfloat16, sums are taken in fp32. Weights, gradients, the optimiser's moments, LayerNorms, softmaxes, activations and
/// losses are fp32 in both.
enum class Precision { Fp32, Bf16 };

/// Why bf16 products are not offered on `device` ("cpu" or "cuda"): a processor without AVX512-BF16 and AMX, where they
/// would be emulated and several times slower than fp32; a GPU below compute capability 8. Empty where they are.
std::string why_no_bf16(const std::string& device);

/// `wanted` is "fp32" or "bf16". Throws UsageError for another name, and for "bf16" where `obstacle` says why not.
Precision resolve_precision(const std::string& wanted, const std::string& device, const std::string& obstacle);
/// The same on this machine.
Precision resolve_precision(const std::string& wanted, const std::string& device);

/// What decides on each device, apart from the machine that this runs on; for why_no_bf16().
std::string processor_obstacle(bool has_avx512_bf16, bool has_amx_bf16);
std::string gpu_obstacle(int compute_capability);

}  // namespace lorascope::nn
