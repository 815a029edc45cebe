#pragma once

#include <cstdint>
#include <vector>

#include "core/nn/kernels/kernel_table.h"

namespace lorascope::nn {

/// The kernels built for the best instruction set that this processor has.
const KernelTable& kernels();

/// Every table that runs on this processor, the plain one first.
std::vector<const KernelTable*> runnable_kernels();

}  // namespace lorascope::nn
