#include <CLI/CLI.hpp>
#include <iostream>
#include <memory>

#include "app/lorascope/commands.h"
#include "app/lorascope/commands/workspace_option.h"
#include "app/lorascope/engine/run_process.h"
#include "app/lorascope/queue/launcher.h"
#include "core/base/error.h"
#include "core/store/command_box.h"
#include "core/store/liveness.h"
#include "core/store/run_store.h"

namespace lorascope::app {
namespace {

struct ControlOptions {
  std::string workspace;
  std::string run;
  bool detach = false;
};

void post(const ControlOptions& options, store::CommandKind kind) {
  const store::Workspace workspace = store::Workspace::open(options.workspace);
  store::mark_lost_runs(workspace, 0);
  const store::RunId id = store::RunStore(workspace).get(options.run).id;
  store::CommandBox(workspace).post(id, kind);
  std::cerr << "run " << id << ": asked to " << store::text(kind) << '\n';
}

void resume(const ControlOptions& options) {
  const store::Workspace workspace = store::Workspace::open(options.workspace);
  store::mark_lost_runs(workspace, 0);
  store::RunStore runs(workspace);
  const store::RunRecord run = runs.get(options.run);
  if (!store::can_resume(run.state)) {
    const bool is_there = store::is_alive(run.state);
    throw Error("run " + std::to_string(run.id) + " is " + std::string(store::text(run.state)) +
                    " and cannot be resumed; a stopped, failed or lost one can",
                is_there ? "`lorascope continue " + std::to_string(run.id) + "` ends a pause" : "");
  }
  if (options.detach) {
    runs.set_state(run.id, store::RunState::Starting);
    queue::launch_run(queue::own_program(), workspace, run.id);
    std::cerr << "run " << run.id << " goes on in the background\n";
    return;
  }
  const engine::RunOutcome outcome = engine::execute_run(workspace, run.id, {});
  if (outcome.exit_code == 0) return;
  if (!outcome.reason.empty()) std::cerr << "lorascope: " << outcome.reason << '\n';
  if (!outcome.hint.empty()) std::cerr << "Hint: " << outcome.hint << '\n';
  throw CLI::RuntimeError(outcome.exit_code);
}

void add_command(CLI::App& program, store::CommandKind kind, const char* description) {
  const std::string name(store::text(kind));
  CLI::App* command = program.add_subcommand(name, description);
  command->footer("Example: lorascope " + name + " 3");
  auto options = std::make_shared<ControlOptions>();
  command->add_option("run", options->run, "Number or name of a living run")->required();
  add_workspace_option(*command, options->workspace);
  command->callback([options, kind] { post(*options, kind); });
}

}  // namespace

void add_run_control(CLI::App& program) {
  add_command(program, store::CommandKind::Pause, "Pause a living run after its current step");
  add_command(program, store::CommandKind::Continue, "End a pause");
  add_command(program, store::CommandKind::Stop, "Stop a living run and keep its state");
  add_command(program, store::CommandKind::Checkpoint, "Save a checkpoint of a living run now");

  CLI::App* command =
      program.add_subcommand("resume", "Go on with a stopped, failed or lost run from its last checkpoint");
  command->footer("Example: lorascope resume 3");
  auto options = std::make_shared<ControlOptions>();
  command->add_option("run", options->run, "Number or name of a run")->required();
  add_workspace_option(*command, options->workspace);
  command->add_flag("--detach", options->detach, "Return at once; the run goes on in the background");
  command->callback([options] { resume(*options); });
}

}  // namespace lorascope::app
