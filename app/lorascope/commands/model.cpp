#include <CLI/CLI.hpp>
#include <cstdint>
#include <iomanip>
#include <iostream>
#include <memory>
#include <string>

#include "app/lorascope/commands.h"
#include "app/lorascope/commands/model_get.h"
#include "app/lorascope/commands/model_memory.h"
#include "app/lorascope/hub/model_places.h"
#include "core/base/error.h"
#include "core/base/json.h"
#include "core/files/model_folder.h"
#include "core/files/parameter_count.h"

namespace lorascope::app {
namespace {

struct ShowOptions {
  std::string model, task = "wnut17";
  std::int64_t labels = 0;
  files::AdapterConfig adapter;
  bool json = false;
};

/// Rows of the task's head. Of a token head: as asked, else of the folder's own head, else of its config, else WNUT17's
/// 13.
std::int64_t num_labels(const ShowOptions& options, const files::ModelDescription& model) {
  constexpr std::int64_t kWnut17Labels = 13;
  if (options.task != "wnut17") return options.task == "squad" ? 2 : 1;
  if (options.labels > 0) return options.labels;
  const auto head = model.tensors.find("classifier.weight");
  if (head != model.tensors.end()) return head->second.shape.front();
  const auto named = static_cast<std::int64_t>(model.config.labels.size());
  return named > 2 ? named : kWnut17Labels;  // two unnamed labels are what every bare config has
}

Json count_json(const files::ParameterCount& count) {
  return {{"all", count.all}, {"trainable", count.trainable}};
}

Json parameters_json(const ShowOptions& options, const files::ModelDescription& model) {
  const files::ModelConfig& config = model.config;
  const files::HeadShape head{num_labels(options, model), options.task == "swag"};
  files::AdapterConfig adapter = options.adapter;
  if (adapter.target_modules.names == std::vector<std::string>{"all-linear"}) adapter.target_modules = {{}, "all-linear"};
  if (adapter.target_modules.is_empty()) adapter.target_modules.names = files::family_names(config.family).lora_targets;
  const files::ParameterCount lora = files::lora_parameters(config, head, adapter);
  if (lora.adapter == 0) {
    throw UsageError("--targets: found no module of the model under these names",
                     config.family == files::Family::Bert
                         ? "name modules such as query, key, value, attention.output.dense, intermediate.dense"
                         : "name modules such as q_lin, k_lin, v_lin, out_lin, lin1, lin2");
  }
  Json json = {{"encoder", files::full_parameters(config, {0, false}).all},
               {"encoder_with_pooler", files::full_parameters(config, {0, true}).all},
               {"task", options.task},
               {"labels", head.rows},
               {"ft", count_json(files::full_parameters(config, head))},
               {"lora", count_json(lora)}};
  json["lora"]["adapter"] = lora.adapter;
  json["lora"]["rank"] = adapter.rank;
  json["lora"]["targets"] = adapter.target_modules.pattern ? Json(*adapter.target_modules.pattern)
                                                           : Json(adapter.target_modules.names);
  return json;
}

Json describe(const ShowOptions& options, const files::ModelDescription& model, const std::string& folder) {
  const files::ModelConfig& config = model.config;
  Json files = Json::array();
  for (const auto& path : model.weight_files) files.push_back(path.filename().string());
  Json types = Json::object();
  for (const auto& [name, info] : model.tensors) types[info.dtype] = types.value(info.dtype, 0) + 1;
  return {{"folder", folder},
          {"family", files::family_name(config.family)},
          {"architectures", config.architectures},
          {"vocab_size", config.vocab_size},
          {"hidden_size", config.hidden_size},
          {"layers", config.num_layers},
          {"heads", config.num_heads},
          {"intermediate_size", config.intermediate_size},
          {"max_positions", config.max_positions},
          {"segment_kinds", config.type_vocab_size},
          {"label_names", config.labels},
          {"weight_files", files},
          {"tensor_types", types},
          {"has_pooler", model.tensors.count(files::family_names(config.family).pooler + ".weight") != 0},
          {"has_head", model.tensors.count("classifier.weight") + model.tensors.count("qa_outputs.weight") != 0},
          {"missing", model.report.missing},
          {"unexpected", model.report.unexpected},
          {"ignored", model.report.ignored},
          {"parameters", parameters_json(options, model)}};
}

void print_names(const char* title, const Json& names) {
  if (names.empty()) return;
  std::cout << title << names.size();
  for (const Json& name : names) std::cout << "\n    " << name.get<std::string>();
  std::cout << '\n';
}

void print(const Json& model) {
  std::cout << model.at("folder").get<std::string>() << '\n';
  std::cout << "  " << model.at("family").get<std::string>() << ", " << model.at("layers") << " layers, hidden "
            << model.at("hidden_size") << ", " << model.at("heads") << " heads, feed-forward "
            << model.at("intermediate_size") << ", vocabulary " << model.at("vocab_size") << ", up to "
            << model.at("max_positions") << " tokens\n";
  const Json& counts = model.at("parameters");
  std::cout << "  parameters                     in all   trainable\n";
  const auto line = [](const std::string& name, const Json& all, const Json& trainable) {
    std::cout << "    " << std::left << std::setw(22) << name << std::right << std::setw(12) << all.get<std::int64_t>()
              << std::setw(12) << trainable.get<std::int64_t>() << '\n';
  };
  line("encoder", counts.at("encoder"), counts.at("encoder"));
  const auto task = counts.at("task").get<std::string>();
  line("FT, " + (task == "wnut17" ? counts.at("labels").dump() + " labels" : task), counts.at("ft").at("all"), counts.at("ft").at("trainable"));
  line("LoRA, rank " + counts.at("lora").at("rank").dump(), counts.at("lora").at("all"),
       counts.at("lora").at("trainable"));
  print_names("  missing tensors: ", model.at("missing"));
  print_names("  tensors not used: ", model.at("unexpected"));
}

void show(const ShowOptions& options) {
  const std::filesystem::path folder = hub::find_model(options.model);
  const Json description = describe(options, files::describe_model_folder(folder), folder.string());
  if (options.json) {
    std::cout << description.dump() << '\n';
  } else {
    print(description);
  }
}

void list(bool json) {
  const std::vector<hub::LocalModel> models = hub::local_models();
  Json rows = Json::array();
  for (const hub::LocalModel& model : models) rows.push_back({{"name", model.name}, {"folder", model.folder.string()}});
  if (json) {
    std::cout << Json{{"models", rows}}.dump() << '\n';
    return;
  }
  for (const hub::LocalModel& model : models) {
    std::cout << std::left << std::setw(44) << model.name << ' ' << model.folder.string() << '\n';
  }
  if (models.empty()) std::cerr << "no models here; ./quickstart sets the default encoder up\n";
}

void add_show(CLI::App& group) {
  CLI::App* command = group.add_subcommand("show", "Architecture, sizes and parameters of a model");
  command->footer("Example: lorascope model show all-MiniLM-L6-v2 --rank 16 --targets query,key,value");
  auto options = std::make_shared<ShowOptions>();
  command->add_option("model", options->model, "Model folder, or the name of a model on this machine")->required();
  command->add_option("--task", options->task, "Whose head is counted")
      ->check(CLI::IsMember({"wnut17", "squad", "swag"}))
      ->capture_default_str();
  command->add_option("--labels", options->labels, "Classes of the token head (default: the model's own, or 13)")
      ->check(CLI::Range(1, 100000));
  command->add_option("--rank", options->adapter.rank, "Rank of the adapter that is counted")
      ->check(CLI::Range(1, 65536))
      ->capture_default_str();
  command->add_option("--targets", options->adapter.target_modules.names,
                      "Modules that the adapter is put on (default: query,value; of DistilBERT q_lin,v_lin)")
      ->delimiter(',');
  command->add_flag("--use-dora", options->adapter.use_dora, "Count DoRA's magnitudes too");
  command->add_flag("--json", options->json, "One JSON object on stdout");
  command->callback([options] { show(*options); });
}

void add_list(CLI::App& group) {
  CLI::App* command = group.add_subcommand("list", "Models on this machine: the default encoder and fetched ones");
  command->footer("Example: lorascope model list --json");
  auto json = std::make_shared<bool>(false);
  command->add_flag("--json", *json, "One JSON object on stdout");
  command->callback([json] { list(*json); });
}

}  // namespace

void add_model(CLI::App& program) {
  CLI::App* group = program.add_subcommand("model", "Models: fetch, list, describe");
  group->require_subcommand(1);
  add_show(*group);
  add_list(*group);
  add_model_get(*group);
  add_model_memory(*group);
}

}  // namespace lorascope::app
