#pragma once

#include <ATen/ATen.h>

#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "core/files/model_folder.h"
#include "core/files/xlora_folder.h"
#include "core/nn/initialise.h"
#include "core/tasks/mixture_model.h"
#include "core/train/multi_task_trainer.h"
#include "tests/support/tiny_model.h"

namespace lorascope::test {

inline train::TrainingOptions batches_of(int size) {
  train::TrainingOptions options;
  options.batch_size = size;
  return options;
}

/// A tagging task of 5 labels and a span task on one tiny encoder, with two adapters.
struct TwoTasks {
  files::ModelFolder base;
  std::vector<files::AdapterFolder> adapters;
  std::vector<data::Feature> tagging, spans;
  std::vector<std::unique_ptr<tasks::TaskModel>> models;

  TwoTasks() {
    base.folder = "tiny model";
    base.config = tiny_config(2);
    base.tensors = tiny_tensors(base.config, 1, 5);
    base.tensors["qa_outputs.weight"] = nn::draw_normal({2, 8}, 0.3, 1, "span");
    base.tensors["qa_outputs.bias"] = at::zeros({2});
    for (std::size_t n = 0; n < 2; ++n) {
      files::AdapterConfig config;
      config.rank = 2;
      config.target_modules.names = {"query", "value"};
      files::AdapterFolder adapter;
      adapter.folder = "adapters/number" + std::to_string(n);
      adapter.config = config;
      adapter.tensors = tiny_adapter_tensors(base.config, config, 2, 5);
      for (const std::string& name : adapter.other_names()) adapter.tensors.erase(name);
      for (auto& [name, tensor] : adapter.tensors) tensor = nn::draw_normal(tensor.sizes(), 0.4, n, name);
      adapters.push_back(adapter);
    }
    for (int row = 0; row < 12; ++row) {
      data::Feature feature;
      feature.example = row;
      for (int i = 0; i < 4 + row % 5; ++i) {
        feature.input_ids.push_back(1 + (row * 7 + i * 3) % 39);
        feature.token_type_ids.push_back(0);
      }
      data::Feature span = feature;
      for (const std::int32_t id : feature.input_ids) feature.labels.push_back(id % 5);
      span.start_position = 1 + row % 3;
      span.end_position = span.start_position + 1;
      tagging.push_back(feature);
      if (row < 6) spans.push_back(span);
    }
    files::XloraConfig config;
    config.is_layerwise = true;
    config.dropout = 0;
    const files::XloraFolder mixture = tasks::new_xlora(base, {&adapters[0], &adapters[1]}, config, 1);
    std::vector<tasks::TaskModelOptions> options(2);
    options[1].kind = tasks::TaskKind::Spans;
    tasks::XloraModelOptions xlora;
    xlora.trains_head = true;
    models = tasks::xlora_models(base, options, mixture, xlora);
  }

  std::vector<train::TrainedTask> tasks() {
    return {{"tagging", models[0].get(), tagging, nullptr}, {"spans", models[1].get(), spans, nullptr}};
  }
};

/// Keeps what is reported, by task.
class Notes final : public train::TrainingObserver {
 public:
  void on_step_end(const train::StepReport& report) override {
    for (const train::TaskLoss& drawn : report.tasks) losses[drawn.task].push_back(drawn.loss);
    all.push_back(report.loss);
  }

  std::map<std::size_t, std::vector<double>> losses;
  std::vector<double> all;
};

/// Asks for a stop after so many steps.
class StopAfter final : public train::CommandSource {
 public:
  explicit StopAfter(int steps) : left_(steps) {}
  std::optional<train::Command> take() override { return left_-- == 0 ? std::optional(train::Command::Stop) : std::nullopt; }

 private:
  int left_;
};

}  // namespace lorascope::test
