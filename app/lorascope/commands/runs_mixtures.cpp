#include "app/lorascope/commands/runs_mixtures.h"

#include <CLI/CLI.hpp>
#include <algorithm>
#include <iostream>
#include <memory>

#include "app/lorascope/commands/workspace_option.h"
#include "core/base/error.h"
#include "core/base/json.h"
#include "core/figures/mixture_table.h"
#include "core/figures/table_text.h"
#include "core/store/run_store.h"
#include "core/store/study_store.h"

namespace lorascope::app {
namespace {

struct MixturesOptions {
  std::string workspace, format = "markdown";
  std::int64_t study = 0;
  bool json = false;
};

/// The study asked for, or the newest that mixes adapters. Throws UsageError where there is none.
std::int64_t chosen_study(const std::vector<store::RunRecord>& runs, std::int64_t wanted) {
  if (wanted > 0) return wanted;
  std::int64_t newest = 0;
  for (const store::RunRecord& run : runs)
    if (run.study_id && figures::has_mixtures({&run, 1})) newest = std::max(newest, *run.study_id);
  if (newest > 0) return newest;
  throw UsageError("found no study that mixes adapters", "run one: lorascope run experiments/paper/mixture.toml");
}

Json table_json(const figures::TableData& table) {
  Json rows = Json::array();
  for (const figures::TableRow& row : table.rows) {
    Json cells = Json::object();
    for (std::size_t i = 0; i < table.columns.size(); ++i) {
      const figures::TableCell& cell = row.cells[i];
      Json& place = cells[table.columns[i].name];
      if (cell.value) place = {{"value", *cell.value}};
      if (!cell.value && !cell.text.empty()) place = cell.text;
      if (cell.spread) place["spread"] = *cell.spread;
    }
    rows.push_back(cells);
  }
  return {{"title", table.title}, {"note", table.note}, {"rows", rows}};
}

void show(const MixturesOptions& options) {
  const store::Workspace workspace = store::Workspace::open(options.workspace);
  std::vector<store::RunRecord> runs = store::RunStore(workspace).list();
  const std::int64_t study = chosen_study(runs, options.study);
  if (!store::StudyStore(workspace).find(study)) throw UsageError("there is no study " + std::to_string(study));
  std::erase_if(runs, [&](const store::RunRecord& run) { return run.study_id != study; });
  const figures::TableData table = figures::mixture_table(runs, figures::evaluation_speeds(workspace, runs));
  if (options.json) {
    std::cout << table_json(table).dump() << std::endl;
  } else if (options.format == "csv") {
    std::cout << figures::csv_table(table);
  } else {
    std::cout << (options.format == "latex" ? figures::latex_table(table, {.label = "mixtures"})
                                            : figures::markdown_table(table));
  }
}

}  // namespace

void add_runs_mixtures(CLI::App& runs) {
  auto options = std::make_shared<MixturesOptions>();
  CLI::App* command = runs.add_subcommand(
      "mixtures", "Methods by tasks: scores, parameters, seconds, memory, tokens/s of a study's finished runs");
  command->add_option("--study", options->study, "Number of the study; default: the newest that mixes adapters")
      ->check(CLI::PositiveNumber);
  command->add_option("--format", options->format, "markdown, csv or latex")
      ->check(CLI::IsMember({"markdown", "csv", "latex"}))
      ->capture_default_str();
  command->add_flag("--json", options->json, "One JSON object on stdout");
  add_workspace_option(*command, options->workspace);
  command->footer("Example: lorascope runs mixtures --format csv > mixtures.csv");
  command->callback([options] { show(*options); });
}

}  // namespace lorascope::app
