#include "core/nn/packed_product.h"

#include <ATen/ATen.h>
#include <dlfcn.h>

#include <algorithm>

#include "core/nn/packed_dense.h"

namespace lorascope::nn {
namespace {

/// MKL's product of bf16 matrices into an fp32 one, out of the library that libtorch was linked with; names and numbers
/// as in the CBLAS interface.
using MixedGemm = void (*)(int layout, int trans_a, int trans_b, int m, int n, int k, float alpha, const void* a,
                           int lda, const void* b, int ldb, float beta, float* c, int ldc);
constexpr int kRowMajor = 101, kPlain = 111, kTransposed = 112;

MixedGemm mixed_gemm() {
  static const auto found = reinterpret_cast<MixedGemm>(dlsym(RTLD_DEFAULT, "cblas_gemm_bf16bf16f32"));
  return found;
}

bool is_transposed(const at::Tensor& x) {
  return x.stride(1) != 1 && x.stride(0) == 1;
}

/// A matrix in memory: rows of `stride` numbers one after the other, or columns.
struct Layout {
  int transposition, stride;

  explicit Layout(const at::Tensor& x)
      : transposition(is_transposed(x) ? kTransposed : kPlain),
        stride(static_cast<int>(std::max<std::int64_t>(is_transposed(x) ? x.stride(1) : x.stride(0), 1))) {
    const std::int64_t line = is_transposed(x) ? x.size(0) : x.size(1);
    // One row or column has any stride.
    if (stride < line) stride = static_cast<int>(line);
  }
};

void mixed_product(at::Tensor out, const at::Tensor& a, const at::Tensor& b, const ProductScale& scale) {
  if (const MixedGemm gemm = mixed_gemm()) {
    const Layout left(a), right(b), result(out);
    gemm(kRowMajor, left.transposition, right.transposition, static_cast<int>(a.size(0)), static_cast<int>(b.size(1)),
         static_cast<int>(a.size(1)), static_cast<float>(scale.alpha), a.const_data_ptr(), left.stride,
         b.const_data_ptr(), right.stride, static_cast<float>(scale.beta), out.data_ptr<float>(), result.stride);
    return;
  }
  // Without MKL the result is rounded once more.
  const at::Tensor sum = at::mm(a, b).to(at::kFloat).mul_(scale.alpha);
  if (scale.beta == 0)
    out.copy_(sum);
  else
    out.mul_(scale.beta).add_(sum);
}

}  // namespace

at::Tensor operand(const PackedPass& pass, const at::Tensor& x) {
  if (pass.precision == Precision::Fp32 || x.scalar_type() == at::kBFloat16) return x;
  if (is_transposed(x)) return operand(pass, x.t()).t();
  const std::int64_t floats = (x.numel() + 1) / 2;
  const at::Tensor rounded = at::from_blob(pass.arena.take(floats), x.sizes(), at::kBFloat16);
  rounded.copy_(x);
  return rounded;
}

void product(const PackedPass& pass, at::Tensor out, const at::Tensor& a, const at::Tensor& b,
             const ProductScale& scale) {
  if (pass.precision == Precision::Bf16) {
    const Arena::Mark mark = pass.arena.mark();
    mixed_product(out, operand(pass, a), operand(pass, b), scale);
    pass.arena.rewind(mark);
  } else if (scale.alpha == 1 && scale.beta == 0) {
    at::mm_out(out, a, b);
  } else {
    at::addmm_out(out, out, a, b, scale.beta, scale.alpha);
  }
}

}  // namespace lorascope::nn
