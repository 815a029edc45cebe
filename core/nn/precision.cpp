#include "core/nn/precision.h"

#include <dlfcn.h>

#include "core/base/error.h"
#include "core/nn/device.h"

namespace lorascope::nn {
namespace {

constexpr int kSmallestCapability = 8;
constexpr int kCapabilityMajor = 75;  // CU_DEVICE_ATTRIBUTE_COMPUTE_CAPABILITY_MAJOR of the driver's interface

/// Of the first GPU; 0 where the driver does not tell.
int compute_capability() {
  void* driver = dlopen("libcuda.so.1", RTLD_NOW);
  if (!driver) return 0;
  const auto start = reinterpret_cast<int (*)(unsigned)>(dlsym(driver, "cuInit"));
  const auto device = reinterpret_cast<int (*)(int*, int)>(dlsym(driver, "cuDeviceGet"));
  const auto attribute = reinterpret_cast<int (*)(int*, int, int)>(dlsym(driver, "cuDeviceGetAttribute"));
  int first = 0, major = 0;
  if (!start || !device || !attribute) return 0;
  if (start(0) != 0 || device(&first, 0) != 0 || attribute(&major, kCapabilityMajor, first) != 0) return 0;
  return major;
}

}  // namespace

std::string processor_obstacle(bool has_avx512_bf16, bool has_amx_bf16) {
  if (has_avx512_bf16 || has_amx_bf16) return {};
  return "this processor has neither AVX512-BF16 nor AMX, and emulated bf16 products are slower than fp32";
}

std::string gpu_obstacle(int capability) {
  if (capability >= kSmallestCapability) return {};
  return "this GPU has compute capability " + std::to_string(capability) + ", bf16 products need " +
         std::to_string(kSmallestCapability);
}

std::string why_no_bf16(const std::string& device) {
  if (device == "cuda") {
    const std::string reason = why_no_gpu();
    return reason.empty() ? gpu_obstacle(compute_capability()) : reason;
  }
#if defined(__x86_64__)
  return processor_obstacle(__builtin_cpu_supports("avx512bf16"), __builtin_cpu_supports("amx-bf16"));
#else
  return processor_obstacle(false, false);
#endif
}

Precision resolve_precision(const std::string& wanted, const std::string& device, const std::string& obstacle) {
  if (wanted == "fp32") return Precision::Fp32;
  if (wanted != "bf16")
    throw UsageError("training.precision: found \"" + wanted + "\", expected \"fp32\" or \"bf16\"");
  if (obstacle.empty()) return Precision::Bf16;
  throw UsageError("training.precision: bf16 cannot be used on the device " + device + ": " + obstacle,
                   "use the precision fp32");
}

Precision resolve_precision(const std::string& wanted, const std::string& device) {
  return resolve_precision(wanted, device, wanted == "bf16" ? why_no_bf16(device) : std::string());
}

}  // namespace lorascope::nn
