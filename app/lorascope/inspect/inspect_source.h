#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "app/lorascope/inspect/inspect_text.h"
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
  std::filesystem::path head;                   ///< a head's own file, of runs of several tasks; empty: where it belongs
  std::vector<std::string> tasks;               ///< of a run of several: settings.task is one of them
  std::string name;                             ///< for people: "run 12, LoRA r8"
};

/// The result of a run: its model over the run's base, its adapter or its mixture; of a run of several tasks with the
/// head of `task`, or of the first. Throws UsageError (no such run, another task), Error (the run has left nothing to
/// inspect).
InspectSource source_of_run(const store::Workspace& workspace, const std::string& run, const std::string& task = {});

/// Folders named by hand: settings.model with `adapters` over it; `base` is what a fine-tuned model came from, empty
/// where the model is its own base.
InspectSource source_of_folders(const study::RunSettings& settings, const std::vector<std::string>& adapters,
                                const std::string& base);

/// A folder by itself: a PEFT adapter, an X-LoRA or a model folder, also as a Hugging Face Trainer leaves it. Its files
/// name the base of adapters (a name, a path, or a path from where the folder lies) unless `base` does, and the task (what they are a head for; words and their tags where they
/// have none) unless `task` does. Throws UsageError (none of these), CheckpointError (the base is not on this machine).
InspectSource source_of_folder(const std::filesystem::path& folder, study::RunSettings settings, const std::string& base,
                               const std::string& task);

/// The pinned texts of a workspace that one can ask this task about, second texts of pairs among them.
std::vector<InspectText> pinned_texts(const store::Workspace& workspace, const std::string& task);

}  // namespace lorascope::app::inspect
