#include <CLI/CLI.hpp>
#include <algorithm>
#include <iomanip>
#include <iostream>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "app/lorascope/commands/adapter_commands.h"
#include "app/lorascope/hub/model_places.h"
#include "core/adapters/folder_merge.h"
#include "core/adapters/model_merge.h"
#include "core/base/error.h"
#include "core/base/json.h"

namespace lorascope::app {
namespace {

struct MergeOptions {
  std::vector<std::string> folders;
  adapters::FolderMergeOptions merge;
  std::string scaling = "peft";
  std::string sign = "total";
  std::string into;
  std::string out;
  bool json = false;
};

Json errors_json(const adapters::MergedFolder& merged) {
  Json modules = Json::object();
  for (const adapters::ModuleError& module : merged.errors)
    modules[module.path] = {{"relative_error", module.relative_error}, {"exact_norm", module.exact_norm}};
  return modules;
}

void print(const Json& result) {
  std::cout << std::left << std::setw(56) << "module" << std::right << std::setw(14) << "exact norm" << std::setw(16)
            << "relative error" << '\n';
  const auto line = [](const std::string& name, const Json& norm, const Json& error) {
    std::cout << std::left << std::setw(56) << name << std::right << std::setprecision(4) << std::setw(14)
              << (norm.is_number() ? norm.get<double>() : 0) << std::setw(16);
    if (error.is_number())
      std::cout << error.get<double>() << '\n';
    else
      std::cout << "infinite" << '\n';
  };
  for (const auto& [path, values] : result.at("modules").items())
    line(path, values.at("exact_norm"), values.at("relative_error"));
  std::cout << "all modules together: relative error " << result.at("relative_error") << " against the exact sum\n"
            << "rank " << result.at("rank") << ", alpha " << result.at("alpha") << ": "
            << result.at("folder").get<std::string>() << '\n';
}

void warn_of_scaling(const adapters::MergedFolder& merged) {
  if (!merged.config.use_rslora) return;
  std::cerr << "note: with use_rslora the merged scaling is sqrt(" << merged.config.rank
            << ") instead of 1, as PEFT has it; --scaling exact leaves it out\n";
}

std::vector<files::AdapterFolder> read_all(const std::vector<std::string>& folders) {
  std::vector<files::AdapterFolder> adapters;
  for (const std::string& folder : folders) adapters.push_back(files::read_adapter_folder(folder));
  return adapters;
}

/// A whole model that transformers opens.
void merge_into(const MergeOptions& options, std::vector<files::AdapterFolder> adapters) {
  const files::ModelFolder model = files::load_model_folder(hub::find_model(options.into));
  if (!options.merge.weights.empty() || options.merge.type != "cat") {
    adapters::FolderMergeOptions merge = options.merge;
    if (merge.weights.empty()) merge.weights.assign(adapters.size(), 1.0);
    const adapters::MergedFolder merged = adapters::merge_folders(adapters, merge);
    adapters = {{"the merged adapter", merged.config, merged.tensors}};
  }
  const adapters::MergedModel merged = adapters::merge_into_model(model, adapters);
  files::ModelExport form;
  form.architecture = merged.architecture;
  form.tokenizer_from = model.folder;
  const auto head = merged.tensors.find("classifier.weight");
  const bool has_labels = head != merged.tensors.end() && head->second.size(0) > 1;
  if (has_labels && static_cast<std::int64_t>(model.config.labels.size()) != head->second.size(0))
    for (std::int64_t label = 0; label < head->second.size(0); ++label)
      form.labels.push_back("LABEL_" + std::to_string(label));
  files::write_model_folder(options.out, model.config, merged.tensors, form);
  const Json result = {
      {"folder", options.out}, {"architecture", merged.architecture}, {"tensors", merged.tensors.size()}};
  if (options.json)
    std::cout << result.dump() << '\n';
  else
    std::cout << merged.architecture << " with " << merged.tensors.size() << " tensors: " << options.out << '\n';
}

void merge(MergeOptions options) {
  const std::vector<files::AdapterFolder> adapters = read_all(options.folders);
  options.merge.peft_scaling = options.scaling == "peft";
  options.merge.count_signs = options.sign == "frequency";
  if (!options.into.empty()) return merge_into(options, adapters);
  if (options.merge.weights.empty()) options.merge.weights.assign(adapters.size(), 1.0);
  const adapters::MergedFolder merged = adapters::merge_folders(adapters, options.merge);
  files::write_adapter_folder(options.out, merged.config, merged.tensors);
  warn_of_scaling(merged);
  const std::string module = merged.errors.front().path;
  const Json result = {{"folder", options.out},
                       {"type", options.merge.type},
                       {"rank", merged.config.rank},
                       {"alpha", merged.config.alpha},
                       {"scaling", merged.config.scaling_of(module)},
                       {"modules", errors_json(merged)},
                       {"relative_error", merged.relative_error}};
  if (options.json)
    std::cout << result.dump() << '\n';
  else
    print(result);
}

}  // namespace

void add_adapter_merge(CLI::App& group) {
  CLI::App* command = group.add_subcommand(
      "merge", "One adapter out of several, with its error against the exact sum; or a whole model with --into");
  command->footer(
      "Examples: lorascope adapter merge qa ner --weights 0.7,0.3 --type cat --out both\n"
      "          lorascope adapter merge ner --into all-MiniLM-L6-v2 --out ner-model");
  auto options = std::make_shared<MergeOptions>();
  command->add_option("folders", options->folders, "Adapter folders of one base model")->required();
  command->add_option("--weights", options->merge.weights, "One weight an adapter, separated by commas (default: 1)")
      ->delimiter(',');
  command
      ->add_option("--type", options->merge.type,
                   "cat is exact; svd the best of its rank; linear, ties…, dare… and magnitude_prune… as PEFT has them")
      ->check(CLI::IsMember(adapters::combination_types()))
      ->capture_default_str();
  command->add_option("--density", options->merge.density, "Share of entries that ties, dare and magnitude_prune keep");
  command->add_option("--rank", options->merge.rank, "Rank of the result of svd and …_svd (default: the largest)")
      ->check(CLI::Range(1, 65536));
  command->add_option("--sign", options->sign, "How ties elects a sign: of the sum of all entries, or of most entries")
      ->check(CLI::IsMember({"total", "frequency"}))
      ->capture_default_str();
  command
      ->add_option("--scaling", options->scaling,
                   "With rslora: the scaling that PEFT's merged config has, sqrt(rank), or exactly 1")
      ->check(CLI::IsMember({"peft", "exact"}))
      ->capture_default_str();
  command->add_option(
      "--head-from", options->merge.others_from,
      "Number of the adapter whose head is kept, from 1; 0 for none (default: of the only one with a head)");
  command->add_option("--seed", options->merge.seed, "Of the entries that dare keeps")->capture_default_str();
  command->add_option("--into", options->into, "Base model folder: write the whole merged model instead of an adapter");
  command->add_option("--out", options->out, "Folder to write")->required();
  command->add_flag("--json", options->json, "One JSON object on stdout");
  command->callback([options] { merge(*options); });
}

}  // namespace lorascope::app
