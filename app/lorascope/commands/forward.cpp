#include <ATen/ATen.h>

#include <CLI/CLI.hpp>
#include <filesystem>
#include <iostream>
#include <memory>
#include <string>
#include <vector>

#include "app/lorascope/commands.h"
#include "app/lorascope/engine/adapter_fit.h"
#include "app/lorascope/commands/mixture_options.h"
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
  MixtureOptions mixture;
  std::string path = "packed", segment_ids = "true", span_loss = "padded";
  bool gradients = false, merged = false;
};

/// The inputs of the golden files, padded rows [B,S] or [B,C,S], as a packed batch and the way back.
class Inputs {
 public:
  Inputs(const std::string& file, tasks::TaskKind kind, bool zero_segment_ids) : archive_(file), kind_(kind) {
    ids_ = rows("input_ids", true);
    mask_ = rows("attention_mask", true);
    types_ = rows("token_type_ids", false);
    if (zero_segment_ids || !types_.defined()) types_ = at::zeros_like(ids_);
    const std::int64_t examples = shape_.front();
    if (kind == tasks::TaskKind::Tokens) labels_ = labels("labels", shape_);
    if (kind == tasks::TaskKind::Choices) labels_ = labels("labels", {examples});
    if (kind != tasks::TaskKind::Spans) return;
    starts_ = labels("start_positions", {examples});
    ends_ = labels("end_positions", {examples});
    if (starts_.defined() != ends_.defined())
      refuse("start_positions, end_positions", "only one of them", "both or none");
  }

  /// With span labels padding is part of the batch, since the originals' loss sees it.
  tasks::Batch batch() {
    tasks::Batch batch;
    batch.choices = shape_.size() == 3 ? shape_[1] : 1;
    for (std::int64_t row = 0; row < ids_.size(0); ++row) {
      append_row(batch, row, true);
      batch.tokens.real_lengths.push_back(static_cast<std::int32_t>(batch.tokens.ids.size()) -
                                          batch.tokens.boundaries.back());
      if (starts_.defined()) append_row(batch, row, false);
      batch.tokens.boundaries.push_back(static_cast<std::int32_t>(batch.tokens.ids.size()));
    }
    if (!starts_.defined()) batch.tokens.real_lengths.clear();
    if (kind_ == tasks::TaskKind::Choices && labels_.defined()) batch.labels = numbers(labels_);
    if (starts_.defined()) batch.start_positions = numbers(starts_);
    if (ends_.defined()) batch.end_positions = numbers(ends_);
    return batch;
  }

  bool has_labels() const { return labels_.defined() || starts_.defined(); }

  /// Padding counts: the originals number positions to the end of the row.
  void check_row_length(std::int64_t max_positions) const {
    if (ids_.size(1) <= max_positions) return;
    refuse("input_ids", "rows of " + std::to_string(ids_.size(1)) + " positions",
           "at most " + std::to_string(max_positions) + " (max_position_embeddings)",
           "cut the rows, or use a model with more positions");
  }

  /// [T,N] -> [rows,S,N], zeros where nothing was computed.
  at::Tensor padded(const at::Tensor& packed) const {
    const at::Tensor filled = at::zeros({ids_.numel(), packed.size(1)}, at::kFloat);
    filled.index_copy_(0, at::tensor(places_, at::kLong), packed);
    return filled.view({ids_.size(0), ids_.size(1), packed.size(1)});
  }

 private:
  [[noreturn]] void refuse(const std::string& where, const std::string& found, const std::string& expected,
                           const std::string& hint = {}) const {
    throw DataError("cannot use the inputs in " + archive_.path().string(), Problem{where, found, expected, hint});
  }

  at::Tensor whole_numbers(const std::string& name) const {
    const auto found = archive_.tensors().find(name);
    if (found == archive_.tensors().end()) return {};
    if (found->second.is_floating())
      refuse(name, found->second.dtype + " of shape " + files::shape_text(found->second.shape), "whole numbers");
    return archive_.load(name);
  }

  /// As [rows,S]; all such tensors have the shape of input_ids.
  at::Tensor rows(const std::string& name, bool required) {
    const std::size_t dimensions = kind_ == tasks::TaskKind::Choices ? 3 : 2;
    const std::string expected = dimensions == 3 ? "[B, C, S]" : "[B, S]";
    const at::Tensor found = whole_numbers(name);
    if (!found.defined() && !required) return {};
    if (!found.defined()) refuse(name, "no such tensor", "whole numbers of shape " + expected);
    const std::vector<std::int64_t> shape = found.sizes().vec();
    if (shape.size() != dimensions || found.numel() == 0 || (!shape_.empty() && shape != shape_))
      refuse(name, "shape " + files::shape_text(shape), "the shape " + expected + " of input_ids");
    shape_ = shape;
    return found.view({-1, shape.back()});
  }

  at::Tensor labels(const std::string& name, const std::vector<std::int64_t>& shape) const {
    const at::Tensor found = whole_numbers(name);
    if (found.defined() && found.sizes().vec() != shape)
      refuse(name, "shape " + files::shape_text(found.sizes().vec()), files::shape_text(shape));
    return found;
  }

  void append_row(tasks::Batch& batch, std::int64_t row, bool real) {
    const auto ids = ids_.accessor<std::int64_t, 2>(), mask = mask_.accessor<std::int64_t, 2>(),
               types = types_.accessor<std::int64_t, 2>();
    for (std::int64_t column = 0; column < ids.size(1); ++column) {
      if ((mask[row][column] != 0) != real) continue;
      batch.tokens.ids.push_back(narrowed(ids[row][column]));
      batch.tokens.types.push_back(narrowed(types[row][column]));
      batch.tokens.positions.push_back(static_cast<std::int32_t>(column));
      if (kind_ == tasks::TaskKind::Tokens && labels_.defined())
        batch.labels.push_back(labels_.accessor<std::int64_t, 2>()[row][column]);
      places_.push_back(row * ids.size(1) + column);
    }
  }

  static std::vector<std::int64_t> numbers(const at::Tensor& tensor) {
    const at::Tensor whole = tensor.contiguous();
    return {whole.const_data_ptr<std::int64_t>(), whole.const_data_ptr<std::int64_t>() + whole.numel()};
  }

  /// Values that no 32-bit number holds become one that no model takes, so that the batch's own check names them.
  static std::int32_t narrowed(std::int64_t value) {
    return value < 0 || value > INT32_MAX ? -1 : static_cast<std::int32_t>(value);
  }

  files::SafetensorsFile archive_;
  tasks::TaskKind kind_;
  std::vector<std::int64_t> shape_;  ///< of input_ids
  at::Tensor ids_, mask_, types_, labels_, starts_, ends_;
  std::vector<std::int64_t> places_;
};

std::unique_ptr<tasks::TaskModel> open_model(const ForwardOptions& options) {
  tasks::TaskModelOptions model_options;
  model_options.kind = tasks::task_kind(options.task);
  model_options.dropout = 0.0;
  model_options.may_draw_head = false;
  model_options.span_loss = options.span_loss == "real" ? tasks::SpanLoss::Real : tasks::SpanLoss::Padded;
  model_options.path = options.path == "packed" ? tasks::Path::Packed : tasks::Path::Compatible;
  if (!options.head.empty()) model_options.head = files::load_head_file(options.head);
  const files::ModelFolder model = files::load_model_folder(options.model);
  if (options.mixture.is_mixture(options.adapters)) return options.mixture.open(model, model_options, options.adapters);
  if (options.adapters.empty()) return tasks::TaskModel::full(model, model_options);
  std::vector<files::AdapterFolder> folders;
  for (const std::string& folder : options.adapters) {
    folders.push_back(files::read_adapter_folder(folder));
    folders.back().config.dropout = 0;
    engine::warn_of_misfits(folders.back(), model, model_options.kind == tasks::TaskKind::Choices, std::cerr);
  }
  std::vector<const files::AdapterFolder*> pointers;
  for (const files::AdapterFolder& folder : folders) pointers.push_back(&folder);
  return tasks::TaskModel::with_adapters(model, model_options, pointers);
}

void forward(const ForwardOptions& options) {
  const std::unique_ptr<tasks::TaskModel> model = open_model(options);
  Inputs inputs(options.inputs, model->kind(), options.segment_ids == "zero");
  inputs.check_row_length(model->max_positions());
  tasks::Batch batch = inputs.batch();
  options.mixture.set_adapters(batch, options.adapters);
  const tasks::Output output = model->evaluate(batch, {.merged = options.merged, .hidden_states = true});
  files::TensorMap tensors;
  if (model->kind() == tasks::TaskKind::Choices) {
    tensors["logits"] = output.logits;
  } else if (model->kind() == tasks::TaskKind::Tokens) {
    tensors["logits"] = inputs.padded(output.logits);
  } else {
    tensors["start_logits"] = inputs.padded(output.logits).select(2, 0);
    tensors["end_logits"] = inputs.padded(output.logits).select(2, 1);
  }
  for (std::size_t layer = 0; layer < output.hidden_states.size(); ++layer)
    tensors["hidden_states." + std::to_string(layer)] = inputs.padded(output.hidden_states[layer]);
  add_mixture_outputs(output, batch, [&](const at::Tensor& packed) { return inputs.padded(packed); }, tensors);
  if (inputs.has_labels()) tensors["loss"] = at::scalar_tensor(output.loss, at::kFloat);
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
  command->add_option("--adapter", options->adapters, "PEFT adapter folder, several are summed; or an X-LoRA folder");
  command->add_option("--head", options->head, "Safetensors file with the head's weight and bias");
  command->add_option("--task", options->task, "wnut17, squad or swag")->required();
  command
      ->add_option("--inputs", options->inputs,
                   "Safetensors file: input_ids, attention_mask, token_type_ids [B,S], for swag [B,C,S]; labels [B,S], "
                   "for swag [B]; for squad start_positions, end_positions [B]")
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
  command
      ->add_option("--span-loss", options->span_loss,
                   "squad: softmax over padded positions too, as the originals have it, or over real ones only")
      ->check(CLI::IsMember({"padded", "real"}))
      ->capture_default_str();
  command->add_flag("--gradients", options->gradients, "Also the gradients of everything that is trained");
  command->add_flag("--merged", options->merged, "Adapters merged into the weights");
  options->mixture.add_to(*command);
  command->callback([options] { forward(*options); });
}

}  // namespace lorascope::app
