#pragma once

#include <ATen/core/Tensor.h>

#include <map>
#include <memory>
#include <string>

#include "core/files/adapter_folder.h"
#include "core/files/model_folder.h"
#include "core/tasks/task_model.h"

namespace lorascope::tasks::test {

/// Two paths agree within these shares of the largest value, as the golden files demand of both.
constexpr double kValueTolerance = 1e-5;
constexpr double kGradientTolerance = 1e-4;

/// A model of a few thousand parameters with all dropouts at `dropout`, and a head of 5 labels.
files::ModelFolder small_model(double dropout = 0, files::Activation activation = files::Activation::Gelu);

/// The same of any family and task, with the head of the task; Tokens have 5 labels.
struct Sample {
  files::Family family = files::Family::Bert;
  TaskKind kind = TaskKind::Tokens;
  double dropout = 0;
  files::Activation activation = files::Activation::Gelu;
};
files::ModelFolder small_model(const Sample& sample);
/// A model of the config's sizes with the head of the task.
files::ModelFolder random_model(const files::ModelConfig& config, TaskKind kind, std::uint64_t seed);

/// An adapter for it with both factors away from zero.
files::AdapterFolder small_adapter(const files::AdapterConfig& config);
files::AdapterFolder small_adapter(const files::AdapterConfig& config, const Sample& sample);
/// One for any model, with a head of its own.
files::AdapterFolder adapter_for(const files::ModelFolder& model, TaskKind kind, const files::AdapterConfig& config);
files::AdapterConfig query_value(std::int64_t rank = 3);

/// Sequences of other lengths with labels of a task: six of a span task, some labels beyond a row or below 0; three
/// examples of three choices, one without a label.
Batch small_batch(TaskKind kind);
/// Four sequences of lengths 7, 1, 20 and 12 with labels, some of them ignored.
Batch small_batch();
/// The sequences `first` up to `last` of a batch.
Batch part_of(const Batch& batch, std::int64_t first, std::int64_t last);

/// Largest difference over the largest value of `expected`.
double deviation(const at::Tensor& found, const at::Tensor& expected);

using Gradients = std::map<std::string, at::Tensor>;
/// Copies of the gradients after one micro-batch.
Gradients gradients_of(TaskModel& model, const Batch& batch, const nn::DropoutKey& key = {}, double weight = 1);
/// Every gradient of `expected` is in `found`, within `slack` times kGradientTolerance; biases of the key and others that
/// have none but rounding, within 1e-6 of the largest gradient.
void check_gradients(const Gradients& found, const Gradients& expected, double slack = 1);

TaskModelOptions on(Path path, TaskKind kind = TaskKind::Tokens);

}  // namespace lorascope::tasks::test
