#define LANES 8
#define KERNEL_NAMESPACE kernels_avx2
#define KERNEL_NAME "AVX2"
#include "core/nn/kernels/table.inc"
