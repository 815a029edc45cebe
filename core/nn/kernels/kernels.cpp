#include "core/nn/kernels/kernels.h"

namespace lorascope::nn {

namespace kernels_plain {
extern const KernelTable table;
}
#ifdef LORASCOPE_X86_KERNELS
namespace kernels_avx2 {
extern const KernelTable table;
}
namespace kernels_avx512 {
extern const KernelTable table;
}
#endif

std::vector<const KernelTable*> runnable_kernels() {
  std::vector<const KernelTable*> tables{&kernels_plain::table};
#ifdef LORASCOPE_X86_KERNELS
  if (__builtin_cpu_supports("x86-64-v3")) tables.push_back(&kernels_avx2::table);
  if (__builtin_cpu_supports("x86-64-v4")) tables.push_back(&kernels_avx512::table);
#endif
  return tables;
}

const KernelTable& kernels() {
  static const KernelTable& best = *runnable_kernels().back();
  return best;
}

}  // namespace lorascope::nn
