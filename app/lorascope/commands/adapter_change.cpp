#include <CLI/CLI.hpp>
#include <iomanip>
#include <iostream>
#include <memory>
#include <string>

#include "app/lorascope/commands/adapter_commands.h"
#include "app/lorascope/commands/adapter_xlora.h"
#include "app/lorascope/hub/model_places.h"
#include "core/adapters/initialisation.h"
#include "core/adapters/model_merge.h"
#include "core/adapters/truncation.h"
#include "core/base/error.h"
#include "core/base/json.h"
#include "core/files/xlora_folder.h"

namespace lorascope::app {
namespace {

struct TruncateOptions {
  std::string folder;
  adapters::TruncationOptions truncation;
  std::string out;
  bool json = false;
};

Json truncation_json(const adapters::TruncatedFolder& truncated, const std::string& out) {
  Json modules = Json::object();
  for (const adapters::TruncatedModule& module : truncated.modules)
    modules[module.path] = {
        {"rank_before", module.rank_before}, {"rank", module.rank}, {"relative_error", module.relative_error}};
  return {{"folder", out},
          {"rank", truncated.config.rank},
          {"modules", modules},
          {"relative_error", truncated.relative_error}};
}

void truncate(const TruncateOptions& options) {
  const files::AdapterFolder adapter = files::read_adapter_folder(options.folder);
  const adapters::TruncatedFolder truncated = adapters::truncate_folder(adapter, options.truncation);
  files::write_adapter_folder(options.out, truncated.config, truncated.tensors);
  if (options.json) {
    std::cout << truncation_json(truncated, options.out).dump() << '\n';
    return;
  }
  std::cout << std::left << std::setw(56) << "module" << std::right << std::setw(8) << "before" << std::setw(6)
            << "rank" << std::setw(16) << "relative error" << '\n';
  for (const adapters::TruncatedModule& module : truncated.modules)
    std::cout << std::left << std::setw(56) << module.path << std::right << std::setw(8) << module.rank_before
              << std::setw(6) << module.rank << std::setw(16) << std::setprecision(4) << module.relative_error << '\n';
  std::cout << "all modules together: relative error " << truncated.relative_error << ": " << options.out << '\n';
}

struct ConvertOptions {
  std::string folder;
  std::string to = "peft";
  std::string model;
  std::string out;
  bool json = false;
};

files::AdapterFolder converted(const ConvertOptions& options) {
  files::AdapterFolder adapter = files::read_adapter_folder(options.folder);
  if (options.to != "plain" || !adapters::changes_base(adapter.config.init_lora_weights)) return adapter;
  if (options.model.empty())
    throw UsageError("--to plain needs --model for an adapter that starts as " + adapter.config.init_lora_weights,
                     "name the folder of the base model as it was before training");
  return adapters::plain_form(adapter, files::load_model_folder(hub::find_model(options.model)));
}

void convert(const ConvertOptions& options) {
  if (files::is_xlora_folder(options.folder))
    return convert_xlora(options.folder, options.to, options.out, options.json);
  if (options.to == "xlora")
    throw UsageError("--to xlora: found an adapter, expected an X-LoRA folder", "train a gate over adapters first");
  const files::AdapterFolder adapter = converted(options);
  files::write_adapter_folder(options.out, adapter.config, adapter.tensors);
  const Json result = {{"folder", options.out}, {"rank", adapter.config.rank}, {"tensors", adapter.tensors.size()}};
  if (options.json)
    std::cout << result.dump() << '\n';
  else
    std::cout << adapter.tensors.size() << " tensors, rank " << adapter.config.rank << ": " << options.out << '\n';
}

}  // namespace

void add_adapter_truncate(CLI::App& group) {
  CLI::App* command = group.add_subcommand("truncate", "The best adapter of a lower rank, and what it loses");
  command->footer("Example: lorascope adapter truncate runs/12/adapter --energy 0.95 --out smaller");
  auto options = std::make_shared<TruncateOptions>();
  command->add_option("folder", options->folder, "Folder with adapter_config.json")->required();
  command->add_option("--rank", options->truncation.rank, "Rank of every module that has a larger one");
  command->add_option("--energy", options->truncation.energy,
                      "Share of the squared singular values that each module keeps; ranks then differ");
  command->add_option("--out", options->out, "Folder to write")->required();
  command->add_flag("--json", options->json, "One JSON object on stdout");
  command->callback([options] { truncate(*options); });
}

void add_adapter_convert(CLI::App& group) {
  CLI::App* command = group.add_subcommand("convert", "The same adapter in another form of file");
  command->footer(
      "Examples: lorascope adapter convert old-adapter --to peft --out new-adapter\n"
      "          lorascope adapter convert pissa-adapter --to plain --model bert-base-uncased --out plain-adapter");
  auto options = std::make_shared<ConvertOptions>();
  command->add_option("folder", options->folder, "Folder with adapter_config.json, its tensors in any form")
      ->required();
  command
      ->add_option(
          "--to", options->to,
          "peft: safetensors in fp32 and a config that old and new PEFT open; plain: besides, PiSSA and OLoRA as "
          "LoRA of twice the rank over the unchanged base; xlora: an X-LoRA folder as the package writes it")
      ->check(CLI::IsMember({"peft", "plain", "xlora"}))
      ->capture_default_str();
  command->add_option("--model", options->model, "Base model, for --to plain");
  command->add_option("--out", options->out, "Folder to write")->required();
  command->add_flag("--json", options->json, "One JSON object on stdout");
  command->callback([options] { convert(*options); });
}

}  // namespace lorascope::app
