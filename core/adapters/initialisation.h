#pragma once

#include <ATen/core/Tensor.h>

#include <cstdint>
#include <string>

namespace lorascope::adapters {

/// A [R,in] and B [out,R] that an adapter starts from.
struct StartFactors {
  at::Tensor a;
  at::Tensor b;
};

/// The module that an adapter is put on.
struct StartPlace {
  std::string path;
  at::Tensor weight;  ///< W [out,in], fp32
  std::int64_t rank = 8;
  double scaling = 1;
  std::uint64_t seed = 0;
};

/// Whether the initialisation takes scaling · B A of its start out of the base weight, so that the adapted module
/// computes W x at first: "pissa", "pissa_niter_K", "olora".
bool changes_base(const std::string& initialisation);

/// The start under `init_lora_weights` ([PEFT]):
/// - "true": A uniform in ±1/sqrt(in), B zero; "false": both uniform, B in ±1/sqrt(R);
/// - "gaussian": A normal with deviation 1/R, B zero;
/// - "pissa": of W ≈ U S Vᵀ, truncated to R, A = sqrt(S / scaling) Vᵀ and B = U sqrt(S / scaling) ([PiSSA] §3);
///   "pissa_niter_K": the same by randomised subspace iteration with K rounds ([Halko] alg. 4.4), whose random start
///   depends on the path alone, so that reading an adapter repeats it;
/// - "olora": W = Q R, A the first R rows of R, B the first R columns of Q ([OLoRA] §3);
/// - "orthogonal": B A = 0 with both away from zero; R even.
/// Throws CheckpointError: a name that is none of these, a rank that does not fit.
StartFactors start_factors(const std::string& initialisation, const StartPlace& place);

}  // namespace lorascope::adapters
