#include "app/lorascope/commands/model_memory.h"

#include <CLI/CLI.hpp>
#include <algorithm>
#include <iomanip>
#include <iostream>
#include <memory>
#include <string>

#include "app/lorascope/engine/model_setup.h"
#include "app/lorascope/engine/model_shapes.h"
#include "app/lorascope/hub/model_places.h"
#include "core/base/error.h"
#include "core/base/json.h"
#include "core/files/model_folder.h"
#include "core/files/parameter_count.h"
#include "core/tasks/memory_plan.h"

namespace lorascope::app {
namespace {

constexpr std::int64_t kPublishedVocabulary = 30522;
constexpr std::int64_t kChoices = 4;
constexpr std::int64_t kWnut17Labels = 13;

struct MemoryOptions {
  std::string model, shape, task = "squad", method = "ft", batching, device = "cpu", precision = "fp32";
  std::int64_t batch_size = 16, max_length = 384;
  files::AdapterConfig adapter;
  bool checkpoints = false, no_dropout = false, json = false;
  int threads = 0;
};

files::ModelConfig config_of(const MemoryOptions& options) {
  if (options.model.empty() == options.shape.empty())
    throw UsageError("expected a model folder or --shape, one of them");
  if (!options.shape.empty()) return engine::shape_config(options.shape, kPublishedVocabulary);
  return files::describe_model_folder(hub::find_model(options.model)).config;
}

/// The adapter's targets with the family's defaults; "all-linear" alone means every linear layer.
files::AdapterConfig adapter_of(const MemoryOptions& options, const files::ModelConfig& config) {
  files::AdapterConfig adapter = options.adapter;
  files::ModuleSelection& targets = adapter.target_modules;
  if (targets.names == std::vector<std::string>{"all-linear"}) targets = {{}, "all-linear"};
  if (targets.is_empty()) targets.names = files::family_names(config.family).lora_targets;
  return adapter;
}

/// Adapted modules of a layer: how many, and their ranks together.
void count_adapters(const files::ModelConfig& config, const files::AdapterConfig& adapter, tasks::MemoryRequest& request) {
  const files::FamilyNames& names = files::family_names(config.family);
  for (const std::string& part : {names.query, names.key, names.value, names.attention_output, names.intermediate, names.output}) {
    const std::string path = names.layers + "0." + part;
    if (!adapter.targets(path)) continue;
    request.adapter_rank += adapter.rank_of(path);
    if (adapter.dropout > 0) ++request.dropped_inputs;
  }
}

tasks::MemoryRequest request_of(const MemoryOptions& options, const files::ModelConfig& config) {
  tasks::MemoryRequest request;
  request.rows = options.batch_size * (options.task == "swag" ? kChoices : 1);
  request.length = options.max_length;
  request.path = options.batching == "plain" || options.device != "cpu" ? tasks::Path::Compatible : tasks::Path::Packed;
  request.checkpoints = options.checkpoints;
  request.dropout = !options.no_dropout;
  request.precision = options.precision == "bf16" ? nn::Precision::Bf16 : nn::Precision::Fp32;
  request.threads = engine::set_threads(options.threads);
  const files::HeadShape head{options.task == "wnut17" ? kWnut17Labels : options.task == "squad" ? 2 : 1,
                              options.task == "swag"};
  files::ParameterCount count = files::full_parameters(config, head);
  if (options.method == "lora") {
    const files::AdapterConfig adapter = adapter_of(options, config);
    count = files::lora_parameters(config, head, adapter);
    if (count.adapter == 0) throw UsageError("--targets: found no module of the model under these names");
    count_adapters(config, adapter, request);
  }
  request.parameters = count.all;
  request.trainable = count.trainable;
  return request;
}

void memory(const MemoryOptions& options) {
  const files::ModelConfig config = config_of(options);
  if (options.max_length > config.max_positions)
    throw UsageError("--max-length: found " + std::to_string(options.max_length) + ", expected at most " +
                     std::to_string(config.max_positions) + ", the model's positions");
  const tasks::MemoryRequest request = request_of(options, config);
  const tasks::MemoryPlan plan = tasks::plan_memory(config, request);
  const Json bytes = {{"weights", plan.weights},         {"gradients", plan.gradients},
                      {"optimizer", plan.optimizer},     {"activations", plan.activations},
                      {"working", plan.working},         {"total", plan.total()}};
  const Json result = {{"model", options.shape.empty() ? options.model : options.shape},
                       {"task", options.task},
                       {"method", options.method},
                       {"rows", request.rows},
                       {"length", request.length},
                       {"padded", request.path == tasks::Path::Compatible},
                       {"activation_checkpointing", request.checkpoints},
                       {"precision", options.precision},
                       {"parameters", {{"all", request.parameters}, {"trainable", request.trainable}}},
                       {"bytes", bytes}};
  if (options.json) {
    std::cout << result.dump() << '\n';
    return;
  }
  std::cout << result["model"].get<std::string>() << ", " << options.task << ", " << options.method << ", "
            << request.rows << " rows of " << request.length << " tokens\n";
  for (const char* name : {"weights", "gradients", "optimizer", "activations", "working", "total"})
    std::cout << "  " << std::left << std::setw(12) << name << std::right << std::fixed << std::setprecision(1)
              << std::setw(10) << bytes.at(name).get<double>() / (1 << 20) << " MiB\n";
  std::cout << "The program itself and its libraries come on top: about 300 MiB, on a GPU about 1 GiB.\n";
}

}  // namespace

void add_model_memory(CLI::App& group) {
  CLI::App* command = group.add_subcommand("memory", "What a training step would take, from the sizes alone");
  command->footer("Example: lorascope model memory --shape bert-large --task squad --method ft --batch-size 16 \\\n"
                  "           --max-length 384 --activation-checkpointing --json");
  auto options = std::make_shared<MemoryOptions>();
  command->add_option("model", options->model, "Model folder, or the name of a model on this machine");
  command->add_option("--shape", options->shape, "A known size instead of a model")
      ->check(CLI::IsMember(engine::known_shapes()));
  command->add_option("--task", options->task, "Whose head and rows")
      ->check(CLI::IsMember({"wnut17", "squad", "swag"}))
      ->capture_default_str();
  command->add_option("--method", options->method, "ft or lora")->check(CLI::IsMember({"ft", "lora"}))->capture_default_str();
  command->add_option("--batch-size", options->batch_size, "Examples of a micro-batch")
      ->check(CLI::Range(1, 1000000))
      ->capture_default_str();
  command->add_option("--max-length", options->max_length, "Tokens of each row")->check(CLI::Range(1, 1000000))->capture_default_str();
  command->add_option("--rank", options->adapter.rank, "Rank of adapters")->check(CLI::Range(1, 65536))->capture_default_str();
  command->add_option("--targets", options->adapter.target_modules.names, "Adapted modules, or all-linear")->delimiter(',');
  command->add_option("--lora-dropout", options->adapter.dropout, "Dropout on the adapters' input")->check(CLI::Range(0.0, 1.0));
  command->add_flag("--use-dora", options->adapter.use_dora, "With DoRA's magnitudes");
  command->add_flag("--no-dropout", options->no_dropout, "The model's own dropouts are 0");
  command->add_flag("--activation-checkpointing", options->checkpoints, "Activations are computed twice instead of kept");
  command->add_option("--batching", options->batching, "plain: padded rows, as the original keeps them")
      ->check(CLI::IsMember({"plain", "grouped"}));
  command->add_option("--device", options->device, "cpu, or cuda, where rows are padded")
      ->check(CLI::IsMember({"cpu", "cuda"}))
      ->capture_default_str();
  command->add_option("--precision", options->precision, "fp32 or bf16")
      ->check(CLI::IsMember({"fp32", "bf16"}))
      ->capture_default_str();
  command->add_option("--threads", options->threads, "Threads; 0 = all cores")->check(CLI::NonNegativeNumber);
  command->add_flag("--json", options->json, "One JSON object on stdout");
  command->callback([options] { memory(*options); });
}

}  // namespace lorascope::app
