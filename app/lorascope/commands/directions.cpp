#include <CLI/CLI.hpp>
#include <iostream>
#include <memory>

#include "app/lorascope/commands.h"
#include "app/lorascope/commands/workspace_option.h"
#include "app/lorascope/derive/directions.h"
#include "core/store/workspace.h"

namespace lorascope::app {
namespace {

struct Options {
  DirectionsOptions compared;
  std::string workspace;
  bool json = false;
};

void print_grid(const std::string& module, const Json& grid) {
  std::cout << module << '\n';
  const auto columns = grid.at("columns").get<std::size_t>();
  const auto& values = grid.at("grid");
  for (std::size_t i = 0; i < values.size(); ++i)
    std::cout << values[i].get<double>() << ((i + 1) % columns == 0 ? '\n' : '\t');
}

void compare(const Options& options) {
  const store::Workspace workspace = store::Workspace::open(options.workspace);
  const Json answer = compare_directions(workspace, options.compared);
  if (options.json) {
    std::cout << answer.dump() << std::endl;
    return;
  }
  for (const auto& [module, grid] : answer.at("modules").items()) print_grid(module, grid);
}

}  // namespace

void add_directions(CLI::App& program) {
  CLI::App* command = program.add_subcommand(
      "directions", "Leading directions of a run's weights against those of its base, or of two runs' updates");
  command->footer(
      "Examples: lorascope directions 3 --module layer.5.attention.self.query --json\n"
      "          lorascope directions 3 --against 4 --directions 8");
  auto options = std::make_shared<Options>();
  command->add_option("run", options->compared.run, "Number or name of a run")->required();
  command->add_option("--against", options->compared.against, "Another run: φ(i,j) of both updates, with its floor");
  command->add_option("--module", options->compared.module, "A module's path or its end (default: all)");
  command->add_option("--directions", options->compared.count, "Leading directions of each side")
      ->check(CLI::Range(1, 512))
      ->capture_default_str();
  add_workspace_option(*command, options->workspace);
  command->add_flag("--json", options->json, "Print one JSON object");
  command->callback([options] { compare(*options); });
}

}  // namespace lorascope::app
