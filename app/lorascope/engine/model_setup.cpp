#include "app/lorascope/engine/model_setup.h"

#include <ATen/ATen.h>
#include <ATen/Parallel.h>

#include <thread>

#include "core/files/adapter_folder.h"
#include "core/files/model_folder.h"
#include "core/nn/device.h"

namespace lorascope::app::engine {
namespace {

namespace fs = std::filesystem;

files::AdapterConfig adapter_config(const study::RunSettings& settings) {
  files::AdapterConfig config;
  config.rank = settings.lora.rank;
  config.alpha = settings.lora.alpha;
  config.dropout = settings.lora.dropout;
  config.use_rslora = settings.lora.use_rslora;
  if (settings.lora.target_pattern.empty()) {
    config.target_modules.names = settings.lora.targets;
  } else {
    config.target_modules.pattern = settings.lora.target_pattern;
  }
  return config;
}

}  // namespace

int set_threads(int threads) {
  const int cores = static_cast<int>(std::max(1u, std::thread::hardware_concurrency()));
  at::set_num_threads(threads > 0 ? threads : cores);
  return at::get_num_threads();
}

std::unique_ptr<tasks::TaskModel> make_model(const study::RunSettings& settings, const files::ModelFolder& folder,
                                             std::int64_t num_labels) {
  tasks::TaskModelOptions options;
  options.kind = tasks::task_kind(settings.task);
  options.num_labels = num_labels;
  options.device = nn::resolve_device(settings.device);
  const bool is_compatible = settings.training.compatible_path || options.device != "cpu";
  options.path = is_compatible ? tasks::Path::Compatible : tasks::Path::Packed;
  options.seed = settings.training.seed;
  options.dropout = settings.training.dropout;
  if (settings.method == study::Method::FullFineTuning) return tasks::TaskModel::full(folder, options);
  if (settings.adapter.empty()) return tasks::TaskModel::with_new_adapter(folder, options, adapter_config(settings));
  const files::AdapterFolder adapter = files::read_adapter_folder(settings.adapter);
  return tasks::TaskModel::with_adapters(folder, options, {&adapter});
}

std::unique_ptr<tasks::TaskModel> make_frozen_model(const files::ModelFolder& folder,
                                                    const std::vector<fs::path>& adapters, std::int64_t num_labels,
                                                    const std::string& device) {
  tasks::TaskModelOptions options;
  options.num_labels = num_labels;
  options.device = device;
  options.path = device == "cpu" ? tasks::Path::Packed : tasks::Path::Compatible;
  std::vector<files::AdapterFolder> loaded;
  for (const fs::path& adapter : adapters) loaded.push_back(files::read_adapter_folder(adapter));
  std::vector<const files::AdapterFolder*> pointers;
  for (const files::AdapterFolder& adapter : loaded) pointers.push_back(&adapter);
  return pointers.empty() ? tasks::TaskModel::full(folder, options)
                          : tasks::TaskModel::with_adapters(folder, options, pointers);
}

}  // namespace lorascope::app::engine
