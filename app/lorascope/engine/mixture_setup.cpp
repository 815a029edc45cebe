#include "app/lorascope/engine/mixture_setup.h"

#include "app/lorascope/engine/run_models.h"
#include "core/adapters/xlora.h"
#include "core/base/error.h"
#include "core/files/model_folder.h"
#include "core/tasks/mixture_model.h"

namespace lorascope::app::engine {
namespace {

namespace fs = std::filesystem;

files::XloraConfig gate_config(const study::XloraSettings& from) {
  files::XloraConfig config;
  config.format = from.mode == "peft" ? files::XloraFormat::Peft : files::XloraFormat::Package;
  config.depth = from.depth;
  config.size = from.size;
  config.dropout = from.dropout;
  config.is_layerwise = from.layerwise;
  config.has_softmax = from.softmax;
  config.temperature = from.temperature;
  if (from.top_k > 0) config.top_k = from.top_k;
  config.scaling_pass_value = from.scaling_pass_value;
  return config;
}

/// The gate's outputs under the names that the settings give the adapters.
void set_names(files::XloraFolder& mixture, const std::vector<std::string>& names) {
  for (std::size_t n = 0; n < names.size(); ++n) {
    const bool is_package = mixture.config.format == files::XloraFormat::Package;
    (is_package ? mixture.config.adapters : mixture.config.paths).at(n) = (is_package ? "" : "adapters/") + names[n];
  }
}

files::XloraFolder mixture_of(const study::RunSettings& settings, const files::ModelFolder& folder) {
  const NamedAdapters adapters = read_adapters(settings.xlora.adapters);
  if (!settings.adapter.empty()) {
    std::vector<fs::path> places;
    for (const files::AdapterFolder& adapter : adapters.folders) places.push_back(adapter.folder);
    return files::read_xlora_folder(settings.adapter, places);
  }
  files::XloraFolder mixture =
      tasks::new_xlora(folder, adapters.pointers(), gate_config(settings.xlora), settings.training.seed);
  set_names(mixture, adapters.names);
  return mixture;
}

std::string adapter_name(const files::XloraConfig& config, std::size_t n) {
  if (config.format == files::XloraFormat::Package) return config.adapters[n];
  return fs::path(config.paths[n]).filename().string();
}

std::vector<std::int64_t> told_adapters(const study::RunSettings& settings, const files::XloraFolder& mixture,
                                        std::vector<std::string>& remarks) {
  if (!mixture.config.has_softmax)
    throw UsageError("xlora.task_weight: found " + std::to_string(settings.xlora.task_weight) +
                         " for a gate without softmax, expected 0",
                     "only scalings that add up to 1 can be asked for one adapter; set xlora.softmax = true");
  NamedAdapters adapters;
  for (std::size_t n = 0; n < mixture.config.adapters.size(); ++n)
    adapters.names.push_back(adapter_name(mixture.config, n));
  return own_adapters(adapters, settings.task_names(), "the gate is", remarks);
}

}  // namespace

std::unique_ptr<tasks::TaskModel> make_xlora_model(const study::RunSettings& settings, const files::ModelFolder& folder,
                                                   const tasks::TaskModelOptions& options,
                                                   std::vector<std::string>& remarks) {
  return std::move(make_xlora_models(settings, folder, {options}, remarks).front());
}

std::vector<std::unique_ptr<tasks::TaskModel>> make_xlora_models(const study::RunSettings& settings,
                                                                 const files::ModelFolder& folder,
                                                                 const std::vector<tasks::TaskModelOptions>& tasks,
                                                                 std::vector<std::string>& remarks) {
  const files::XloraFolder mixture = mixture_of(settings, folder);
  remarks.insert(remarks.end(), mixture.warnings.begin(), mixture.warnings.end());
  if (mixture.config.trains_adapters || settings.xlora.train_adapters)
    remarks.push_back("the adapters stay frozen: only the gate is trained, and the head where train_head says so");
  if (!mixture.config.is_layerwise)
    remarks.push_back("the gate has one set of scalings for all modules: layers cannot differ");
  if (mixture.config.top_k && !mixture.config.has_top_k_softmax)
    remarks.push_back("top-k leaves the kept scalings as they are: they no longer add up to 1");
  tasks::XloraModelOptions xlora;
  xlora.xlora.mode = adapters::xlora_mode(settings.xlora.mode);
  xlora.xlora.balance_weight = settings.xlora.balance_weight;
  xlora.xlora.entropy_weight = settings.xlora.entropy_weight;
  xlora.xlora.task_weight = settings.xlora.task_weight;
  xlora.xlora.cached_input_bytes = static_cast<std::int64_t>(settings.xlora.cache_mib) << 20;
  xlora.trains_head = settings.xlora.train_head;
  if (settings.xlora.task_weight > 0) xlora.own_adapters = told_adapters(settings, mixture, remarks);
  return tasks::xlora_models(folder, tasks, mixture, xlora);
}

std::unique_ptr<tasks::TaskModel> make_frozen_xlora(const fs::path& place, const std::string& mode,
                                                    const files::ModelFolder& folder,
                                                    const tasks::TaskModelOptions& options) {
  tasks::XloraModelOptions xlora;
  xlora.xlora.mode = adapters::xlora_mode(mode);
  return tasks::xlora_model(folder, options, files::read_xlora_folder(place), xlora);
}

void export_xlora(const tasks::TaskModel& model, const std::string& base_model, const fs::path& folder) {
  files::XloraFolder mixture = model.export_xlora();
  mixture.config.base_model = base_model;
  files::write_xlora_folder(folder, mixture);
}

}  // namespace lorascope::app::engine
