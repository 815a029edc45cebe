#pragma once

#include <string>
#include <vector>

#include "core/files/adapter_folder.h"
#include "core/files/model_folder.h"

namespace lorascope::adapters {

/// A whole task model with its adapters added into the weights: for files::write_model_folder.
struct MergedModel {
  files::TensorMap tensors;  ///< under the task model's names
  std::string architecture;  ///< "BertForTokenClassification"; the base's own where nothing tells the task
};

/// W + scaling · B A (with DoRA its rows rescaled) in the place of every adapted W, summed over the adapters; biases,
/// saved modules and the head as the adapters bring them, the first that has them. Throws CheckpointError where an
/// adapter does not fit the model.
MergedModel merge_into_model(const files::ModelFolder& model, const std::vector<files::AdapterFolder>& adapters);

/// The same adapter as a plain one over unchanged base weights: of initialisations that change the base, rank 2R with
/// A' = [A; A₀], B' = [B, -B₀] and the same scaling (alpha doubled, with rslora times √2), as [PEFT] converts on
/// saving, but with the head kept. `model` is the base as it was before training. Throws CheckpointError.
files::AdapterFolder plain_form(const files::AdapterFolder& adapter, const files::ModelFolder& model);

}  // namespace lorascope::adapters
