#include <CLI/CLI.hpp>
#include <iostream>
#include <memory>

#include "app/lorascope/commands.h"
#include "app/lorascope/commands/workspace_option.h"
#include "app/lorascope/derive/kept_share.h"
#include "app/lorascope/engine/interrupts.h"
#include "app/lorascope/engine/model_setup.h"
#include "core/store/workspace.h"

namespace lorascope::app {
namespace {

struct Options {
  KeptShareOptions measured;
  std::string workspace;
  int threads = 0;
  bool json = false, lines = false;
};

void print_point(const Json& point) {
  std::cout << point.at("share") << '\t' << point.at("base_task");
  for (const auto& [name, value] : point.at("scores").items())
    if (name.find('.') == std::string::npos) std::cout << '\t' << name << ' ' << value;  // all of them: --json
  std::cout << std::endl;
}

void measure(const Options& options) {
  engine::set_threads(options.threads);
  const store::Workspace workspace = store::Workspace::open(options.workspace);
  const engine::Interrupts interrupts;
  const auto show = [&options](const Json& point) {
    if (options.lines)
      std::cout << point.dump() << std::endl;
    else if (!options.json)
      print_point(point);
  };
  if (!options.json && !options.lines) std::cout << "share\tbase task\tscores\n";
  Json result =
      measure_kept_shares(workspace, options.measured, show, [&interrupts] { return !interrupts.requested(); });
  if (options.lines) {
    result.erase("points");
    std::cout << result.dump() << std::endl;
  } else if (options.json) {
    std::cout << result.dump() << std::endl;
  } else {
    std::cout << result.at("intruders") << " intruders in " << result.at("matrices") << " matrices; base task: "
              << result.at("base_task").get<std::string>() << ", loss of the base itself "
              << result.at("base_task_of_base") << '\n';
  }
}

}  // namespace

void add_kept_share(CLI::App& program) {
  CLI::App* command = program.add_subcommand(
      "kept-share", "Scores of a finished run with its intruder dimensions scaled to shares of themselves");
  command->footer(
      "Example: lorascope kept-share 3 --shares 1,0.5,0 --rows 200 --json\n"
      "The base task is what the base model was made for: masked words where its folder has the head for them,\n"
      "otherwise finding the base's own embedding of each text among those of 32 texts.");
  auto options = std::make_shared<Options>();
  command->add_option("run", options->measured.run, "Number or name of a run of full fine-tuning or LoRA")->required();
  command->add_option("--shares", options->measured.shares, "Kept shares, separated by commas; 1 changes nothing")
      ->delimiter(',')
      ->check(CLI::Range(0.0, 2.0));
  command
      ->add_option("--threshold", options->measured.intruders.threshold,
                   "Cosine below which a direction is an intruder")
      ->check(CLI::Range(0.0, 1.0))
      ->capture_default_str();
  command->add_option("--directions", options->measured.intruders.directions, "Leading directions to look at")
      ->check(CLI::Range(1, 65536))
      ->capture_default_str();
  command->add_option("--rows", options->measured.rows, "First examples of the evaluation data; 0 = all")
      ->check(CLI::NonNegativeNumber);
  command->add_option("--threads", options->threads, "Threads; 0 = all cores")->check(CLI::NonNegativeNumber);
  add_workspace_option(*command, options->workspace);
  CLI::Option* json = command->add_flag("--json", options->json, "Print one JSON object");
  command->add_flag("--lines", options->lines, "Print one JSON object a share as soon as it is measured, then the rest")
      ->excludes(json);
  command->callback([options] { measure(*options); });
}

}  // namespace lorascope::app
