#pragma once

#include <memory>
#include <string>
#include <vector>

#include "core/files/xlora_folder.h"
#include "core/study/run_settings.h"
#include "core/tasks/task_model.h"

namespace lorascope::app::engine {

/// The X-LoRA model that a run trains: settings.adapter's gate trained on, or a fresh one over settings.xlora.adapters.
std::unique_ptr<tasks::TaskModel> make_xlora_model(const study::RunSettings& settings, const files::ModelFolder& folder,
                                                   const tasks::TaskModelOptions& options,
                                                   std::vector<std::string>& remarks);

/// The same over several tasks: one model each, all with one gate (tasks::xlora_models).
std::vector<std::unique_ptr<tasks::TaskModel>> make_xlora_models(const study::RunSettings& settings,
                                                                 const files::ModelFolder& folder,
                                                                 const std::vector<tasks::TaskModelOptions>& tasks,
                                                                 std::vector<std::string>& remarks);

/// A stored X-LoRA for prediction only, in the given mode ("xlora", "peft", "ours").
std::unique_ptr<tasks::TaskModel> make_frozen_xlora(const std::filesystem::path& mixture, const std::string& mode,
                                                    const files::ModelFolder& folder,
                                                    const tasks::TaskModelOptions& options);

/// Writes gate, adapters and head of an X-LoRA model.
void export_xlora(const tasks::TaskModel& model, const std::string& base_model, const std::filesystem::path& folder);

}  // namespace lorascope::app::engine
