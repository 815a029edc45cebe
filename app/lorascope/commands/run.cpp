#include <CLI/CLI.hpp>
#include <algorithm>
#include <filesystem>
#include <iostream>
#include <memory>
#include <optional>
#include <set>

#include "app/lorascope/commands.h"
#include "app/lorascope/commands/run_json.h"
#include "app/lorascope/commands/workspace_option.h"
#include "app/lorascope/engine/interrupts.h"
#include "app/lorascope/engine/known_problems.h"
#include "app/lorascope/hub/model_places.h"
#include "app/lorascope/kit/kit.h"
#include "app/lorascope/queue/built_in_study.h"
#include "app/lorascope/queue/launcher.h"
#include "app/lorascope/queue/study_data.h"
#include "app/lorascope/queue/watch.h"
#include "core/base/error.h"
#include "core/base/files.h"
#include "core/base/json.h"
#include "core/store/liveness.h"
#include "core/store/run_store.h"
#include "core/store/study_store.h"
#include "core/study/study.h"

namespace lorascope::app {
namespace {

namespace fs = std::filesystem;

struct RunOptions {
  std::string study;
  std::string workspace;
  std::string data_folder;
  std::string model;
  std::vector<std::string> settings;  ///< "KEY=VALUE"
  int num_jobs = 1;
  bool dry_run = false;
  bool detach = false;
  bool json = false;
};

struct DemoOptions {
  std::string workspace;
  std::string kit;
  bool json = false;
};

/// A model that cannot be found is a problem of the study like any other.
void add_model_problems(const study::Study& study, std::vector<Problem>& problems) {
  std::vector<std::string> seen;
  for (const study::RunSettings& run : study.runs) {
    if (std::find(seen.begin(), seen.end(), run.model) != seen.end()) continue;
    seen.push_back(run.model);
    try {
      hub::find_model(run.model);
    } catch (const InputError& error) {
      problems.insert(problems.end(), error.problems().begin(), error.problems().end());
    }
  }
}

/// So is a device that this machine has not.
void add_device_problems(const study::Study& study, std::vector<Problem>& problems) {
  std::set<std::string> devices;
  for (const study::RunSettings& run : study.runs) {
    if (!devices.insert(run.device).second) continue;
    const std::vector<Problem> found = engine::device_problems(run.device);
    problems.insert(problems.end(), found.begin(), found.end());
  }
}

/// What --set and --model say about every run.
std::vector<std::pair<std::string, std::string>> overrides_of(const RunOptions& options) {
  std::vector<std::pair<std::string, std::string>> overrides;
  for (const std::string& text : options.settings) {
    const std::size_t equals = text.find('=');
    if (equals == std::string::npos || equals == 0) {
      throw UsageError("--set: found " + text + ", expected KEY=VALUE", "for example --set training.max_steps=20");
    }
    overrides.emplace_back(text.substr(0, equals), text.substr(equals + 1));
  }
  if (!options.model.empty()) {
    const bool is_folder = fs::is_directory(options.model);
    overrides.emplace_back("model", is_folder ? fs::absolute(options.model).lexically_normal().string() : options.model);
  }
  return overrides;
}

/// Studies are read here, with every problem that can be known before a run starts.
struct CheckedStudy {
  study::Study study;
  std::vector<Problem> problems;
};

CheckedStudy check_study(const RunOptions& options) {
  study::StudyOptions reading_options;
  reading_options.data_folder = options.data_folder;
  reading_options.overrides = overrides_of(options);
  study::StudyReading reading = study::read_study(read_file(options.study), options.study, reading_options);
  CheckedStudy checked{std::move(reading.study), {}};
  for (const study::StudyIssue& issue : reading.issues) checked.problems.push_back(issue.to_problem(options.study));
  if (!checked.problems.empty()) return checked;
  checked.problems = queue::data_problems(checked.study);
  add_model_problems(checked.study, checked.problems);
  add_device_problems(checked.study, checked.problems);
  return checked;
}

std::int64_t add_to_store(const store::Workspace& workspace, study::Study& study, const std::string& path) {
  queue::make_data(study, workspace);
  return store::StudyStore(workspace).add(
      {0, study.name, study.source, path, study.hash, 0}, study,
      [&](const study::RunSettings& run) { return queue::train_command(run, workspace); });
}

void print_plan(const CheckedStudy& checked, bool json) {
  if (json) {
    Json problems = Json::array();
    for (const Problem& problem : checked.problems) {
      problems.push_back(
          {{"where", problem.where}, {"found", problem.found}, {"expected", problem.expected}, {"hint", problem.hint}});
    }
    Json runs = Json::array();
    for (const study::RunSettings& run :
         checked.problems.empty() ? checked.study.runs : std::vector<study::RunSettings>()) {
      const std::vector<std::string> parents = study::mixes_adapters(run.method) ? run.xlora.adapters : std::vector<std::string>();
      runs.push_back({{"name", run.name},
                      {"group", run.group},
                      {"hash", run.hash()},
                      {"adapters", parents},
                      {"settings", Json::parse(run.to_json())}});
    }
    std::cout << Json{{"study", checked.study.name}, {"runs", runs}, {"problems", problems}}.dump() << std::endl;
    return;
  }
  if (!checked.problems.empty()) return;
  std::cout << checked.study.name << ": " << checked.study.runs.size() << " runs\n";
  for (const study::RunSettings& run : checked.study.runs) std::cout << "  " << run.group << " / " << run.name << '\n';
}

/// Throws what the command's exit code follows from: interrupted, or some run failed.
void throw_unless_finished(const std::vector<store::RunRecord>& runs, bool interrupted) {
  std::string bad;
  bool stopped = interrupted;
  for (const store::RunRecord& run : runs) {
    stopped = stopped || run.state == store::RunState::Stopped;
    if (run.state != store::RunState::Failed && run.state != store::RunState::Lost) continue;
    bad += "\n  run " + std::to_string(run.id) + " (" + run.group + " / " + run.name + ") " +
           std::string(store::text(run.state)) + ": " + run.reason;
    if (!run.hint.empty()) bad += ". Hint: " + run.hint;
  }
  if (!bad.empty()) throw Error("not all runs finished:" + bad);
  if (stopped) throw Interrupted("stopped; all that was done is kept", "`lorascope resume RUN` goes on");
}

std::vector<store::RunRecord> watch(const store::Workspace& workspace, const std::vector<store::RunId>& ids,
                                    int num_jobs) {
  const engine::Interrupts interrupts;
  queue::RunBoard board(queue::RunBoard::style_of_stderr());
  return queue::watch_runs(workspace, ids, {num_jobs, queue::own_program(), engine::known_problems}, board,
                           [&] { return interrupts.requested(); });
}

void print_end(std::int64_t study, const std::vector<store::RunRecord>& runs, const Json& more) {
  Json list = Json::array();
  for (const store::RunRecord& run : runs) list.push_back(run_json(run));
  Json object = {{"study_id", study}, {"runs", list}};
  object.update(more);
  std::cout << object.dump() << std::endl;
}

void run(const RunOptions& options) {
  CheckedStudy checked = check_study(options);
  if (options.dry_run) print_plan(checked, options.json);
  if (!checked.problems.empty()) throw StudyError("cannot use the study " + options.study, checked.problems);
  if (options.dry_run) return;
  const store::Workspace workspace = store::Workspace::open_or_create(options.workspace);
  const std::int64_t study = add_to_store(workspace, checked.study, fs::absolute(options.study).string());
  const std::vector<store::RunId> ids = store::StudyStore(workspace).runs(study);
  if (options.detach) {
    queue::launch_queue(queue::own_program(), workspace, options.num_jobs);
    if (options.json) {
      std::cout << Json{{"study_id", study}, {"run_ids", ids}}.dump() << std::endl;
    } else {
      std::cout << "study " << study << ": " << ids.size() << " runs queued; `lorascope runs list` shows them\n";
    }
    return;
  }
  const std::vector<store::RunRecord> runs = watch(workspace, ids, options.num_jobs);
  if (options.json) print_end(study, runs, Json::object());
  throw_unless_finished(runs, false);
}

/// The newest study of the same text with all its runs still there, those that ended early queued again: a second call
/// goes on, and is done at once where the first one was. Nothing where there is no such study.
std::optional<std::int64_t> take_up_again(const store::Workspace& workspace, const study::Study& study) {
  const store::StudyStore studies(workspace);
  std::optional<std::int64_t> found;
  for (const store::StudyRecord& record : studies.list()) {
    if (record.hash == study.hash && record.path.empty()) found = record.id;
  }
  if (!found) return {};
  store::mark_lost_runs(workspace, 0);
  store::RunStore runs(workspace);
  const std::vector<store::RunId> ids = studies.runs(*found);
  const auto is_gone = [&](store::RunId id) {
    const auto run = runs.find(id);
    return !run || run->trashed > 0;
  };
  if (ids.size() != study.runs.size() || std::any_of(ids.begin(), ids.end(), is_gone)) return {};
  for (const store::RunId id : ids) {
    if (store::can_resume(runs.get(id).state)) runs.set_state(id, store::RunState::Queued);
  }
  return found;
}

void demo(const DemoOptions& options) {
  study::Study study = study::load_study(queue::built_in_study(), "built-in study", {});
  std::vector<Problem> problems;
  add_model_problems(study, problems);
  if (!problems.empty()) throw StudyError("cannot run the built-in study", problems);
  store::Workspace workspace = store::Workspace::open_or_create(options.workspace);
  const std::optional<std::int64_t> known = take_up_again(workspace, study);
  const std::int64_t id = known ? *known : add_to_store(workspace, study, "");
  const std::vector<store::RunId> ids = store::StudyStore(workspace).runs(id);
  std::cerr << study.name << ": " << study.description << '\n';
  const std::vector<store::RunRecord> runs = watch(workspace, ids, 1);
  const auto is_finished = [](const store::RunRecord& run) { return run.state == store::RunState::Finished; };
  const fs::path kit = options.kit.empty() ? workspace.folder() / "kit" : fs::absolute(options.kit);
  const bool all_finished = std::all_of(runs.begin(), runs.end(), is_finished);
  if (all_finished) write_kit(workspace, ids, kit);
  if (options.json) print_end(id, runs, all_finished ? Json{{"kit", kit.string()}} : Json::object());
  throw_unless_finished(runs, false);
  if (!options.json) {
    std::cout << "The paper kit is in " << kit.string() << ".\n"
              << "`lorascope workbench " << options.workspace << "` shows the runs.\n";
  }
}

}  // namespace

void add_run(CLI::App& program) {
  CLI::App* command = program.add_subcommand("run", "Run a whole study: methods, a grid, seeds");
  command->footer(
      "Example: lorascope run experiments/paper/wnut17.toml --data-dir data/wnut17 --dry-run\n"
      "Ctrl-C once stops and keeps all runs (lorascope resume goes on), twice aborts the waiting.");
  auto options = std::make_shared<RunOptions>();
  command->add_option("study", options->study, "Study file (TOML)")->required();
  add_workspace_option(*command, options->workspace);
  command->add_option("--data-dir", options->data_folder,
                      "Folder of the study's relative data files; default: the study's own");
  command->add_option("--model", options->model, "Model folder or a model's name for every run, whatever the study says");
  command->add_option("--set", options->settings, "KEY=VALUE for every run, whatever the study says: training.max_steps=20");
  command->add_option("--jobs", options->num_jobs, "Runs at the same time; they share the cores")
      ->check(CLI::Range(1, 256))
      ->capture_default_str();
  command->add_flag("--dry-run", options->dry_run, "List the runs and every problem, and start nothing");
  command->add_flag("--detach", options->detach, "Return at once; the runs go on in the background");
  command->add_flag("--json", options->json, "One JSON object on stdout");
  command->callback([options] { run(*options); });
}

void add_demo(CLI::App& program) {
  CLI::App* command = program.add_subcommand("demo", "The built-in study of three tasks, from data to paper kit, in about four minutes");
  command->footer("Example: lorascope demo --workspace demo-workspace --kit demo-kit");
  auto options = std::make_shared<DemoOptions>();
  add_workspace_option(*command, options->workspace);
  command->add_option("--kit", options->kit, "Folder of the paper kit; default: kit in the workspace");
  command->add_flag("--json", options->json, "One JSON object on stdout");
  command->callback([options] { demo(*options); });
}

void add_queue(CLI::App& program) {
  struct QueueCommandOptions {
    std::string workspace;
    int num_jobs = 1;
  };
  CLI::App* command = program.add_subcommand("queue", "Work a workspace's waiting runs until none is left");
  command->footer(
      "Example: lorascope queue --jobs 2\n`run` does this itself; it ends at once where another queue is at work.");
  auto options = std::make_shared<QueueCommandOptions>();
  add_workspace_option(*command, options->workspace);
  command->add_option("--jobs", options->num_jobs, "Runs at the same time")
      ->check(CLI::Range(1, 256))
      ->capture_default_str();
  command->callback([options] {
    const store::Workspace workspace = store::Workspace::open(options->workspace);
    queue::work_queue(workspace, {options->num_jobs, queue::own_program(), engine::known_problems});
  });
}

}  // namespace lorascope::app
