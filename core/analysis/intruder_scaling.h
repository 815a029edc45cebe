#pragma once

#include <ATen/core/Tensor.h>

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "core/analysis/weight_change.h"

namespace lorascope::analysis {

/// The intruders of one matrix in factors: Σ_{j ∈ I} σ'_j u'_j v'_jᵀ = left · right.
struct IntruderPart {
  std::string name;      ///< of the matrix: "bert.encoder.layer.0.attention.self.query.weight"
  at::Tensor after;      ///< W' [out,in], fp32
  at::Tensor left;       ///< [out,I], the columns σ'_j u'_j, float64
  at::Tensor right;      ///< [I,in], the rows v'_j, float64
  std::int64_t num_intruders() const { return left.size(1); }
};

/// A tuned model's intruder dimensions, decomposed once, so that every kept share costs one product a matrix:
/// W_new = W' + (kept share - 1) Σ_{j ∈ I} σ'_j u'_j v'_jᵀ ([Intruders] §5).
class IntruderScaling {
 public:
  IntruderScaling(const std::vector<ChangedMatrix>& matrices, const IntruderOptions& options);

  /// Matrices that have an intruder, in the order of the layers.
  const std::vector<IntruderPart>& parts() const { return parts_; }
  std::int64_t num_intruders() const;
  /// W_new of each of these, fp32. A share of 1 gives W' itself.
  std::map<std::string, at::Tensor> scaled(double kept_share) const;

 private:
  std::vector<IntruderPart> parts_;
};

}  // namespace lorascope::analysis
