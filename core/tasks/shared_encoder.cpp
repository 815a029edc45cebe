#include "core/tasks/shared_encoder.h"

#include <ATen/ATen.h>

#include "core/tasks/model_parts.h"

namespace lorascope::tasks {
namespace {

/// Puts another model's encoder in the place of this one's, which keeps its pooler.
void share_encoder(ModelParts& parts, const nn::Encoder& encoder) {
  std::optional<nn::Dense> pooler = std::move(parts.encoder.pooler);
  parts.encoder = encoder;
  parts.encoder.pooler = std::move(pooler);
  parts.trainable.clear();
  parts.encoder.for_each_weight([&](const std::string& name, nn::Weight& weight) {
    if (weight.is_trained()) parts.trainable.push_back({name, weight.value, weight.gradient});
  });
  for (const nn::Embedding* table : {&parts.encoder.word, &parts.encoder.position})
    for (Parameter& parameter : parts.trainable)
      if (table->rows && parameter.name == table->path + ".weight") parameter.rows = table->rows;
  nn::Dense& head = parts.head;
  parts.trainable.push_back({head.path + ".weight", head.weight.value, head.weight.gradient});
  parts.trainable.push_back({head.path + ".bias", head.bias.value, head.bias.gradient});
}

}  // namespace

std::vector<std::unique_ptr<TaskModel>> full_models(const files::ModelFolder& model,
                                                    const std::vector<TaskModelOptions>& tasks) {
  std::optional<nn::Encoder> encoder;
  std::vector<std::unique_ptr<TaskModel>> models;
  for (const TaskModelOptions& options : tasks) {
    auto parts = full_parts(model, options);
    if (encoder) {
      share_encoder(*parts, *encoder);
    } else {
      encoder = parts->encoder;
    }
    models.push_back(make_task_model(std::move(parts), options));
  }
  return models;
}

}  // namespace lorascope::tasks
