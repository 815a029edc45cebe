#include <ATen/ATen.h>

#include <CLI/CLI.hpp>
#include <filesystem>
#include <iostream>
#include <memory>
#include <string>
#include <vector>

#include "app/lorascope/commands.h"
#include "core/base/error.h"
#include "core/files/adapter_folder.h"
#include "core/files/model_folder.h"
#include "core/files/safetensors.h"
#include "core/tasks/task_model.h"

namespace lorascope::app {
namespace {

struct ForwardOptions {
  std::string model, head, task, inputs, outputs;
  std::vector<std::string> adapters;
  std::string path = "packed", segment_ids = "true";
  bool gradients = false, merged = false;
};

/// The inputs of the golden files, padded rows, as a packed batch and the way back.
class Inputs {
 public:
  Inputs(const std::string& file, bool zero_segment_ids) : archive_(file) {
    ids_ = matrix("input_ids", true);
    mask_ = matrix("attention_mask", true);
    types_ = matrix("token_type_ids", false);
    labels_ = matrix("labels", false);
    if (zero_segment_ids || !types_.defined()) types_ = at::zeros_like(ids_);
  }

  tasks::Batch batch() {
    tasks::Batch batch;
    const auto ids = ids_.accessor<std::int64_t, 2>(), mask = mask_.accessor<std::int64_t, 2>(),
               types = types_.accessor<std::int64_t, 2>();
    for (std::int64_t row = 0; row < ids.size(0); ++row) {
      for (std::int64_t column = 0; column < ids.size(1); ++column) {
        if (mask[row][column] == 0) continue;
        batch.tokens.ids.push_back(narrowed(ids[row][column]));
        batch.tokens.types.push_back(narrowed(types[row][column]));
        batch.tokens.positions.push_back(static_cast<std::int32_t>(column));
        if (labels_.defined()) batch.labels.push_back(labels_.accessor<std::int64_t, 2>()[row][column]);
        places_.push_back(row * ids.size(1) + column);
      }
      batch.tokens.boundaries.push_back(static_cast<std::int32_t>(batch.tokens.ids.size()));
    }
    return batch;
  }

  /// Padding counts: the originals number positions to the end of the row.
  void check_row_length(std::int64_t max_positions) const {
    if (ids_.size(1) <= max_positions) return;
    throw DataError("cannot use the inputs in " + archive_.path().string(),
                    Problem{"input_ids", "rows of " + std::to_string(ids_.size(1)) + " positions",
                            "at most " + std::to_string(max_positions) + " (max_position_embeddings)",
                            "cut the rows, or use a model with more positions"});
  }

  /// [T,N] -> [B,S,N], zeros at padding.
  at::Tensor padded(const at::Tensor& packed) const {
    const at::Tensor rows = at::zeros({ids_.numel(), packed.size(1)}, at::kFloat);
    rows.index_copy_(0, at::tensor(places_, at::kLong), packed);
    return rows.view({ids_.size(0), ids_.size(1), packed.size(1)});
  }

 private:
  at::Tensor matrix(const std::string& name, bool required) const {
    const auto found = archive_.tensors().find(name);
    if (found == archive_.tensors().end() && !required) return {};
    const std::string message = "cannot use the inputs in " + archive_.path().string();
    if (found == archive_.tensors().end())
      throw DataError(message, Problem{name, "no such tensor", "whole numbers of shape [B, S]", ""});
    const auto& shape = found->second.shape;
    if (found->second.is_floating() || shape.size() != 2 || (ids_.defined() && shape != ids_.sizes().vec()))
      throw DataError(message, Problem{name, found->second.dtype + " of shape " + files::shape_text(shape),
                                       "whole numbers of the shape [B, S] of input_ids", ""});
    return archive_.load(name);
  }

  /// Values that no 32-bit number holds become one that no model takes, so that the batch's own check names them.
  static std::int32_t narrowed(std::int64_t value) {
    return value < 0 || value > INT32_MAX ? -1 : static_cast<std::int32_t>(value);
  }

  files::SafetensorsFile archive_;
  at::Tensor ids_, mask_, types_, labels_;
  std::vector<std::int64_t> places_;
};

std::unique_ptr<tasks::TaskModel> open_model(const ForwardOptions& options) {
  tasks::TaskModelOptions model_options;
  model_options.kind = tasks::task_kind(options.task);
  model_options.dropout = 0.0;
  model_options.path = options.path == "packed" ? tasks::Path::Packed : tasks::Path::Compatible;
  if (!options.head.empty()) model_options.head = files::load_head_file(options.head);
  const files::ModelFolder model = files::load_model_folder(options.model);
  if (options.adapters.empty()) return tasks::TaskModel::full(model, model_options);
  std::vector<files::AdapterFolder> folders;
  for (const std::string& folder : options.adapters) folders.push_back(files::read_adapter_folder(folder));
  std::vector<const files::AdapterFolder*> pointers;
  for (const files::AdapterFolder& folder : folders) pointers.push_back(&folder);
  return tasks::TaskModel::with_adapters(model, model_options, pointers);
}

void forward(const ForwardOptions& options) {
  const std::unique_ptr<tasks::TaskModel> model = open_model(options);
  Inputs inputs(options.inputs, options.segment_ids == "zero");
  inputs.check_row_length(model->max_positions());
  const tasks::Batch batch = inputs.batch();
  const tasks::Output output = model->evaluate(batch, {.merged = options.merged, .hidden_states = true});
  files::TensorMap tensors;
  tensors["logits"] = inputs.padded(output.logits);
  for (std::size_t layer = 0; layer < output.hidden_states.size(); ++layer)
    tensors["hidden_states." + std::to_string(layer)] = inputs.padded(output.hidden_states[layer]);
  if (!batch.labels.empty()) tensors["loss"] = at::scalar_tensor(output.loss, at::kFloat);
  if (options.gradients) {
    model->zero_gradients();
    model->train_micro_batch(batch, 1.0, {});
    for (const tasks::Parameter& parameter : model->trainable()) tensors["grad." + parameter.name] = parameter.gradient;
  }
  files::write_safetensors(options.outputs, tensors);
}

}  // namespace

void add_forward(CLI::App& program) {
  CLI::App* command = program.add_subcommand(
      "forward",
      "One forward (and backward) pass on given tensors, dropout off: logits, loss, hidden states, gradients");
  command->footer(
      "Example: lorascope forward --model DIR --adapter DIR --task wnut17 --inputs in.safetensors --outputs "
      "out.safetensors "
      "--gradients");
  auto options = std::make_shared<ForwardOptions>();
  command->add_option("--model", options->model, "Hugging Face model folder")->required();
  command->add_option("--adapter", options->adapters, "PEFT adapter folder; several are summed");
  command->add_option("--head", options->head, "Safetensors file with the head's weight and bias");
  command->add_option("--task", options->task, "wnut17")->required();
  command->add_option("--inputs", options->inputs, "input_ids, attention_mask, token_type_ids, labels, each [B,S]")
      ->required();
  command->add_option("--outputs", options->outputs, "Safetensors file to write")->required();
  command
      ->add_option("--path", options->path, "How it is computed: packed tokens, or padded rows in the originals' order")
      ->check(CLI::IsMember({"packed", "compatible"}))
      ->capture_default_str();
  command
      ->add_option("--segment-ids", options->segment_ids, "true, or zero as PEFT's question-answering wrapper has them")
      ->check(CLI::IsMember({"true", "zero"}))
      ->capture_default_str();
  command->add_flag("--gradients", options->gradients, "Also the gradients of everything that is trained");
  command->add_flag("--merged", options->merged, "Adapters merged into the weights");
  command->callback([options] { forward(*options); });
}

}  // namespace lorascope::app
