#pragma once

#include <memory>
#include <vector>

#include "core/tasks/task_model.h"

namespace lorascope::tasks {

/// Full fine-tuning of one encoder under the heads of several tasks: a model a task as TaskModel::full() makes it, all
/// with the first one's encoder weights and gradients; head and pooler are each model's own. What one model trains has
/// to be told to the others by values_changed(), and the first has to outlive them. Throws as TaskModel::full().
std::vector<std::unique_ptr<TaskModel>> full_models(const files::ModelFolder& model,
                                                    const std::vector<TaskModelOptions>& tasks);

}  // namespace lorascope::tasks
