#pragma once

// Included by code that is compiled for one instruction set only: nothing here may be an inline function.

#include <cstdint>

namespace lorascope::nn {

/// One dropout mask generator: Philox 4x32-10 with the key `seed`, counter (16·group + lane, row, site, draw).
/// A row of a mask is cut into chunks of 16 values. Chunk c comes from group c / 8: of the 32-bit word (c mod 8) / 2 of
/// the 16 lanes the lower half where c is even, the upper where it is odd. A value is kept where its 16 bits reach
/// `threshold`.
struct MaskStream {
  std::uint32_t seed_low = 0;
  std::uint32_t seed_high = 0;
  std::uint32_t draw = 0;
  std::uint32_t site = 0;
  std::uint32_t threshold = 0;  ///< rate · 65536; 0 keeps everything
  float scale = 1;              ///< 65536 / (65536 - threshold)
};

enum class ActivationKind : int { GeluErf, GeluTanh, Relu, Silu };

/// x + bias -> dropout -> + residual -> LayerNorm over rows [first_row, first_row + rows) of one matrix [T,N].
struct ResidualNorm {
  std::int64_t columns = 0;
  const float* bias = nullptr;       ///< [N]
  const float* residual = nullptr;   ///< [T,N]
  const MaskStream* mask = nullptr;  ///< null: no dropout; rows of the mask are rows of the matrix
  const float* gamma = nullptr;      ///< [N]
  const float* beta = nullptr;       ///< [N]
  float epsilon = 0;
  float* sum = nullptr;   ///< [T,N] in: x; out: what is normalised
  float* out = nullptr;   ///< [T,N]
  float* mean = nullptr;  ///< [T]
  float* rstd = nullptr;  ///< [T] 1 / sqrt(variance + epsilon)
};

struct ResidualNormBackward {
  std::int64_t columns = 0;
  const float* d_out = nullptr;  ///< [T,N]
  const float* sum = nullptr;    ///< [T,N] as the forward pass left it
  const float* mean = nullptr;
  const float* rstd = nullptr;
  const float* gamma = nullptr;
  const MaskStream* mask = nullptr;
  float* d_residual = nullptr;  ///< [T,N] may be d_out
  float* d_input = nullptr;     ///< [T,N] gradient of x; null where there is no dropout (then it is d_residual)
  float* d_gamma = nullptr;     ///< [N] added to; null where frozen
  float* d_beta = nullptr;      ///< [N] added to; null where frozen
  float* d_bias = nullptr;      ///< [N] added to; null where frozen
};

/// One head of one sequence. Row i of q, k and v is at base + i · stride; rows of the context at + i · context_stride.
struct AttentionHead {
  std::int64_t length = 0;     ///< S
  std::int64_t head_size = 0;  ///< D
  std::int64_t unattended = 0;  ///< rows at the end that are computed but that no row attends to: padding
  const float* query = nullptr;
  const float* key = nullptr;
  const float* value = nullptr;
  std::int64_t stride = 0;
  const float* query_bias = nullptr;  ///< [D] added while reading
  const float* key_bias = nullptr;
  const float* value_bias = nullptr;
  const MaskStream* mask = nullptr;
  std::uint32_t mask_row = 0;  ///< the mask's row is [S, S rounded up to 16] laid flat
  std::int64_t context_stride = 0;
  float* context = nullptr;  ///< forward
  float* log_sum = nullptr;  ///< [S] with stride log_sum_stride: log Σ exp(scores); forward writes (if not null)
  std::int64_t log_sum_stride = 1;
  const float* d_context = nullptr;  ///< backward, as context
  float* d_query = nullptr;          ///< backward: rows at + i · stride
  float* d_key = nullptr;            ///< null: not needed
  float* d_value = nullptr;
  float* d_query_bias = nullptr;  ///< [D] added to; null: not needed
  float* d_key_bias = nullptr;
  float* d_value_bias = nullptr;
  float* scratch = nullptr;  ///< attention_scratch(S, D) floats, one a thread
};

/// AdamW of one step for one group of values ([AdamW], in the order of operations of PyTorch).
struct AdamWStep {
  float decay = 1;  ///< 1 - lr · weight decay
  float beta2 = 0.999F;
  float one_minus_beta1 = 0.1F;
  float one_minus_beta2 = 0.001F;
  float step_size = 0;        ///< lr / (1 - beta1^t)
  float root_correction = 1;  ///< sqrt(1 - beta2^t)
  float epsilon = 1e-8F;
  float gradient_factor = 1;  ///< clipping
};

/// Kernels of one instruction set. Pointers need no alignment; ranges do not overlap unless said.
struct KernelTable {
  const char* name;

  /// Values [16·first_chunk, 16·(first_chunk + chunks)) of one row of a mask: 0 or scale.
  void (*mask_row)(const MaskStream& stream, std::uint32_t row, std::int64_t first_chunk, std::int64_t chunks,
                   float* out);
  /// out = x ⊙ mask for rows of [T,N]; x may be out.
  void (*mask_rows)(const MaskStream& stream, std::int64_t first_row, std::int64_t rows, std::int64_t columns,
                    const float* x, float* out);
  /// out += x ⊙ mask.
  void (*add_masked_rows)(const MaskStream& stream, std::int64_t first_row, std::int64_t rows, std::int64_t columns,
                          const float* x, float* out);

  /// z += bias; out = f(z); z becomes f'(z) where `keep_derivative`. out may be z where not.
  void (*activation)(ActivationKind kind, float* z, const float* bias, float* out, std::int64_t rows,
                     std::int64_t columns, bool keep_derivative);
  /// d *= derivative; column_sum += Σ rows of d where it is not null.
  void (*activation_backward)(float* d, const float* derivative, float* column_sum, std::int64_t rows,
                              std::int64_t columns);

  void (*residual_norm)(const ResidualNorm& work, std::int64_t first_row, std::int64_t rows);
  void (*residual_norm_backward)(const ResidualNormBackward& work, std::int64_t first_row, std::int64_t rows);

  std::int64_t (*attention_scratch)(std::int64_t longest, std::int64_t head_size);
  void (*attention)(const AttentionHead& head);
  /// Recomputes the probabilities from log_sum.
  void (*attention_backward)(const AttentionHead& head);

  void (*add_rows)(const float* a, const float* b, const float* c, float* out, std::int64_t columns);
  void (*add_to)(const float* x, float* sum, std::int64_t count);
  double (*sum_of_squares)(const float* x, std::int64_t count);
  void (*adamw)(const AdamWStep& step, float* value, const float* gradient, float* moment1, float* moment2,
                std::int64_t count);
  /// Softmax cross entropy of one row of logits: returns -log p(label); d_logits = (p - 1{label}) · weight where not
  /// null.
  double (*cross_entropy)(const float* logits, std::int64_t classes, std::int64_t label, float weight, float* d_logits);
};

}  // namespace lorascope::nn
