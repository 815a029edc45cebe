#include "core/nn/packed_scalings.h"

#include <ATen/ATen.h>

#include "core/nn/parallel.h"

namespace lorascope::nn {
namespace {

constexpr std::int64_t kRowGrain = 16;

/// One adapter of the group: where its columns lie in the joined low-rank product [T,ΣR], and where its scaling in a
/// token's row of L·N.
struct Columns {
  std::int64_t first = 0, rank = 0, scaling = 0;
  float factor = 1;  ///< weight · scaling_n
};

/// All adapters of a group as one pair of products.
struct Joined {
  std::vector<Columns> columns;
  std::vector<at::Tensor> a;               ///< [R,in] each
  std::vector<std::vector<at::Tensor>> b;  ///< of each part, [out,R] each
  std::vector<std::int64_t> first;         ///< of each part, its first column
  std::int64_t ranks = 0;
};

Joined join(const DenseGroup& group, const PackedScalings& scalings) {
  const std::int64_t adapters = scalings.values.size(2);
  Joined joined;
  for (const Dense* part : group.parts) {
    joined.first.push_back(joined.ranks);
    joined.b.emplace_back();
    const auto module = scalings.modules.find(part);
    if (module == scalings.modules.end()) continue;
    for (std::size_t k = 0; k < part->adapters.size(); ++k) {
      const LowRank& adapter = part->adapters[k];
      const std::int64_t rank = adapter.a.value.size(0);
      joined.columns.push_back({joined.ranks, rank, module->second.layer * adapters + module->second.adapters[k],
                                static_cast<float>(adapter.scaling * scalings.weight)});
      joined.a.push_back(adapter.a.value);
      joined.b.back().push_back(adapter.b.value);
      joined.ranks += rank;
    }
  }
  return joined;
}

at::Tensor stacked(const std::vector<at::Tensor>& tensors, std::int64_t dimension) {
  return tensors.size() == 1 ? tensors.front() : at::cat(tensors, dimension);
}

/// Columns of a part in the joined product, and of its output in the group's.
template <typename Work>
void for_each_part(const DenseGroup& group, const Joined& joined, const at::Tensor& low, const at::Tensor& output,
                   Work work) {
  std::int64_t first = 0;
  for (std::size_t part = 0; part < group.parts.size(); ++part) {
    const std::int64_t rows = group.parts[part]->weight.value.size(0);
    if (!joined.b[part].empty()) {
      const at::Tensor b = stacked(joined.b[part], 1);
      const at::Tensor own = group.parts.size() == 1 ? output : output.narrow(1, first, rows);
      work(low.narrow(1, joined.first[part], b.size(1)), b, own);
    }
    first += rows;
  }
}

/// Calls with the layer of every adapted module of the group.
template <typename Work>
void for_each_layer(const DenseGroup& group, const PackedScalings& scalings, Work work) {
  for (const Dense* part : group.parts) {
    const auto module = scalings.modules.find(part);
    if (module != scalings.modules.end()) work(module->second.layer);
  }
}

/// y += scaling · B A x on the rows of each segment, by its own adapter.
void add_segments(const DenseGroup& group, const at::Tensor& x, const at::Tensor& y, const PackedPass& pass) {
  const PackedScalings& scalings = *pass.scalings;
  std::int64_t column = 0;
  for (const Dense* part : group.parts) {
    const std::int64_t width = part->weight.value.size(0), begin = column;
    column += width;
    const auto module = scalings.modules.find(part);
    if (module == scalings.modules.end()) continue;
    for (const AdapterSegment& segment : scalings.segments)
      for (std::size_t k = 0; k < part->adapters.size(); ++k) {
        if (module->second.adapters[k] != segment.adapter) continue;
        const LowRank& adapter = part->adapters[k];
        at::Tensor low = pass.arena.matrix(segment.count, adapter.a.value.size(0));
        at::mm_out(low, x.narrow(0, segment.first, segment.count), adapter.a.value.t());
        at::Tensor own = y.narrow(0, segment.first, segment.count).narrow(1, begin, width);
        at::addmm_out(own, own, low, adapter.b.value.t(), 1, adapter.scaling * scalings.weight);
      }
  }
}

/// to[t,r] = from[t,r] · factor · λ[t,l,n] of the adapter that column r belongs to.
void scale(const Joined& joined, const PackedScalings& scalings, const at::Tensor& from, at::Tensor& to) {
  const std::int64_t width = scalings.values.size(1) * scalings.values.size(2), ranks = joined.ranks;
  const float *source = from.const_data_ptr<float>(), *values = scalings.values.const_data_ptr<float>();
  float* target = to.data_ptr<float>();
  parallel_ranges(from.size(0), kRowGrain, [&](std::int64_t begin, std::int64_t end, int) {
    for (std::int64_t t = begin; t < end; ++t)
      for (const Columns& adapter : joined.columns) {
        const float factor = adapter.factor * values[t * width + adapter.scaling];
        const std::int64_t at = t * ranks + adapter.first;
        for (std::int64_t r = 0; r < adapter.rank; ++r) target[at + r] = factor * source[at + r];
      }
  });
}

/// dλ[t,l,n] += factor · Σ_r d[t,r] · low[t,r].
void add_scaling_gradients(const Joined& joined, const PackedScalings& scalings, const at::Tensor& d,
                           const at::Tensor& low) {
  const std::int64_t width = scalings.values.size(1) * scalings.values.size(2), ranks = joined.ranks;
  const float *slopes = d.const_data_ptr<float>(), *products = low.const_data_ptr<float>();
  float* gradients = scalings.gradients.data_ptr<float>();
  parallel_ranges(d.size(0), kRowGrain, [&](std::int64_t begin, std::int64_t end, int) {
    for (std::int64_t t = begin; t < end; ++t)
      for (const Columns& adapter : joined.columns) {
        const std::int64_t at = t * ranks + adapter.first;
        float sum = 0;
        for (std::int64_t r = 0; r < adapter.rank; ++r) sum += slopes[at + r] * products[at + r];
        gradients[t * width + adapter.scaling] += adapter.factor * sum;
      }
  });
}

}  // namespace

DenseTape mixed_forward(DenseGroup& group, const at::Tensor& x, at::Tensor& y, const PackedPass& pass) {
  DenseTape tape;
  tape.input = x;
  product(pass, y, x, weight_operand(group, pass, true).t());
  if (!pass.scalings->segments.empty()) add_segments(group, x, y, pass);
  if (!pass.scalings->values.defined()) return tape;
  const Joined joined = join(group, *pass.scalings);
  if (joined.ranks == 0) return tape;
  if (pass.scalings->router)
    for_each_layer(group, *pass.scalings, [&](std::int64_t layer) {
      pass.scalings->router->weigh(layer, x, pass.scalings->values.select(1, layer));
    });
  tape.low = pass.arena.matrix(x.size(0), joined.ranks);
  at::mm_out(tape.low, x, stacked(joined.a, 0).t());
  at::Tensor scaled = pass.arena.matrix(x.size(0), joined.ranks);
  scale(joined, *pass.scalings, tape.low, scaled);
  for_each_part(group, joined, scaled, y, [](const at::Tensor& low, const at::Tensor& b, at::Tensor own) {
    at::addmm_out(own, own, low, b.t());
  });
  return tape;
}

void mixed_backward(DenseGroup& group, const DenseTape& tape, const at::Tensor& dy, at::Tensor dx, double beta,
                    const PackedPass& pass) {
  if (dx.defined()) product(pass, dx, dy, weight_operand(group, pass, false), {1, beta});
  if (!tape.low.defined()) return;
  const Joined joined = join(group, *pass.scalings);
  at::Tensor d_low = pass.arena.matrix(dy.size(0), joined.ranks);
  for_each_part(group, joined, d_low, dy, [](at::Tensor d_columns, const at::Tensor& b, const at::Tensor& own) {
    at::mm_out(d_columns, own, b);
  });
  add_scaling_gradients(joined, *pass.scalings, d_low, tape.low);
  if (pass.scalings->router)
    for_each_layer(group, *pass.scalings, [&](std::int64_t layer) {
      pass.scalings->router->backward(layer, tape.input, pass.scalings->gradients.select(1, layer), dx);
    });
  if (!dx.defined()) return;
  scale(joined, *pass.scalings, d_low, d_low);
  at::addmm_out(dx, dx, d_low, stacked(joined.a, 0));
}

}  // namespace lorascope::nn
