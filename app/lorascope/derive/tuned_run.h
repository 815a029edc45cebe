#pragma once

#include <filesystem>
#include <optional>
#include <string>

#include "core/files/adapter_folder.h"
#include "core/files/model_folder.h"
#include "core/store/run_record.h"
#include "core/study/run_settings.h"

namespace lorascope::store {
class Workspace;
}

namespace lorascope::app {

/// A finished run's weights beside those it started from.
struct TunedRun {
  store::RunRecord record;
  study::RunSettings settings;
  files::ModelFolder base;
  std::optional<files::AdapterFolder> adapter;  ///< of LoRA; full fine-tuning has a whole model
  files::TensorMap after;                       ///< the whole task model, an adapter merged in

  bool is_adapter() const { return adapter.has_value(); }
};

/// Reads what a run left. Throws StoreError where it left neither an adapter nor a model, CheckpointError where it does
/// not fit its base model.
TunedRun open_tuned_run(const store::Workspace& workspace, const std::string& run);

}  // namespace lorascope::app
