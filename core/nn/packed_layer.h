#pragma once

#include "core/nn/packed_dense.h"

namespace lorascope::nn {

struct AttentionHead;

/// What one block's forward pass leaves for its backward pass; all in the pass's arena.
struct LayerTape {
  DenseTape qkv, attention_output, intermediate, output;
  at::Tensor projections;                ///< [T,3H] query, key and value without biases
  at::Tensor qkv_bias;                   ///< [3H] the biases that belong to them
  float* log_sum = nullptr;              ///< [A,T] log Σ exp(scores)
  at::Tensor attention_sum, output_sum;  ///< [T,H] what the LayerNorms normalise
  float *attention_mean = nullptr, *attention_rstd = nullptr, *output_mean = nullptr, *output_rstd = nullptr;  ///< [T]
  at::Tensor slope;  ///< [T,I] derivative of the activation
};

/// One post-LN block on packed tokens with a hand-written backward pass.
class PackedLayer {
 public:
  PackedLayer(EncoderLayer& layer, const files::ModelConfig& config, const DropoutRates& rates, std::int64_t number);

  /// x [T,H] -> [T,H]. `tape` is filled where pass.keep.
  at::Tensor forward(const at::Tensor& x, const PackedPass& pass, LayerTape& tape);
  /// d [T,H]: gradient of the output; becomes that of the input where `need_input`.
  void backward(at::Tensor& d, const PackedPass& pass, const LayerTape& tape, bool need_input);

 private:
  /// What the forward and the backward kernel read of one head of one sequence: lengths, queries, keys, values, biases.
  AttentionHead head_inputs(const PackedPass& pass, const LayerTape& tape, std::int64_t sequence,
                            std::int64_t number) const;
  at::Tensor attend(const PackedPass& pass, LayerTape& tape);
  void attend_backward(const at::Tensor& d_context, const at::Tensor& d_projections, const PackedPass& pass,
                       const LayerTape& tape, bool need_key);
  struct NormPlace {
    const Norm& norm;
    const Dense& dense;  ///< whose output enters the residual sum
    DropoutSite site;
    double rate;
  };
  NormPlace attention_place() const;
  NormPlace output_place() const;
  at::Tensor add_norm(const NormPlace& place, at::Tensor& sum, const at::Tensor& residual, float* mean, float* rstd,
                      const PackedPass& pass) const;
  /// d becomes the gradient of the residual; returns that of the dense module's output, which may be d itself.
  at::Tensor add_norm_backward(const NormPlace& place, const at::Tensor& sum, const float* mean, const float* rstd,
                               at::Tensor& d, const PackedPass& pass) const;

  EncoderLayer& layer_;
  const files::ModelConfig& config_;
  DropoutRates rates_;
  std::int64_t number_;
  DenseGroup qkv_, attention_output_, intermediate_, output_;
};

}  // namespace lorascope::nn
