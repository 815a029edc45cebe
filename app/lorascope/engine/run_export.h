#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "app/lorascope/engine/run_tasks.h"
#include "core/files/model_config.h"
#include "core/tasks/task_model.h"

namespace lorascope::app::engine {

/// What an exported folder says about itself.
struct ExportSource {
  files::ModelConfig config;               ///< of the model that was trained
  std::vector<std::string> labels;         ///< in the order of their ids; none for squad and swag
  std::filesystem::path tokenizer_folder;  ///< its tokenizer files go along with a model
  std::string base_model;                  ///< named in an adapter's configuration
};

/// Writes what was trained to `folder`: a model folder that transformers opens, an adapter folder that PEFT opens, or
/// an X-LoRA folder. Returns "model", "adapter" or "xlora".
std::string export_trained(const tasks::TaskModel& model, const ExportSource& source,
                           const std::filesystem::path& folder);

/// Writes what several tasks' models share, and each task's head beside it in head-TASK.safetensors: the encoder as a
/// model folder, an X-LoRA folder, or MeteoRA's gates in gates.safetensors. Returns "model", "xlora" or "gates".
std::string export_together(const study::RunSettings& settings, const std::vector<RunTask>& tasks,
                            const ExportSource& source, const std::filesystem::path& folder);

}  // namespace lorascope::app::engine
