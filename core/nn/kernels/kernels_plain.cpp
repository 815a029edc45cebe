#define LANES 4
#define KERNEL_NAMESPACE kernels_plain
#define KERNEL_NAME "plain"
#include "core/nn/kernels/table.inc"
