#include "app/lorascope/engine/model_setup.h"

#include <ATen/ATen.h>
#include <ATen/Parallel.h>

#include <algorithm>
#include <iostream>
#include <map>
#include <thread>

#include "app/lorascope/engine/adapter_fit.h"
#include "app/lorascope/engine/mixture_setup.h"
#include "core/base/error.h"
#include "core/files/adapter_folder.h"
#include "core/files/model_folder.h"
#include "core/nn/device.h"
#include "core/nn/precision.h"
#include "core/tasks/mixture_model.h"

namespace lorascope::app::engine {
namespace {

namespace fs = std::filesystem;

constexpr const char* kAllLinear = "all-linear";

/// Names of BERT's linear layers as DistilBERT calls them.
const std::map<std::string, std::string>& names_in_distilbert() {
  static const std::map<std::string, std::string> names = {
      {"query", "q_lin"},
      {"key", "k_lin"},
      {"value", "v_lin"},
      {"attention.output.dense", "out_lin"},
      {"intermediate.dense", "lin1"},
  };
  return names;
}

/// The settings' target names, BERT's read as DistilBERT's where the model is one: a study of both has one list.
std::vector<std::string> targets_of(const study::RunSettings& settings, const files::ModelFolder& folder,
                                    std::vector<std::string>& remarks) {
  std::vector<std::string> names = settings.lora.targets;
  if (files::family_name(folder.config.family) != "distilbert") return names;
  for (std::string& name : names) {
    const auto other = names_in_distilbert().find(name);
    if (other == names_in_distilbert().end()) continue;
    remarks.push_back("lora.targets: " + name + " is called " + other->second + " in this model");
    name = other->second;
  }
  return names;
}

/// "PATTERN=NUMBER", checked by the settings.
template <class Number>
std::vector<std::pair<std::string, Number>> pattern_entries(const std::vector<std::string>& entries) {
  std::vector<std::pair<std::string, Number>> result;
  for (const std::string& entry : entries) {
    const std::size_t equals = entry.rfind('=');
    result.emplace_back(entry.substr(0, equals), static_cast<Number>(std::stod(entry.substr(equals + 1))));
  }
  return result;
}

files::AdapterConfig adapter_config(const study::RunSettings& settings, const files::ModelFolder& folder,
                                    std::vector<std::string>& remarks) {
  const study::LoraSettings& lora = settings.lora;
  files::AdapterConfig config;
  config.rank = lora.rank;
  config.alpha = lora.alpha;
  config.dropout = lora.dropout;
  config.use_rslora = lora.use_rslora;
  config.use_dora = lora.use_dora;
  config.bias = lora.bias;
  config.layers_to_transform = lora.layers;
  config.rank_pattern = pattern_entries<std::int64_t>(lora.rank_pattern);
  config.alpha_pattern = pattern_entries<double>(lora.alpha_pattern);
  if (lora.init != "default") config.init_lora_weights = lora.init;
  const bool is_all_linear = lora.targets == std::vector<std::string>{kAllLinear};
  if (!lora.target_pattern.empty()) {
    config.target_modules.pattern = lora.target_pattern;
  } else if (is_all_linear) {
    config.target_modules.pattern = kAllLinear;
  } else {
    config.target_modules.names = targets_of(settings, folder, remarks);
  }
  return config;
}

tasks::TaskModelOptions model_options(const study::RunSettings& settings, std::int64_t num_labels) {
  tasks::TaskModelOptions options;
  options.kind = tasks::task_kind(settings.task);
  options.num_labels = num_labels;
  options.device = nn::resolve_device(settings.device);
  options.span_loss = settings.has_padded_span_loss() ? tasks::SpanLoss::Padded : tasks::SpanLoss::Real;
  options.precision = nn::resolve_precision(settings.training.precision, options.device);
  const bool is_compatible = settings.training.compatible_path || options.device != "cpu";
  options.path = is_compatible ? tasks::Path::Compatible : tasks::Path::Packed;
  options.checkpoints = settings.training.activation_checkpointing;
  return options;
}

std::vector<files::AdapterFolder> read_adapters(const std::vector<fs::path>& places, const files::ModelFolder& folder,
                                                tasks::TaskKind kind) {
  std::vector<files::AdapterFolder> loaded;
  for (const fs::path& place : places) {
    loaded.push_back(files::read_adapter_folder(place));
    warn_of_misfits(loaded.back(), folder, kind == tasks::TaskKind::Choices, std::cerr);
  }
  return loaded;
}

}  // namespace

int set_threads(int threads) {
  const int cores = static_cast<int>(std::max(1u, std::thread::hardware_concurrency()));
  at::set_num_threads(threads > 0 ? threads : cores);
  return at::get_num_threads();
}

train::TrainingOptions step_options(const study::TrainingSettings& from) {
  train::TrainingOptions options;
  options.epochs = from.epochs;
  options.max_steps = from.max_steps;
  options.batch_size = from.batch_size;
  options.accumulate = from.accumulate;
  options.accumulate_by_terms = from.accumulate_by == "tokens";
  options.learning_rate = from.learning_rate;
  options.head_learning_rate = from.head_learning_rate;
  options.warmup_ratio = from.warmup_ratio;
  options.weight_decay = from.weight_decay;
  options.max_grad_norm = from.max_grad_norm;
  options.loraplus_ratio = from.loraplus_ratio;
  options.seed = from.seed;
  options.ordering = from.batching == study::Batching::Grouped ? train::Ordering::Grouped : train::Ordering::Shuffled;
  return options;
}

tasks::TaskModelOptions training_model_options(const study::RunSettings& settings, std::int64_t num_labels) {
  tasks::TaskModelOptions options = model_options(settings, num_labels);
  options.seed = settings.training.seed;
  options.dropout = settings.training.dropout;
  options.train_head = settings.task != "swag" || settings.swag.train_head;
  return options;
}

std::unique_ptr<tasks::TaskModel> make_model(const study::RunSettings& settings, const files::ModelFolder& folder,
                                             std::int64_t num_labels, std::vector<std::string>& remarks) {
  const tasks::TaskModelOptions options = training_model_options(settings, num_labels);
  if (settings.method == study::Method::Xlora) return make_xlora_model(settings, folder, options, remarks);
  if (settings.method == study::Method::FullFineTuning) return tasks::TaskModel::full(folder, options);
  if (settings.adapter.empty()) {
    return tasks::TaskModel::with_new_adapter(folder, options, adapter_config(settings, folder, remarks));
  }
  const files::AdapterFolder adapter = files::read_adapter_folder(settings.adapter);
  for (std::string& misfit : misfits(adapter, folder, options.kind == tasks::TaskKind::Choices))
    remarks.push_back(std::move(misfit));
  return tasks::TaskModel::with_adapters(folder, options, {&adapter});
}

std::unique_ptr<tasks::TaskModel> make_frozen_model(const study::RunSettings& settings, const files::ModelFolder& folder,
                                                    const std::vector<fs::path>& adapters, std::int64_t num_labels) {
  tasks::TaskModelOptions options = model_options(settings, num_labels);
  options.may_draw_head = false;
  if (adapters.size() == 1 && files::is_xlora_folder(adapters.front()))
    return make_frozen_xlora(adapters.front(), settings.xlora.mode, folder, options);
  const std::vector<files::AdapterFolder> loaded = read_adapters(adapters, folder, options.kind);
  std::vector<const files::AdapterFolder*> pointers;
  for (const files::AdapterFolder& adapter : loaded) pointers.push_back(&adapter);
  return pointers.empty() ? tasks::TaskModel::full(folder, options)
                          : tasks::TaskModel::with_adapters(folder, options, pointers);
}

std::unique_ptr<tasks::TaskModel> make_row_model(const study::RunSettings& settings, const files::ModelFolder& folder,
                                                 const std::vector<fs::path>& adapters, std::int64_t num_labels) {
  tasks::TaskModelOptions options = model_options(settings, num_labels);
  options.may_draw_head = false;
  const std::vector<files::AdapterFolder> loaded = read_adapters(adapters, folder, options.kind);
  std::vector<const files::AdapterFolder*> pointers;
  for (const files::AdapterFolder& adapter : loaded) pointers.push_back(&adapter);
  tasks::MixingOptions mixing;
  mixing.kind = tasks::Mixing::Rows;
  return tasks::mixture_model(folder, options, pointers, mixing);
}

}  // namespace lorascope::app::engine
