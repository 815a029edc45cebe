#include "core/nn/packed_dense.h"

#include <ATen/ATen.h>

#include <algorithm>

#include "core/nn/kernels/kernels.h"
#include "core/nn/packed_batch.h"
#include "core/nn/packed_scalings.h"
#include "core/nn/parallel.h"

namespace lorascope::nn {
namespace {

constexpr std::int64_t kRowGrain = 16;

/// The part's columns of a matrix that all parts share.
at::Tensor columns_of(const DenseGroup& group, std::size_t part, const at::Tensor& whole) {
  if (group.parts.size() == 1) return whole;
  std::int64_t first = 0;
  for (std::size_t i = 0; i < part; ++i) first += group.parts[i]->weight.value.size(0);
  return whole.narrow(1, first, group.parts[part]->weight.value.size(0));
}

void mask(const MaskStream& stream, const at::Tensor& x, at::Tensor& out, bool add) {
  const std::int64_t columns = x.size(1);
  const float* from = x.const_data_ptr<float>();
  float* to = out.data_ptr<float>();
  parallel_ranges(x.size(0), kRowGrain, [&](std::int64_t begin, std::int64_t end, int) {
    if (add)
      kernels().add_masked_rows(stream, begin, end - begin, columns, from, to);
    else
      kernels().mask_rows(stream, begin, end - begin, columns, from, to);
  });
}

/// The branches without dropout: one product x [A; A; …]ᵀ.
void shared_forward(const DenseGroup& group, DenseTape& tape, const PackedPass& pass) {
  std::vector<at::Tensor> factors;
  std::int64_t ranks = 0;
  for (const DenseTape::Branch& branch : tape.branches) {
    if (branch.dropped.defined()) continue;
    factors.push_back(group.parts[branch.part]->adapters[branch.adapter].a.value);
    ranks += factors.back().size(0);
  }
  if (factors.empty()) return;
  const at::Tensor stacked = factors.size() == 1 ? factors.front() : at::cat(factors, 0);
  tape.low = pass.arena.matrix(tape.input.size(0), ranks);
  product(pass, tape.low, tape.input, stacked.t());
  std::int64_t first = 0;
  for (DenseTape::Branch& branch : tape.branches) {
    if (branch.dropped.defined()) continue;
    const std::int64_t rank = group.parts[branch.part]->adapters[branch.adapter].a.value.size(0);
    branch.low = tape.low.narrow(1, first, rank);
    first += rank;
  }
}

/// columns [T,out] hold W x and become g ⊙ ((W + scaling · B A) x); with dropout, as [PEFT] has it,
/// W x + (g - 1) ⊙ W drop(x) + g ⊙ scaling · B A drop(x).
void dora_forward(const Dense& dense, const LowRank& adapter, at::Tensor columns, DenseTape::Branch& branch,
                  const PackedPass& pass) {
  branch.rows = row_scale(dense.weight.value, adapter);
  if (branch.dropped.defined()) {
    branch.sum = pass.arena.matrix(columns.size(0), columns.size(1));
    product(pass, branch.sum, branch.dropped, dense.weight.value.t());
    columns.sub_(branch.sum);
    product(pass, branch.sum, branch.low, adapter.b.value.t(), {adapter.scaling, 1});
    columns.addcmul_(branch.sum, branch.rows.scale);
    return;
  }
  product(pass, columns, branch.low, adapter.b.value.t(), {adapter.scaling, 1});
  if (pass.keep) {
    branch.sum = pass.arena.matrix(columns.size(0), columns.size(1));
    branch.sum.copy_(columns);
  }
  columns.mul_(branch.rows.scale);
}

/// The gradient of what dense_forward's branches add up to before DoRA scales it: dy, in a copy where a part without
/// dropout has DoRA. The magnitudes' own gradients are taken on the way.
at::Tensor before_scales(const DenseGroup& group, const DenseTape& tape, const at::Tensor& dy, const PackedPass& pass) {
  at::Tensor scaled = dy;
  for (const DenseTape::Branch& branch : tape.branches) {
    if (!branch.rows.scale.defined()) continue;
    Weight& magnitude = group.parts[branch.part]->adapters[branch.adapter].magnitude;
    const at::Tensor d_part = columns_of(group, branch.part, dy);
    if (magnitude.is_trained()) {
      const at::Tensor sum = (d_part * branch.sum).sum(0) / branch.rows.norm;
      put_gradient(magnitude.gradient, sum.const_data_ptr<float>(), pass.fresh);
    }
    if (branch.dropped.defined()) continue;
    if (scaled.is_same(dy)) {
      scaled = pass.arena.matrix(dy.size(0), dy.size(1));
      scaled.copy_(dy);
    }
    columns_of(group, branch.part, scaled).mul_(branch.rows.scale);
  }
  return scaled;
}

void factor_gradients(LowRank& adapter, const DenseTape::Branch& branch, const at::Tensor& dy, const PackedPass& pass) {
  const double beta = pass.fresh ? 0 : 1;
  if (adapter.b.is_trained()) product(pass, adapter.b.gradient, dy.t(), branch.low, {adapter.scaling, beta});
  if (adapter.b_bias.is_trained()) {
    const at::Tensor sum = dy.sum(0, false, at::kFloat) * adapter.scaling;
    put_gradient(adapter.b_bias.gradient, sum.const_data_ptr<float>(), pass.fresh);
  }
}

/// Of the whole weight, or of single parts that are trained beside frozen ones.
void weight_gradients(const DenseGroup& group, const DenseTape& tape, const at::Tensor& dy, const PackedPass& pass) {
  const ProductScale scale{1, pass.fresh ? 0.0 : 1.0};
  if (group.weight->is_trained()) return product(pass, group.weight->gradient, dy.t(), tape.input, scale);
  for (std::size_t part = 0; part < group.parts.size(); ++part) {
    const Weight& weight = group.parts[part]->weight;
    if (weight.is_trained()) product(pass, weight.gradient, columns_of(group, part, dy).t(), tape.input, scale);
  }
}

void shared_backward(const DenseGroup& group, const DenseTape& tape, const at::Tensor& dy, at::Tensor& dx,
                     const PackedPass& pass) {
  if (!tape.low.defined()) return;
  const at::Tensor d_low = pass.arena.matrix(dy.size(0), tape.low.size(1));
  std::vector<at::Tensor> factors;
  std::vector<LowRank*> adapters;
  std::int64_t first = 0;
  bool is_trained = false;
  for (const DenseTape::Branch& branch : tape.branches) {
    if (branch.dropped.defined()) continue;
    LowRank& adapter = group.parts[branch.part]->adapters[branch.adapter];
    const at::Tensor d_part = columns_of(group, branch.part, dy);
    factor_gradients(adapter, branch, d_part, pass);
    product(pass, d_low.narrow(1, first, branch.low.size(1)), d_part, adapter.b.value, {adapter.scaling, 0});
    first += branch.low.size(1);
    factors.push_back(adapter.a.value);
    adapters.push_back(&adapter);
    is_trained |= adapter.a.is_trained();
  }
  if (is_trained) {
    const at::Tensor d_factors = at::empty({d_low.size(1), tape.input.size(1)}, at::kFloat);
    product(pass, d_factors, d_low.t(), tape.input);
    first = 0;
    for (LowRank* adapter : adapters) {
      const std::int64_t rank = adapter->a.value.size(0);
      if (adapter->a.is_trained())
        put_gradient(adapter->a.gradient, d_factors.narrow(0, first, rank).const_data_ptr<float>(), pass.fresh);
      first += rank;
    }
  }
  if (dx.defined()) product(pass, dx, d_low, factors.size() == 1 ? factors.front() : at::cat(factors, 0), {1, 1});
}

}  // namespace

void put_gradient(const at::Tensor& to, const float* sum, bool fresh) {
  const std::int64_t count = to.numel();
  float* values = to.data_ptr<float>();
  if (fresh)
    std::copy(sum, sum + count, values);
  else
    kernels().add_to(sum, values, count);
}

at::Tensor effective_bias(const Dense& dense) {
  at::Tensor bias = dense.bias.value;
  for (const LowRank& adapter : dense.adapters)
    if (adapter.b_bias.value.defined()) bias = bias + adapter.b_bias.value * adapter.scaling;
  return bias;
}

bool DenseGroup::is_weight_trained() const {
  const auto trains = [](const Dense* part) { return part->weight.is_trained(); };
  return weight->is_trained() || std::any_of(parts.begin(), parts.end(), trains);
}

const at::Tensor& weight_operand(DenseGroup& group, const PackedPass& pass, bool is_forward) {
  if (pass.precision == Precision::Fp32) return group.weight->value;
  const bool may_have_changed = is_forward && group.is_weight_trained();
  if (!group.rounded.defined())
    group.rounded = group.weight->value.to(at::kBFloat16);
  else if (may_have_changed)
    group.rounded.copy_(group.weight->value);
  return group.rounded;
}

DenseTape dense_forward(DenseGroup& group, const at::Tensor& x, at::Tensor& y, const PackedPass& pass) {
  if (pass.scalings) return mixed_forward(group, x, y, pass);
  const Arena::Mark mark = pass.arena.mark();
  DenseTape tape;
  tape.input = operand(pass, x);
  product(pass, y, tape.input, weight_operand(group, pass, true).t());
  bool reads_input = pass.keep && group.is_weight_trained();
  for (std::size_t part = 0; part < group.parts.size(); ++part)
    for (std::size_t number = 0; number < group.parts[part]->adapters.size(); ++number) {
      const LowRank& adapter = group.parts[part]->adapters[number];
      DenseTape::Branch branch{part, number, {}, {}, {}, {}};
      if (pass.key && adapter.dropout > 0) {
        branch.dropped = pass.arena.matrix(x.size(0), x.size(1));
        mask(mask_stream(*pass.key, adapter.site, adapter.dropout), x, branch.dropped, false);
        branch.low = pass.arena.matrix(x.size(0), adapter.a.value.size(0));
        product(pass, branch.low, branch.dropped, adapter.a.value.t());
      } else {
        reads_input = true;
      }
      tape.branches.push_back(std::move(branch));
    }
  if (!reads_input && tape.branches.empty()) {
    tape.input = at::Tensor();
    pass.arena.rewind(mark);
  }
  shared_forward(group, tape, pass);
  for (DenseTape::Branch& branch : tape.branches) {
    const Dense& part = *group.parts[branch.part];
    const LowRank& adapter = part.adapters[branch.adapter];
    const at::Tensor columns = columns_of(group, branch.part, y);
    if (adapter.magnitude.value.defined())
      dora_forward(part, adapter, columns, branch, pass);
    else
      product(pass, columns, branch.low, adapter.b.value.t(), {adapter.scaling, 1});
  }
  return tape;
}

void dense_backward(DenseGroup& group, const DenseTape& tape, const at::Tensor& d_output, at::Tensor dx, double beta,
                    const PackedPass& pass) {
  if (pass.scalings) return mixed_backward(group, tape, d_output, dx, beta, pass);
  const at::Tensor dy = operand(pass, before_scales(group, tape, d_output, pass));
  weight_gradients(group, tape, dy, pass);
  if (dx.defined()) product(pass, dx, dy, weight_operand(group, pass, false), {1, beta});
  shared_backward(group, tape, dy, dx, pass);
  for (const DenseTape::Branch& branch : tape.branches) {
    if (!branch.dropped.defined()) continue;
    LowRank& adapter = group.parts[branch.part]->adapters[branch.adapter];
    const at::Tensor d_columns = columns_of(group, branch.part, dy);
    const bool is_scaled = branch.rows.scale.defined();
    const at::Tensor d_part = is_scaled ? d_columns * branch.rows.scale : d_columns;
    factor_gradients(adapter, branch, d_part, pass);
    const at::Tensor d_low = pass.arena.matrix(dy.size(0), branch.low.size(1));
    product(pass, d_low, d_part, adapter.b.value, {adapter.scaling, 0});
    if (adapter.a.is_trained())
      product(pass, adapter.a.gradient, d_low.t(), branch.dropped, {1, pass.fresh ? 0.0 : 1.0});
    if (!dx.defined()) continue;
    // The branch's input is not needed any more: its memory takes the gradient.
    at::Tensor d_dropped = branch.dropped;
    product(pass, d_dropped, d_low, adapter.a.value);
    if (is_scaled) product(pass, d_dropped, d_part - d_columns, group.parts[branch.part]->weight.value, {1, 1});
    mask(mask_stream(*pass.key, adapter.site, adapter.dropout), d_dropped, dx, true);
  }
}

}  // namespace lorascope::nn
