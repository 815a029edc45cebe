#include "core/nn/device.h"

#include <ATen/Context.h>
#include <dlfcn.h>

#include "core/base/error.h"

namespace lorascope::nn {
namespace {

std::string load_cuda() {
  if (at::hasCUDA()) return {};
  if (dlopen("libcuda.so.1", RTLD_NOW) == nullptr) return "no NVIDIA driver (libcuda.so.1) on this machine";
  // Loading registers the library's kernels and hooks with libtorch.
  if (dlopen("libtorch_cuda.so", RTLD_NOW | RTLD_GLOBAL) == nullptr) {
    const char* reason = dlerror();
    return std::string("libtorch's CUDA library cannot be loaded: ") + (reason ? reason : "no reason given");
  }
  return at::hasCUDA() ? std::string() : "the driver reports no usable GPU";
}

}  // namespace

std::string why_no_gpu() {
  static const std::string reason = load_cuda();
  return reason;
}

std::string resolve_device(const std::string& wanted) {
  if (wanted == "cpu") return wanted;
  if (wanted != "auto" && wanted != "cuda")
    throw UsageError("device: found \"" + wanted + "\", expected \"auto\", \"cpu\" or \"cuda\"");
  const std::string reason = why_no_gpu();
  if (reason.empty()) return "cuda";
  if (wanted == "auto") return "cpu";
  throw UsageError("device: no GPU can be used: " + reason, "use the device cpu or auto");
}

}  // namespace lorascope::nn
