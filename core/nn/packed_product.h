#pragma once

#include <ATen/core/Tensor.h>

namespace lorascope::nn {

struct PackedPass;

/// Factors of a product: out = alpha · a b + beta · out.
struct ProductScale {
  double alpha = 1, beta = 0;
};

/// x as the pass's products take it: itself in fp32, in bf16 a rounded copy in the pass's arena (of a transposed matrix
/// a transposed one).
at::Tensor operand(const PackedPass& pass, const at::Tensor& x);

/// out [M,N] = alpha · a b + beta · out, sums in fp32; what out holds counts for nothing where beta is 0. In bf16 both
/// factors are rounded first, where they are not results of operand(). All three may be transposed or parts of columns,
/// out only the latter.
void product(const PackedPass& pass, at::Tensor out, const at::Tensor& a, const at::Tensor& b,
             const ProductScale& scale = {});

}  // namespace lorascope::nn
