#include "core/analysis/intruder_scaling.h"

#include <ATen/ATen.h>

namespace lorascope::analysis {

IntruderScaling::IntruderScaling(const std::vector<ChangedMatrix>& matrices, const IntruderOptions& options) {
  const at::NoGradGuard no_grad;
  for (const ChangedMatrix& matrix : matrices) {
    const SingularParts tuned = singular_parts(matrix.after);
    const Intruders intruders = intruder_dimensions(singular_parts(matrix.before), tuned, options);
    if (intruders.indices.empty()) continue;
    const at::Tensor chosen = at::tensor(intruders.indices, at::kLong);
    parts_.push_back({matrix.name, matrix.after, tuned.u.index_select(1, chosen) * tuned.s.index_select(0, chosen),
                      tuned.vh.index_select(0, chosen)});
  }
}

std::int64_t IntruderScaling::num_intruders() const {
  std::int64_t total = 0;
  for (const IntruderPart& part : parts_) total += part.num_intruders();
  return total;
}

std::map<std::string, at::Tensor> IntruderScaling::scaled(double kept_share) const {
  const at::NoGradGuard no_grad;
  std::map<std::string, at::Tensor> result;
  for (const IntruderPart& part : parts_) {
    result[part.name] = kept_share == 1 ? part.after
                                        : (part.after.to(at::kDouble) + (kept_share - 1) * at::mm(part.left, part.right))
                                              .to(at::kFloat);
  }
  return result;
}

}  // namespace lorascope::analysis
