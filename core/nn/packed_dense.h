#pragma once

#include <ATen/core/Tensor.h>

#include <vector>

#include "core/nn/arena.h"
#include "core/nn/dora.h"
#include "core/nn/dropout.h"
#include "core/nn/encoder.h"
#include "core/nn/packed_batch.h"
#include "core/nn/packed_product.h"
#include "core/nn/precision.h"

namespace lorascope::nn {

struct PackedScalings;

/// What the blocks of one packed pass share. T tokens.
struct PackedPass {
  const PackedBatch& batch;
  Arena& arena;                     ///< activations: live until the backward pass is over
  const DropoutKey* key = nullptr;  ///< null: no dropout
  bool keep = false;                ///< a backward pass follows
  bool fresh = false;               ///< gradients hold nothing yet: the backward pass sets them instead of adding
  PackedScalings* scalings = nullptr;  ///< null: adapters are summed
  Precision precision = Precision::Fp32;  ///< of products

  std::int64_t tokens() const { return batch.num_tokens(); }
};

/// A dense module, or several that read the same input and write side by side into one output, with their adapters.
struct DenseGroup {
  std::vector<Dense*> parts;
  Weight* weight;  ///< [out,in] of all parts below each other
  bool is_weight_trained() const;  ///< or a part of it
  at::Tensor rounded = {};  ///< the same in bf16: once for a frozen weight, for each forward pass of a trained one
};

/// The group's weight as the pass's products take it.
const at::Tensor& weight_operand(DenseGroup& group, const PackedPass& pass, bool is_forward);

/// What a dense group's forward pass leaves for its backward pass.
struct DenseTape {
  struct Branch {
    std::size_t part = 0, adapter = 0;
    at::Tensor dropped;  ///< [T,in] the branch's input where it has dropout, else undefined
    at::Tensor low;      ///< [T,R] A x
    at::Tensor sum;      ///< [T,out] (W + scaling · B A) x of a branch with DoRA, else undefined
    RowScale rows;       ///< of a branch with DoRA
  };
  at::Tensor input;  ///< [T,in] as products take it; undefined where no other product needs it
  std::vector<Branch> branches;
  at::Tensor low;  ///< [T,ΣR] of all branches without dropout, one product
};

/// y [T,out] = x Wᵀ and adapters; biases are left to the step that follows.
DenseTape dense_forward(DenseGroup& group, const at::Tensor& x, at::Tensor& y, const PackedPass& pass);

/// Gradients of weights and adapters from dy [T,out]; dx [T,in] is set where `beta` is 0 and added to where it is 1,
/// and left out where it is undefined. Gradients of the modules' own biases are the caller's.
void dense_backward(DenseGroup& group, const DenseTape& tape, const at::Tensor& dy, at::Tensor dx, double beta,
                    const PackedPass& pass);

/// The bias that acts after the product: bias + Σ scaling · b_bias, [out].
at::Tensor effective_bias(const Dense& dense);

/// to = sum, or to += sum.
void put_gradient(const at::Tensor& to, const float* sum, bool fresh);

}  // namespace lorascope::nn
