#define LANES 16
#define KERNEL_NAMESPACE kernels_avx512
#define KERNEL_NAME "AVX-512"
#include "core/nn/kernels/table.inc"
