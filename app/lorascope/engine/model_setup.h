#pragma once

#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include "core/study/run_settings.h"
#include "core/tasks/task_model.h"
#include "core/train/training_options.h"

namespace lorascope::files {
struct ModelFolder;
}

namespace lorascope::app::engine {

/// Sets the number of threads of all arithmetic; 0: as many as there are cores. Returns the number.
int set_threads(int threads);

/// What the settings say about the steps themselves: their number, rows, rates and order.
train::TrainingOptions step_options(const study::TrainingSettings& from);

/// Head, path, device and seed of the model that a run of one task trains.
tasks::TaskModelOptions training_model_options(const study::RunSettings& settings, std::int64_t num_labels);

/// The model that a run trains: full fine-tuning, a new adapter, or an adapter that is trained on. The folder's own
/// tensors may be dropped afterwards. What people should know about it is added to `remarks`.
/// Throws UsageError where the device cannot do what the settings ask for.
std::unique_ptr<tasks::TaskModel> make_model(const study::RunSettings& settings, const files::ModelFolder& folder,
                                             std::int64_t num_labels, std::vector<std::string>& remarks);

/// The model of a folder and adapters over it, for prediction only: task, device and span loss are those of `settings`.
/// Throws CheckpointError where neither has a head for the task.
std::unique_ptr<tasks::TaskModel> make_frozen_model(const study::RunSettings& settings, const files::ModelFolder& folder,
                                                    const std::vector<std::filesystem::path>& adapters,
                                                    std::int64_t num_labels);

/// The same with each example's own adapter or none (Split::adapters), each with its own head.
std::unique_ptr<tasks::TaskModel> make_row_model(const study::RunSettings& settings, const files::ModelFolder& folder,
                                                 const std::vector<std::filesystem::path>& adapters,
                                                 std::int64_t num_labels);

}  // namespace lorascope::app::engine
