#include <CLI/CLI.hpp>
#include <iostream>
#include <memory>
#include <sstream>

#include "app/lorascope/commands.h"
#include "app/lorascope/commands/workspace_option.h"
#include "app/lorascope/derive/derived_run.h"
#include "app/lorascope/engine/interrupts.h"
#include "app/lorascope/engine/model_setup.h"
#include "core/adapters/combination.h"
#include "core/store/workspace.h"

namespace lorascope::app {
namespace {

struct Options {
  DerivedRunOptions derived;
  std::string workspace;
  int threads = 0;
  bool json = false, no_scores = false;
};

/// The command that makes the same run again.
std::string command_of(const Options& options) {
  const Surgery& surgery = options.derived.surgery;
  std::ostringstream text;
  text << "lorascope derive " << options.derived.run;
  if (surgery.kept_share)
    text << " --kept-share " << *surgery.kept_share << " --threshold " << surgery.intruders.threshold
         << " --directions " << surgery.intruders.directions;
  if (surgery.scale) text << " --scale " << *surgery.scale;
  if (surgery.truncation.rank) text << " --rank " << *surgery.truncation.rank;
  if (surgery.truncation.energy) text << " --energy " << *surgery.truncation.energy;
  for (const std::string& other : surgery.merged_with) text << " --with " << other;
  for (std::size_t i = 0; i < surgery.weights.size(); ++i) text << (i == 0 ? " --weights " : ",") << surgery.weights[i];
  if (!surgery.merged_with.empty() && surgery.merge_type != "cat") text << " --type " << surgery.merge_type;
  if (surgery.whole_model) text << " --whole";
  if (options.derived.rows > 0) text << " --rows " << options.derived.rows;
  return text.str();
}

void derive(Options options) {
  engine::set_threads(options.threads);
  options.derived.scores = !options.no_scores;
  options.derived.command_line = command_of(options);
  const store::Workspace workspace = store::Workspace::open(options.workspace);
  const engine::Interrupts interrupts;
  const Json answer = derive_run(workspace, options.derived, [&interrupts] { return !interrupts.requested(); });
  if (options.json) {
    std::cout << answer.dump() << std::endl;
    return;
  }
  std::cout << "run " << answer.at("run_id") << ": run " << answer.at("parent") << ", "
            << answer.at("operation").get<std::string>() << '\n';
  if (!answer.contains("scores")) return;
  for (const auto& [name, value] : answer.at("scores").items())
    if (name.find('.') == std::string::npos) std::cout << name << ' ' << value << '\n';  // all of them: --json
}

void add_operations(CLI::App& command, Surgery& surgery) {
  command.add_option("--kept-share", surgery.kept_share, "Intruder dimensions scaled to this share")
      ->check(CLI::Range(0.0, 2.0));
  command.add_option("--threshold", surgery.intruders.threshold, "With --kept-share: cosine that makes an intruder")
      ->check(CLI::Range(0.0, 1.0))
      ->capture_default_str();
  command.add_option("--directions", surgery.intruders.directions, "With --kept-share: leading directions to look at")
      ->check(CLI::Range(1, 65536))
      ->capture_default_str();
  command.add_option("--scale", surgery.scale, "The update of the weight matrices times this number")
      ->check(CLI::Range(-100.0, 100.0));
  command.add_option("--rank", surgery.truncation.rank, "The best adapter of this rank")->check(CLI::Range(1, 65536));
  command.add_option("--energy", surgery.truncation.energy, "The least ranks that keep this share of the energy");
  command.add_option("--with", surgery.merged_with, "Another run whose adapter is added; may be given several times");
  command.add_option("--weights", surgery.weights, "With --with: one weight an adapter, this run's first")
      ->delimiter(',');
  command.add_option("--type", surgery.merge_type, "With --with: how they are merged, as in `adapter merge`")
      ->check(CLI::IsMember(adapters::combination_types()))
      ->capture_default_str();
  command.add_flag("--whole", surgery.whole_model, "The adapter merged into the base: a whole model");
}

}  // namespace

void add_derive(CLI::App& program) {
  CLI::App* command =
      program.add_subcommand("derive", "A new run out of a finished one by changing its weights, without training");
  command->footer(
      "Examples: lorascope derive 3 --kept-share 0.3\n"
      "          lorascope derive 3 --rank 4 --name \"half the rank\"\n"
      "          lorascope derive 3 --with 4 --weights 0.5,0.5");
  auto options = std::make_shared<Options>();
  command->add_option("run", options->derived.run, "Number or name of a finished run")->required();
  add_operations(*command, options->derived.surgery);
  command->add_option("--name", options->derived.name, "Name of the new run (default: what was done)");
  command->add_option("--rows", options->derived.rows, "Scores over so many first examples; 0 = all")
      ->check(CLI::NonNegativeNumber);
  command->add_flag("--no-scores", options->no_scores, "Do not measure scores");
  command->add_option("--threads", options->threads, "Threads; 0 = all cores")->check(CLI::NonNegativeNumber);
  add_workspace_option(*command, options->workspace);
  command->add_flag("--json", options->json, "Print one JSON object");
  command->callback([options] { derive(*options); });
}

}  // namespace lorascope::app
