#include "app/lorascope/commands/adapter_xlora.h"

#include <ATen/ATen.h>

#include <iostream>

#include "app/lorascope/hub/model_places.h"
#include "core/base/error.h"
#include "core/base/json.h"
#include "core/files/model_folder.h"
#include "core/files/xlora_count.h"
#include "core/files/xlora_folder.h"

namespace lorascope::app {
namespace {

Json config_json(const files::XloraConfig& config) {
  return {{"format", files::text(config.format)},
          {"adapters", config.adapters},
          {"hidden_size", config.hidden_size},
          {"depth", config.depth},
          {"size", config.size},
          {"dropout", config.dropout},
          {"relu", config.has_relu},
          {"bias", config.has_bias},
          {"layerwise", config.is_layerwise},
          {"softmax", config.has_softmax},
          {"softmax_top_k", config.has_top_k_softmax},
          {"temperature", config.temperature},
          {"top_k", config.top_k ? Json(*config.top_k) : Json()},
          {"scaling_pass_value", config.scaling_pass_value},
          {"global_weight", config.global_weight}};
}

Json parameters_json(const files::XloraFolder& mixture, const std::string& model) {
  std::int64_t gate = 0, lora = 0;
  for (const files::GateLayer& layer : mixture.gate)
    gate += layer.weight.numel() + (layer.bias.defined() ? layer.bias.numel() : 0);
  for (const files::AdapterFolder& adapter : mixture.adapters)
    for (const files::LoraModule& module : adapter.modules()) lora += module.a.numel() + module.b.numel();
  Json parameters = {{"gate", gate}, {"lora", lora}, {"trainable", gate}};
  if (model.empty()) return parameters;
  const files::ModelDescription description = files::describe_model_folder(hub::find_model(model));
  std::int64_t base = 0;
  for (const auto& [name, info] : description.tensors) base += info.num_elements();
  const files::XloraCount count{base, lora, gate};
  parameters["all"] = count.all();
  parameters["as_xlora_prints"] = {{"all", count.printed_all()},
                                   {"trainable_experts_frozen", count.printed_trainable()},
                                   {"trainable_experts_unfrozen", count.printed_trainable_unfrozen()}};
  return parameters;
}

Json layers_json(const files::XloraFolder& mixture) {
  Json layers = Json::array();
  for (const files::GateLayer& layer : mixture.gate)
    layers.push_back({{"name", layer.weight_name}, {"shape", layer.weight.sizes().vec()}});
  return layers;
}

}  // namespace

void show_xlora(const std::string& folder, const std::string& model, bool json) {
  const files::XloraFolder mixture = files::read_xlora_folder(folder);
  const Json description = {{"folder", folder},
                            {"config", config_json(mixture.config)},
                            {"gate", layers_json(mixture)},
                            {"parameters", parameters_json(mixture, model)},
                            {"warnings", mixture.warnings}};
  if (json) {
    std::cout << description.dump() << '\n';
    return;
  }
  std::cout << "X-LoRA in the format of "
            << (mixture.config.format == files::XloraFormat::Peft ? "PEFT" : "the package") << " over "
            << mixture.adapters.size() << " adapters:";
  for (std::size_t n = 0; n < mixture.adapters.size(); ++n)
    std::cout << ' ' << mixture.config.adapters[n] << " (rank " << mixture.adapters[n].config.rank << ')';
  std::cout << "\ngate:";
  for (const Json& layer : description.at("gate")) std::cout << ' ' << layer.at("shape").dump();
  std::cout << (mixture.config.is_layerwise ? ", scalings a module" : ", one set of scalings for all modules") << '\n';
  for (const auto& [name, value] : description.at("parameters").items()) std::cout << name << ": " << value << '\n';
  for (const std::string& warning : mixture.warnings) std::cerr << "warning: " << warning << '\n';
}

void convert_xlora(const std::string& folder, const std::string& to, const std::string& out, bool json) {
  if (to != "peft" && to != "xlora")
    throw UsageError("--to: found " + to + ", expected peft or xlora", "an X-LoRA folder has these two forms");
  const auto format = to == "peft" ? files::XloraFormat::Peft : files::XloraFormat::Package;
  const files::XloraFolder mixture = files::converted(files::read_xlora_folder(folder), format);
  files::write_xlora_folder(out, mixture);
  if (json) {
    std::cout << Json{{"folder", out}, {"format", to}, {"adapters", mixture.config.adapters}}.dump() << '\n';
    return;
  }
  std::cout << "X-LoRA over " << mixture.adapters.size() << " adapters: " << out << '\n';
  if (to == "peft") std::cout << "PEFT looks for the adapters where it is started: run it in that folder\n";
}

}  // namespace lorascope::app
