#pragma once

#include <memory>
#include <vector>

#include "core/tasks/model_parts.h"

namespace lorascope::tasks {

/// Encoder, adapters and one head, nothing trained but a head that had to be drawn, or any where `trains_head`. The head
/// is options.head, else that of the first adapter that brings one of this task, else the folder's. Without adapters:
/// the model alone. Throws as TaskModel::with_adapters.
std::unique_ptr<ModelParts> frozen_parts(const files::ModelFolder& model, const TaskModelOptions& options,
                                         const std::vector<const files::AdapterFolder*>& adapters, bool trains_head);

}  // namespace lorascope::tasks
