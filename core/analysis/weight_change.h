#pragma once

#include <ATen/core/Tensor.h>

#include <cstdint>
#include <string>
#include <vector>

#include "core/analysis/spectrum.h"
#include "core/files/model_folder.h"

namespace lorascope::analysis {

/// One weight matrix of the encoder before and after training, [out,in].
struct ChangedMatrix {
  std::string name;  ///< "bert.encoder.layer.0.attention.self.query.weight"
  at::Tensor before;
  at::Tensor after;
};

/// The matrices of the encoder's linear layers that differ between a base model and a tuned one, in the order of the
/// layers. `after` has the task model's names. Throws CheckpointError where a tensor lacks or has another shape.
std::vector<ChangedMatrix> changed_matrices(const files::ModelFolder& base, const files::TensorMap& after);

/// U diag(s) Vᵀ of a weight matrix, float64 on the CPU. Throws CheckpointError for values that are not finite.
struct SingularParts {
  at::Tensor u;   ///< [out,K], K = min(out, in)
  at::Tensor s;   ///< [K], falling
  at::Tensor vh;  ///< [K,in]
};
SingularParts singular_parts(const at::Tensor& matrix);

struct IntruderOptions {
  std::int64_t directions = 10;       ///< k: leading left singular vectors of W' that are looked at
  double threshold = 0.5;             ///< ε: below it a vector counts as an intruder
  std::int64_t base_directions = 50;  ///< of the base space that the vectors are projected on
};

/// Intruder dimensions of W' = W + ΔW ([Intruders] §3): leading left singular vectors u'_j of W' that no left singular
/// vector u_i of W resembles. The count hangs on the size of the update and on the threshold: read it beside both.
struct Intruders {
  std::vector<double> closest;        ///< c_j = max_i |u'_j · u_i|, j = 1 … k
  std::vector<double> in_base_space;  ///< length of u'_j's projection on W's leading directions, in [0, 1]
  std::vector<std::int64_t> indices;  ///< j from 0 with c_j < ε
};

/// k is at most min(out, in).
Intruders intruder_dimensions(const SingularParts& before, const SingularParts& after,
                              const IntruderOptions& options = {});
Intruders intruder_dimensions(const at::Tensor& before, const at::Tensor& after, const IntruderOptions& options = {});

/// W' + (kept_share - 1) Σ_{j ∈ indices} σ'_j u'_j v'_jᵀ: the intruders scaled to a share of themselves, fp32. 1 leaves
/// W' as it is, 0 takes them out ([Intruders] §5).
at::Tensor scale_directions(const at::Tensor& after, const std::vector<std::int64_t>& indices, double kept_share);

/// How large ΔW = W' - W is against W.
struct ChangeSize {
  Spectrum spectrum;             ///< of ΔW
  double relative_norm = 0;      ///< ‖ΔW‖ / ‖W‖ (Frobenius)
  double relative_spectral = 0;  ///< σ₁(ΔW) / σ₁(W)
  double amplification = 0;  ///< ‖ΔW‖ / ‖Uᵀ W V‖, U and V the leading singular directions of ΔW ([LoRA] §7.3)
  double own_amplification = 0;  ///< the same with W's own leading directions: what the smallest possible is
  double random_amplification = 0;  ///< with random directions: ‖ΔW‖ √(out · in) / (r ‖W‖)
};

/// `directions`: how many singular directions amplification looks at; at most the rank of ΔW. `parts` are those of
/// `before`.
ChangeSize change_size(const at::Tensor& before, const SingularParts& parts, const at::Tensor& after,
                       std::int64_t directions);
ChangeSize change_size(const at::Tensor& before, const at::Tensor& after, std::int64_t directions);

}  // namespace lorascope::analysis
