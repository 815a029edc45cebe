#include <CLI/CLI.hpp>
#include <iostream>
#include <memory>

#include "app/lorascope/commands.h"
#include "app/lorascope/commands/workspace_option.h"
#include "app/lorascope/import/import_run.h"
#include "app/lorascope/import/metric_table.h"
#include "app/lorascope/import/trainer_folder.h"
#include "core/base/error.h"
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

struct TableOptions {
  std::string file;
  std::string step;
  std::vector<std::string> columns;
  std::string name;
  std::string workspace;
  bool json = false;
};

TableMapping mapping_of(const TableOptions& options) {
  TableMapping mapping{options.step, {}};
  for (const std::string& text : options.columns) {
    const std::size_t equals = text.find('=');
    const std::string column = text.substr(0, equals);
    const std::string series = equals == std::string::npos ? series_of_logged(column) : text.substr(equals + 1);
    if (column.empty() || series.empty()) {
      throw UsageError("--column " + text + ": expected COLUMN or COLUMN=SERIES", "for example --column acc=eval/accuracy");
    }
    mapping.series[column] = series;
  }
  return mapping;
}

void add_csv(CLI::App& import) {
  auto options = std::make_shared<TableOptions>();
  CLI::App* command = import.add_subcommand("csv", "A table of metrics becomes a run");
  command->add_option("file", options->file, "CSV with a header: a column of steps, columns of numbers")->required();
  command->add_option("--step", options->step, "The column of steps; default: step, global_step or iteration");
  command->add_option("--column", options->columns, "COLUMN=SERIES, repeatable; default: every column of numbers");
  command->add_option("--name", options->name, "The run's name; default: the file's");
  add_workspace_option(*command, options->workspace);
  command->add_flag("--json", options->json, "Print one JSON object");
  command->footer("Example:\n  lorascope import csv log.csv --step it --column loss=train/loss --column acc=eval/accuracy");
  command->callback([options] {
    store::Workspace workspace = store::Workspace::open_or_create(options->workspace);
    report(import_metric_table(workspace, options->file, mapping_of(*options), options->name), options->json);
  });
}

}  // namespace

void add_import(CLI::App& program) {
  CLI::App* command = program.add_subcommand("import", "Bring in runs that were made elsewhere");
  command->require_subcommand(1);
  add_hf(*command);
  add_csv(*command);
}

}  // namespace lorascope::app
