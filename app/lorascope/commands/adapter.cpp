#include <ATen/ATen.h>
#include <ATen/Parallel.h>

#include <CLI/CLI.hpp>
#include <cmath>
#include <iomanip>
#include <iostream>
#include <memory>
#include <string>

#include "app/lorascope/commands.h"
#include "app/lorascope/commands/adapter_commands.h"
#include "app/lorascope/commands/adapter_xlora.h"
#include "app/lorascope/hub/model_places.h"
#include "core/analysis/spectrum.h"
#include "core/base/json.h"
#include "core/files/adapter_folder.h"
#include "core/files/xlora_folder.h"
#include "core/files/adapter_match.h"
#include "core/files/model_folder.h"

namespace lorascope::app {
namespace {

struct ShowOptions {
  std::string folder;
  std::string model;
  bool json = false;
};

std::int64_t num_values(const at::Tensor& tensor) {
  return tensor.defined() ? tensor.numel() : 0;
}

Json spectrum_json(const analysis::Spectrum& spectrum) {
  return {{"singular_values", spectrum.singular_values},
          {"stable_rank", spectrum.stable_rank},
          {"effective_rank", spectrum.effective_rank},
          {"energy_rank_90", spectrum.energy_rank_90},
          {"frobenius_norm", spectrum.frobenius_norm}};
}

Json module_json(const files::LoraModule& module) {
  Json json = spectrum_json(analysis::low_rank_spectrum(module.b, module.a, module.scaling));
  json["rank"] = module.a.size(0);
  json["scaling"] = module.scaling;
  json["in"] = module.a.size(1);
  json["out"] = module.b.size(0);
  if (module.magnitude.defined()) json["has_magnitude"] = true;
  return json;
}

Json describe(const files::AdapterFolder& adapter) {
  Json modules = Json::object();
  std::int64_t lora = 0;
  for (const files::LoraModule& module : adapter.modules()) {
    lora += num_values(module.a) + num_values(module.b) + num_values(module.b_bias) + num_values(module.magnitude);
    modules[module.path] = module_json(module);
  }
  Json others = Json::object();
  std::int64_t other = 0;
  for (const std::string& name : adapter.other_names()) {
    others[name] = adapter.tensors.at(name).sizes().vec();
    other += adapter.tensors.at(name).numel();
  }
  return {{"folder", adapter.folder.string()},
          {"config", Json::parse(adapter.config.raw_json)},
          {"parameters", {{"all", lora + other}, {"lora", lora}, {"other", other}}},
          {"modules", modules},
          {"other_tensors", others}};
}

/// How the adapter's tensors fit a base model: what has its place, what lacks, what has none.
Json fit_json(const files::AdapterFolder& adapter, const std::string& model) {
  const files::ModelDescription base = files::describe_model_folder(hub::find_model(model));
  const bool has_pooler = base.tensors.count(files::family_names(base.config.family).pooler + ".weight") != 0;
  const files::AdapterMatch match = files::match_adapter(adapter, base.config, has_pooler);
  Json matched = Json::array(), head = Json::array(), whole = Json::array();
  for (const files::LoraModule& module : match.modules) matched.push_back(module.path);
  for (const auto& entry : match.head) head.push_back(entry.first);
  for (const auto& entry : match.replaced) whole.push_back(entry.first);
  return {{"matched", matched},
          {"head", head},
          {"whole", whole},
          {"missing", match.missing},
          {"unexpected", match.unexpected}};
}

void print_fit(const Json& fit) {
  std::cout << "on the model: " << fit.at("matched").size() << " modules matched, " << fit.at("head").size()
            << " tensors of a head, " << fit.at("whole").size() << " other tensors; " << fit.at("missing").size()
            << " missing, " << fit.at("unexpected").size() << " unexpected\n";
  for (const Json& name : fit.at("missing")) std::cout << "  missing: " << name.get<std::string>() << '\n';
  for (const Json& name : fit.at("unexpected")) std::cout << "  unexpected: " << name.get<std::string>() << '\n';
}

void print_config(const files::AdapterConfig& config) {
  std::cout << "LoRA, rank " << config.rank << ", alpha " << config.alpha << (config.use_rslora ? ", rslora" : "")
            << (config.use_dora ? ", DoRA" : "") << ", dropout " << config.dropout << ", bias " << config.bias << '\n';
  std::cout << "task " << config.task_type.value_or("none") << ", base model "
            << config.base_model.value_or("not named") << '\n';
}

void print_modules(const files::AdapterFolder& adapter, const Json& description) {
  std::cout << std::left << std::setw(56) << "module" << std::right << std::setw(6) << "rank" << std::setw(10)
            << "sigma 1" << std::setw(8) << "stable" << std::setw(10) << "effective" << std::setw(6) << "90 %"
            << std::setw(11) << "norm" << '\n';
  for (const files::LoraModule& module : adapter.modules()) {
    const Json& values = description.at("modules").at(module.path);
    std::cout << std::left << std::setw(56) << module.path << std::right << std::fixed << std::setprecision(4)
              << std::setw(6) << module.a.size(0) << std::setw(10) << values.at("singular_values")[0].get<double>()
              << std::setprecision(2) << std::setw(8) << values.at("stable_rank").get<double>() << std::setw(10)
              << values.at("effective_rank").get<double>() << std::setw(6)
              << values.at("energy_rank_90").get<std::int64_t>() << std::setprecision(4) << std::setw(11)
              << values.at("frobenius_norm").get<double>() << '\n';
  }
}

void show(const ShowOptions& options) {
  at::set_num_threads(1);  // many small decompositions: threads would wait for each other longer than they compute
  if (files::is_xlora_folder(options.folder)) return show_xlora(options.folder, options.model, options.json);
  const files::AdapterFolder adapter = files::read_adapter_folder(options.folder);
  Json description = describe(adapter);
  if (!options.model.empty()) description["fit"] = fit_json(adapter, options.model);
  if (options.json) {
    std::cout << description.dump() << '\n';
    return;
  }
  print_config(adapter.config);
  const Json& parameters = description.at("parameters");
  std::cout << parameters.at("lora") << " LoRA parameters in " << adapter.modules().size() << " modules, "
            << parameters.at("other") << " others";
  for (const auto& [name, shape] : description.at("other_tensors").items()) std::cout << "\n  " << name << ' ' << shape;
  std::cout << '\n';
  if (description.contains("fit")) print_fit(description.at("fit"));
  std::cout << '\n';
  print_modules(adapter, description);
}

}  // namespace

void add_adapter(CLI::App& program) {
  CLI::App* group = program.add_subcommand("adapter", "Adapter folders as PEFT writes them");
  group->require_subcommand(1);
  CLI::App* command = group->add_subcommand("show", "Configuration, modules and spectra of an adapter of any model");
  command->footer("Example: lorascope adapter show runs/12/adapter");
  auto options = std::make_shared<ShowOptions>();
  command->add_option("folder", options->folder, "Folder with adapter_config.json")->required();
  command->add_option("--model", options->model,
                      "A base model: also say which tensors fit it, lack and are unexpected");
  command->add_flag("--json", options->json, "One JSON object on stdout");
  command->callback([options] { show(*options); });
  add_adapter_compare(*group);
  add_adapter_merge(*group);
  add_adapter_truncate(*group);
  add_adapter_convert(*group);
}

}  // namespace lorascope::app
