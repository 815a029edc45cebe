#pragma once

#include <string>

namespace lorascope::nn {

/// Where tensors live: "cpu" or "cuda". `wanted` is "auto", "cpu" or "cuda"; "auto" takes a GPU where one can be used.
/// LibTorch's CUDA library is loaded here, on the first call that may need it and only where an NVIDIA driver is
/// present: nothing is linked against it. Throws UsageError for another name, and for "cuda" where no GPU can be used,
/// saying why.
std::string resolve_device(const std::string& wanted);

/// Why no GPU can be used: no driver, no CUDA library, no device; empty where one can.
std::string why_no_gpu();

}  // namespace lorascope::nn
