#pragma once

#include <ATen/core/Tensor.h>

#include <cstdint>
#include <string>
#include <vector>

namespace lorascope::nn {

/// Which rows of a row-sparse gradient (an embedding table's) count.
struct RowActivity {
  /// Rows that the gradient holds since the last zero_gradients(); all others are zero. Sorted, unique.
  std::vector<std::int32_t> touched;
  /// One byte a row: 1 once the row has had a gradient in this process. Rows at 0 have zero moments in AdamW, so
  /// without weight decay an optimiser step leaves them as they are.
  std::vector<std::uint8_t> ever_touched;
};

/// A trained tensor and the place where its gradient is added up. `value` and `gradient` are contiguous fp32 tensors of
/// one shape; they keep their memory for the life of the model, so the optimiser writes into `value` in place.
struct Parameter {
  std::string name;  ///< as in the checkpoint (`bert.encoder.layer.0…`) or in the adapter file (`base_model.model.…`)
  at::Tensor value;
  at::Tensor gradient;
  RowActivity* rows = nullptr;  ///< owned by the model; null where the gradient is dense
};

/// Zeros like `tensor`. On the CPU a page takes memory only once it is written to, so that gradients and moments of
/// rows that never occur cost nothing.
at::Tensor zeros_on_demand(const at::Tensor& tensor);

}  // namespace lorascope::nn
