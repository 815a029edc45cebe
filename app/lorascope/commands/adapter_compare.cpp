#include <ATen/Parallel.h>

#include <CLI/CLI.hpp>
#include <cstdint>
#include <iomanip>
#include <iostream>
#include <memory>
#include <string>

#include "app/lorascope/commands/adapter_commands.h"
#include "core/analysis/adapter_comparison.h"
#include "core/base/json.h"

namespace lorascope::app {
namespace {

struct CompareOptions {
  std::string first, second;
  std::int64_t directions = 0;
  bool json = false;
};

Json module_json(const analysis::ModuleComparison& module) {
  return {{"norms", {module.first_norm, module.second_norm}},
          {"cosine", module.cosine},
          {"directions", {module.first_rank, module.second_rank}},
          {"left_overlap", module.left_overlap},
          {"right_overlap", module.right_overlap},
          {"left_random", module.left_floor},
          {"right_random", module.right_floor}};
}

void print(const analysis::AdapterComparison& comparison) {
  std::cout << std::left << std::setw(52) << "module" << std::right << std::setw(9) << "cosine" << std::setw(18)
            << "outputs (random)" << std::setw(18) << "inputs (random)" << std::setw(18) << "norms" << '\n'
            << std::fixed << std::setprecision(3);
  for (const analysis::ModuleComparison& module : comparison.modules)
    std::cout << std::left << std::setw(52) << module.path << std::right << std::setw(9) << module.cosine
              << std::setw(10) << module.left_overlap << " (" << module.left_floor << ")" << std::setw(10)
              << module.right_overlap << " (" << module.right_floor << ")" << std::setw(9) << module.first_norm
              << std::setw(9) << module.second_norm << '\n';
  std::cout << "all modules together: cosine " << comparison.cosine << '\n';
  for (const std::string& path : comparison.only_first) std::cout << "only in the first: " << path << '\n';
  for (const std::string& path : comparison.only_second) std::cout << "only in the second: " << path << '\n';
}

void compare(const CompareOptions& options) {
  at::set_num_threads(1);  // many small decompositions: threads would wait for each other longer than they compute
  const analysis::AdapterComparison comparison = analysis::compare_adapters(
      files::read_adapter_folder(options.first), files::read_adapter_folder(options.second), options.directions);
  if (!options.json) return print(comparison);
  Json modules = Json::object();
  for (const analysis::ModuleComparison& module : comparison.modules) modules[module.path] = module_json(module);
  const Json result = {{"modules", modules},
                       {"cosine", comparison.cosine},
                       {"only_first", comparison.only_first},
                       {"only_second", comparison.only_second}};
  std::cout << result.dump() << '\n';
}

}  // namespace

void add_adapter_compare(CLI::App& group) {
  CLI::App* command = group.add_subcommand(
      "compare", "Two adapters module by module: cosine of the updates, overlap of their spaces, norms");
  command->footer(
      "Adapters that started from one seed started with the same A: their inputs overlap before anything is learned.\n"
      "Example: lorascope adapter compare runs/12/adapter runs/13/adapter --directions 4");
  auto options = std::make_shared<CompareOptions>();
  command->add_option("first", options->first, "Adapter folder")->required();
  command->add_option("second", options->second, "Adapter folder of the same base model")->required();
  command->add_option("--directions", options->directions, "Leading singular vectors to compare (default: all)")
      ->check(CLI::Range(1, 65536));
  command->add_flag("--json", options->json, "One JSON object on stdout");
  command->callback([options] { compare(*options); });
}

}  // namespace lorascope::app
