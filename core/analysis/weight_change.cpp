#include "core/analysis/weight_change.h"

#include <ATen/ATen.h>

#include <algorithm>
#include <cmath>

#include "core/base/error.h"

namespace lorascope::analysis {
namespace {

constexpr double kVanishing = 1e-6;  ///< of σ₁: below it a direction is rounding

at::Tensor as_double(const at::Tensor& tensor) {
  return tensor.detach().to(at::kCPU, at::kDouble);
}

std::vector<double> to_vector(const at::Tensor& values) {
  const at::Tensor plain = values.contiguous();
  return {plain.const_data_ptr<double>(), plain.const_data_ptr<double>() + plain.numel()};
}

double ratio(double above, double below) {
  return below > 0 ? above / below : 0;
}

}  // namespace

SingularParts singular_parts(const at::Tensor& matrix) {
  const at::NoGradGuard no_grad;
  const at::Tensor whole = as_double(matrix);
  if (!at::isfinite(whole).all().item<bool>())
    throw CheckpointError("cannot decompose a weight", Problem{"a weight matrix", "a value that is no finite number",
                                                               "finite numbers", "the training has diverged"});
  const auto [u, s, vh] = at::linalg_svd(whole, false);
  return {u, s, vh};
}

std::vector<ChangedMatrix> changed_matrices(const files::ModelFolder& base, const files::TensorMap& after) {
  std::vector<ChangedMatrix> matrices;
  for (const files::EncoderTensor& tensor : files::encoder_tensors(base.config, false)) {
    if (tensor.shape.size() != 2 || tensor.name.find("embeddings.") != std::string::npos) continue;
    const auto found = after.find(tensor.name);
    if (found == after.end() || found->second.sizes().vec() != tensor.shape)
      throw CheckpointError(
          "the tuned model is none of this base",
          Problem{tensor.name,
                  found == after.end() ? "no such tensor" : "shape " + files::shape_text(found->second.sizes().vec()),
                  files::shape_text(tensor.shape), "give the model that the training started from"});
    const at::Tensor& before = base.tensors.at(tensor.name);
    if (!at::equal(before, found->second)) matrices.push_back({tensor.name, before, found->second});
  }
  return matrices;
}

Intruders intruder_dimensions(const at::Tensor& before, const at::Tensor& after, const IntruderOptions& options) {
  return intruder_dimensions(singular_parts(before), singular_parts(after), options);
}

Intruders intruder_dimensions(const SingularParts& before, const SingularParts& after, const IntruderOptions& options) {
  const at::NoGradGuard no_grad;
  const at::Tensor &base = before.u, &tuned = after.u;
  const std::int64_t count = std::min(options.directions, tuned.size(1));
  const at::Tensor cosines = at::mm(tuned.narrow(1, 0, count).t(), base).abs();
  const std::int64_t leading = std::min(options.base_directions, base.size(1));
  Intruders intruders;
  intruders.closest = to_vector(cosines.amax(1));
  intruders.in_base_space = to_vector(at::linalg_vector_norm(cosines.narrow(1, 0, leading), 2, {1}));
  for (std::int64_t j = 0; j < count; ++j)
    if (intruders.closest[static_cast<std::size_t>(j)] < options.threshold) intruders.indices.push_back(j);
  return intruders;
}

at::Tensor scale_directions(const at::Tensor& after, const std::vector<std::int64_t>& indices, double kept_share) {
  const at::NoGradGuard no_grad;
  const at::Tensor whole = as_double(after);
  if (indices.empty()) return whole.to(at::kFloat);
  const SingularParts parts = singular_parts(whole);
  const at::Tensor chosen = at::tensor(indices, at::kLong);
  const at::Tensor left = parts.u.index_select(1, chosen) * parts.s.index_select(0, chosen);
  return (whole + (kept_share - 1) * at::mm(left, parts.vh.index_select(0, chosen))).to(at::kFloat);
}

ChangeSize change_size(const at::Tensor& before, const at::Tensor& after, std::int64_t directions) {
  return change_size(before, singular_parts(before), after, directions);
}

ChangeSize change_size(const at::Tensor& before, const SingularParts& own, const at::Tensor& after,
                       std::int64_t directions) {
  const at::NoGradGuard no_grad;
  const at::Tensor base = as_double(before), change = as_double(after) - base;
  const SingularParts parts = singular_parts(change);
  ChangeSize size;
  size.spectrum = summarise(to_vector(parts.s));
  const double norm = size.spectrum.frobenius_norm;
  size.relative_norm = ratio(norm, base.norm().item<double>());
  const double largest = parts.s.numel() > 0 ? parts.s[0].item<double>() : 0;
  size.relative_spectral = ratio(largest, own.s.numel() > 0 ? own.s[0].item<double>() : 0);
  const std::int64_t rank =
      std::min(directions, (parts.s > kVanishing * std::max(largest, 1e-300)).sum().item<std::int64_t>());
  const auto seen = [&](const SingularParts& of) {
    return at::mm(at::mm(of.u.narrow(1, 0, rank).t(), base), of.vh.narrow(0, 0, rank).t()).norm().item<double>();
  };
  size.amplification = ratio(norm, seen(parts));
  size.own_amplification = ratio(norm, seen(own));
  const double cells = std::sqrt(static_cast<double>(base.numel()));
  size.random_amplification = ratio(norm * cells, static_cast<double>(rank) * base.norm().item<double>());
  return size;
}

}  // namespace lorascope::analysis
