#include <CLI/CLI.hpp>
#include <iostream>
#include <memory>

#include "app/lorascope/commands/runs_export.h"
#include "app/lorascope/commands/workspace_option.h"
#include "app/lorascope/kit/metric_files.h"
#include "core/base/files.h"
#include "core/store/run_store.h"
#include "core/store/workspace.h"

namespace lorascope::app {
namespace {

struct ExportOptions {
  std::string run;
  std::string format = "csv";
  std::string out;
  std::string workspace;
};

void export_metrics(const ExportOptions& options) {
  const store::Workspace workspace = store::Workspace::open(options.workspace);
  const store::RunStore runs(workspace);
  const store::RunId run = runs.get(options.run).id;
  const std::string text = options.format == "csv" ? metrics_csv(runs, run) : metrics_json_lines(runs, run);
  if (options.out.empty()) {
    std::cout << text << std::flush;
  } else {
    write_file_atomically(options.out, text);
  }
}

}  // namespace

void add_runs_export(CLI::App& runs) {
  auto options = std::make_shared<ExportOptions>();
  CLI::App* command = runs.add_subcommand("export", "Every series of a run as a table, one line a step");
  command->add_option("run", options->run, "RUN")->required();
  command->add_option("--format", options->format, "csv or jsonl")
      ->check(CLI::IsMember({"csv", "jsonl"}))
      ->capture_default_str();
  command->add_option("--out", options->out, "File; default: stdout");
  add_workspace_option(*command, options->workspace);
  command->footer("Example: lorascope runs export 3 --format jsonl --out run-3.jsonl");
  command->callback([options] { export_metrics(*options); });
}

}  // namespace lorascope::app
