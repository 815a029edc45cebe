#include <CLI/CLI.hpp>
#include <iostream>
#include <memory>

#include "app/lorascope/commands.h"
#include "app/lorascope/commands/workspace_option.h"
#include "app/lorascope/import/import_run.h"
#include "core/base/json.h"
#include "core/store/workspace.h"

namespace lorascope::app {
namespace {

struct ImportOptions {
  std::string folder;
  std::string base;
  std::string name;
  std::string workspace;
  bool json = false;
};

void report(const ImportedRun& imported, bool json) {
  if (json) {
    std::cout << Json{{"run_id", imported.run},
                      {"new", imported.is_new},
                      {"series", imported.series},
                      {"points", imported.points},
                      {"checkpoints", imported.checkpoints},
                      {"notes", imported.notes}}
                     .dump()
              << std::endl;
    return;
  }
  std::cout << (imported.is_new ? "run " : "brought up to date: run ") << imported.run << ", " << imported.series
            << " series, " << imported.points << " points, spectra of " << imported.checkpoints << " checkpoints\n";
  for (const std::string& note : imported.notes) std::cout << "note: " << note << '\n';
}

void add_hf(CLI::App& import) {
  auto options = std::make_shared<ImportOptions>();
  CLI::App* command = import.add_subcommand("hf", "A Hugging Face Trainer's output folder becomes a run");
  command->add_option("folder", options->folder, "The Trainer's output_dir, or one checkpoint-N folder")->required();
  command->add_option("--base", options->base, "Model folder that the training started from (full checkpoints need it)");
  command->add_option("--name", options->name, "The run's name; default: the folder's");
  add_workspace_option(*command, options->workspace);
  command->add_flag("--json", options->json, "Print one JSON object");
  command->footer("Example:\n  lorascope import hf out/bert-ner --base bert-base-uncased --workspace my-runs");
  command->callback([options] {
    store::Workspace workspace = store::Workspace::open_or_create(options->workspace);
    report(import_trainer_folder(workspace, options->folder, options->base, options->name), options->json);
  });
}

}  // namespace

void add_import(CLI::App& program) {
  CLI::App* command = program.add_subcommand("import", "Bring in runs that were made elsewhere");
  command->require_subcommand(1);
  add_hf(*command);
}

}  // namespace lorascope::app
