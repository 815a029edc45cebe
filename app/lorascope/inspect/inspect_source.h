#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "core/study/run_settings.h"

namespace lorascope::store {
class Workspace;
}

namespace lorascope::app::inspect {

/// What is to be inspected: folders, and the settings that say how texts become features and answers.
struct InspectSource {
  study::RunSettings settings;
  std::filesystem::path model;                  ///< weights and tokenizer; of a fine-tuned run its own result
  std::vector<std::filesystem::path> adapters;  ///< over the model: PEFT folders, or one X-LoRA folder
  std::filesystem::path base;                   ///< what the model is compared with
  std::string name;                             ///< for people: "run 12, LoRA r8"
};

/// The result of a run: its model over the run's base, its adapter or its mixture. Throws UsageError (no such run), Error
/// (the run has left nothing to inspect).
InspectSource source_of_run(const store::Workspace& workspace, const std::string& run);

/// Folders named by hand: settings.model with `adapters` over it; `base` is what a fine-tuned model came from, empty
/// where the model is its own base.
InspectSource source_of_folders(const study::RunSettings& settings, const std::vector<std::string>& adapters,
                                const std::string& base);

}  // namespace lorascope::app::inspect
