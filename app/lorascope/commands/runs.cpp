#include <CLI/CLI.hpp>
#include <algorithm>
#include <iostream>
#include <memory>

#include "app/lorascope/commands.h"
#include "app/lorascope/commands/run_json.h"
#include "app/lorascope/commands/runs_export.h"
#include "app/lorascope/commands/runs_mixtures.h"
#include "app/lorascope/commands/workspace_option.h"
#include "app/lorascope/queue/launcher.h"
#include "app/lorascope/queue/run_board.h"
#include "core/base/clock.h"
#include "core/base/error.h"
#include "core/base/json.h"
#include "core/store/liveness.h"
#include "core/store/run_store.h"
#include "core/study/settings_fields.h"

namespace lorascope::app {
namespace {

struct RunsOptions {
  std::string workspace;
  std::string run;
  std::vector<std::string> runs;
  std::string series;
  std::string tag;
  bool trash = false;
  bool permanently = false;
  bool remove = false;
  bool restore = false;
  bool json = false;
};

store::Workspace open(const RunsOptions& options) {
  store::Workspace workspace = store::Workspace::open(options.workspace);
  store::mark_lost_runs(workspace);
  return workspace;
}

void list(const RunsOptions& options) {
  const store::Workspace workspace = open(options);
  const std::vector<store::RunRecord> runs =
      store::RunStore(workspace).list(options.trash ? store::Trash::Only : store::Trash::Without);
  if (options.json) {
    Json rows = Json::array();
    for (const store::RunRecord& run : runs) rows.push_back(run_json(run));
    std::cout << Json{{"runs", rows}}.dump() << std::endl;
    return;
  }
  std::string study;
  for (const store::RunRecord& run : runs) {
    if (run.study != study) std::cout << (run.study.empty() ? "(no study)" : run.study) << '\n';
    study = run.study;
    std::cout << queue::board_line(run) << '\n';
  }
  if (runs.empty()) std::cout << "no runs\n";
}

/// Points as [[step, value], …]; every double is printed so that it reads back as the same one.
void show_series(const store::RunStore& store, const store::RunRecord& run, const RunsOptions& options) {
  const std::vector<std::string> names = store.series_names(run.id);
  if (std::find(names.begin(), names.end(), options.series) == names.end()) {
    std::string known;
    for (const std::string& name : names) known += (known.empty() ? "" : ", ") + name;
    const std::string nearest = study::nearest_name(options.series, names);
    throw UsageError("run " + std::to_string(run.id) + " has no series \"" + options.series + "\"; it has " +
                         (known.empty() ? "none yet" : known),
                     nearest.empty() ? "" : "did you mean " + nearest + "?");
  }
  const std::vector<store::MetricPoint> points = store.points(run.id, options.series);
  if (!options.json) {
    for (const store::MetricPoint& point : points) std::cout << point.step << '\t' << Json(point.value).dump() << '\n';
    return;
  }
  Json list = Json::array();
  for (const store::MetricPoint& point : points) list.push_back({point.step, point.value});
  std::cout << Json{{"series", options.series}, {"points", list}}.dump() << std::endl;
}

Json full_json(const store::Workspace& workspace, const store::RunStore& store, const store::RunRecord& run) {
  Json object = run_json(run);
  object["settings"] = Json::parse(run.settings);
  object["command_line"] = run.command_line;
  object["note"] = run.note;
  object["series"] = store.series_names(run.id);
  object["environment"] = {{"device", run.environment.device}, {"model_hash", run.environment.model_hash}};
  for (const auto& [key, text] :
       {std::pair("versions", &run.environment.versions), std::pair("data_hashes", &run.environment.data_hashes)}) {
    object["environment"][key] = Json::parse(*text, nullptr, false);
    if (object["environment"][key].is_discarded()) object["environment"][key] = nullptr;
  }
  object["evaluations"] = Json::array();
  for (const store::Evaluation& row : store.evaluations(run.id)) {
    object["evaluations"].push_back(
        {{"step", row.step}, {"epoch", row.epoch}, {"split", row.split}, {"scores", row.scores}});
  }
  object["artifacts"] = Json::array();
  for (const store::Artifact& row : store.artifacts(run.id)) {
    object["artifacts"].push_back({{"kind", row.kind},
                                   {"path", workspace.resolved_path(row.path).string()},
                                   {"size_bytes", row.size_bytes},
                                   {"sha256", row.sha256}});
  }
  return object;
}

void print_run(const store::Workspace& workspace, const store::RunStore& store, const store::RunRecord& run) {
  const study::RunSettings settings = study::RunSettings::from_json(run.settings);
  std::cout << queue::board_line(run) << '\n';
  if (!run.reason.empty()) std::cout << "reason   " << run.reason << '\n';
  if (!run.hint.empty()) std::cout << "hint     " << run.hint << '\n';
  std::cout << "created  " << utc_text(run.created) << '\n';
  for (const std::string& key : study::changed_keys(settings)) {
    std::cout << "setting  " << key << " = " << study::value_text(study::find_field(key)->get(settings)) << '\n';
  }
  for (const auto& [split, scores] : run.result.scores) {
    for (const char* name : {"f1", "precision", "recall", "accuracy", "loss"}) {
      const auto score = scores.find(name);
      if (score != scores.end()) std::cout << "score    " << split << ' ' << name << ' ' << score->second << '\n';
    }
  }
  for (const std::string& name : store.series_names(run.id)) {
    std::cout << "series   " << name << " (" << store.num_points(run.id, name) << " points)\n";
  }
  for (const store::Artifact& row : store.artifacts(run.id)) {
    std::cout << row.kind << std::string(row.kind.size() < 9 ? 9 - row.kind.size() : 1, ' ')
              << workspace.resolved_path(row.path).string() << '\n';
  }
  for (const std::string& tag : run.tags) std::cout << "tag      " << tag << '\n';
  if (!run.command_line.empty()) std::cout << "command  " << run.command_line << '\n';
  if (run.state != store::RunState::Failed && run.state != store::RunState::Lost) return;
  for (const std::string& line : queue::log_tail(queue::log_file(workspace, run.id), 20))
    std::cout << "log      " << line << '\n';
}

void show(const RunsOptions& options) {
  const store::Workspace workspace = open(options);
  const store::RunStore store(workspace);
  const store::RunRecord run = store.get(options.run);
  if (!options.series.empty()) {
    show_series(store, run, options);
  } else if (options.json) {
    std::cout << full_json(workspace, store, run).dump(-1, ' ', false, Json::error_handler_t::replace) << std::endl;
  } else {
    print_run(workspace, store, run);
  }
}

void diff(const RunsOptions& options) {
  const store::Workspace workspace = open(options);
  const store::RunStore store(workspace);
  const store::RunRecord first = store.get(options.runs.at(0));
  const store::RunRecord second = store.get(options.runs.at(1));
  const std::vector<study::SettingsDifference> rows =
      study::difference(study::RunSettings::from_json(first.settings), study::RunSettings::from_json(second.settings));
  if (options.json) {
    Json list = Json::array();
    for (const auto& row : rows) list.push_back({{"key", row.key}, {"first", row.first}, {"second", row.second}});
    std::cout << Json{{"runs", {first.id, second.id}}, {"differences", list}}.dump() << std::endl;
    return;
  }
  for (const auto& row : rows) {
    std::cout << row.key << ": " << (row.first.empty() ? "-" : row.first) << " | "
              << (row.second.empty() ? "-" : row.second) << '\n';
  }
  if (rows.empty()) std::cout << "the settings are the same\n";
}

void tag(const RunsOptions& options) {
  const store::Workspace workspace = open(options);
  store::RunStore store(workspace);
  const store::RunId id = store.get(options.run).id;
  if (options.remove) {
    store.remove_tag(id, options.tag);
  } else {
    store.add_tag(id, options.tag);
  }
}

void remove(const RunsOptions& options) {
  const store::Workspace workspace = open(options);
  store::RunStore store(workspace);
  std::vector<store::RunId> ids;
  for (const std::string& name : options.runs) ids.push_back(store.get(name).id);
  for (const store::RunId id : ids) {
    if (options.permanently) {
      store.delete_permanently(id);
    } else {
      store.set_trashed(id, !options.restore);
    }
    std::cerr << "run " << id
              << (options.permanently ? " deleted"
                  : options.restore   ? " restored"
                                      : " moved to the trash")
              << '\n';
  }
}

/// A sub-command of `runs` with the options that all of them share.
CLI::App* add_part(CLI::App& runs, const char* name, const char* description, const char* example,
                   const std::shared_ptr<RunsOptions>& options) {
  CLI::App* command = runs.add_subcommand(name, description);
  command->footer(std::string("Example: ") + example);
  add_workspace_option(*command, options->workspace);
  return command;
}

}  // namespace

void add_runs(CLI::App& program) {
  CLI::App* runs = program.add_subcommand("runs", "The run table: list, show, diff, export, tag, delete");
  runs->footer("Example: lorascope runs list --json\nA RUN is its number, \"run-N\", or a name that only one run has.");
  runs->require_subcommand(1);

  auto options = std::make_shared<RunsOptions>();
  CLI::App* command =
      add_part(*runs, "list", "All runs with state, progress and scores", "lorascope runs list", options);
  command->add_flag("--trash", options->trash, "Those in the trash instead");
  command->add_flag("--json", options->json, "One JSON object on stdout");
  command->callback([options] { list(*options); });

  options = std::make_shared<RunsOptions>();
  command = add_part(*runs, "show", "One run, or one of its series", "lorascope runs show 3 --series train/loss --json",
                     options);
  command->add_option("run", options->run, "RUN")->required();
  command->add_option("--series", options->series,
                      "Points of a series: train/loss, train/lr, train/grad_norm, eval/f1, …");
  command->add_flag("--json", options->json, "One JSON object on stdout");
  command->callback([options] { show(*options); });

  options = std::make_shared<RunsOptions>();
  command = add_part(*runs, "diff", "Settings in which two runs differ", "lorascope runs diff 3 4", options);
  command->add_option("runs", options->runs, "Two RUNs")->required()->expected(2);
  command->add_flag("--json", options->json, "One JSON object on stdout");
  command->callback([options] { diff(*options); });

  add_runs_export(*runs);
  add_runs_mixtures(*runs);

  options = std::make_shared<RunsOptions>();
  command = add_part(*runs, "tag", "Put a tag on a run, or take it off", "lorascope runs tag 3 baseline", options);
  command->add_option("run", options->run, "RUN")->required();
  command->add_option("tag", options->tag, "The tag")->required();
  command->add_flag("--remove", options->remove, "Take it off");
  command->callback([options] { tag(*options); });

  options = std::make_shared<RunsOptions>();
  command = add_part(*runs, "delete", "Move runs to the trash, restore them, or delete them for good",
                     "lorascope runs delete 3 4", options);
  command->add_option("runs", options->runs, "RUNs")->required();
  CLI::Option* permanently = command->add_flag("--permanently", options->permanently, "Rows and files, without return");
  command->add_flag("--restore", options->restore, "Back from the trash")->excludes(permanently);
  command->callback([options] { remove(*options); });
}

}  // namespace lorascope::app
