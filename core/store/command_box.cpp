#include "core/store/command_box.h"

#include <array>
#include <utility>

#include "core/base/clock.h"
#include "core/base/error.h"
#include "core/store/database.h"

namespace lorascope::store {
namespace {

constexpr std::array<std::pair<CommandKind, std::string_view>, 5> kNames = {{{CommandKind::Pause, "pause"},
                                                                             {CommandKind::Continue, "continue"},
                                                                             {CommandKind::Stop, "stop"},
                                                                             {CommandKind::Checkpoint, "checkpoint"},
                                                                             {CommandKind::Abort, "abort"}}};

Error not_alive(RunId run, RunState state) {
  std::string hint = "its results are kept; `lorascope runs show " + std::to_string(run) + "` shows them";
  if (can_resume(state)) hint = "`lorascope resume " + std::to_string(run) + "` goes on from its last checkpoint";
  if (state == RunState::Queued) hint = "it waits in the queue and has not started";
  return Error("run " + std::to_string(run) + " is " + std::string(text(state)) + " and takes no commands", hint);
}

}  // namespace

std::string_view text(CommandKind kind) {
  return kNames[static_cast<std::size_t>(kind)].second;
}

CommandKind command_kind_from(std::string_view name) {
  for (const auto& [kind, kind_name] : kNames) {
    if (kind_name == name) return kind;
  }
  throw StoreError("cannot read a command",
                   Problem{"kind", '"' + std::string(name) + '"', "pause, continue, stop, checkpoint or abort", ""});
}

void CommandBox::post(RunId run, CommandKind kind) {
  Database& database = workspace_->database();
  database.write("posting a command to run " + std::to_string(run), [&] {
    RunState state{};
    {
      Query row = database.query("SELECT state FROM run WHERE id = ?");
      if (!row.bind(run).next()) throw Error("there is no run " + std::to_string(run));
      state = run_state_from(row.text(0));
    }
    if (!is_alive(state)) throw not_alive(run, state);
    database.query("INSERT INTO command (run_id, kind, posted) VALUES (?, ?, ?)")
        .bind(run, text(kind), now_seconds())
        .run();
  });
}

std::vector<Command> CommandBox::take(RunId run) {
  Database& database = workspace_->database();
  const std::int64_t version = database.data_version();
  if (version == seen_version_) return {};
  std::vector<Command> commands = database.read("reading the commands of run " + std::to_string(run), [&] {
    std::vector<Command> waiting;
    Query rows = database.query("SELECT id, kind, posted FROM command WHERE run_id = ? AND taken = 0 ORDER BY id");
    rows.bind(run);
    while (rows.next()) waiting.push_back({rows.integer(0), command_kind_from(rows.text(1)), rows.real(2)});
    return waiting;
  });
  if (!commands.empty()) {
    database.write("taking the commands of run " + std::to_string(run), [&] {
      database.query("UPDATE command SET taken = ? WHERE run_id = ? AND taken = 0 AND id <= ?")
          .bind(now_seconds(), run, commands.back().id)
          .run();
    });
  }
  seen_version_ = version;
  return commands;
}

void CommandBox::clear(RunId run) {
  Database& database = workspace_->database();
  database.write("clearing the commands of run " + std::to_string(run), [&] {
    database.query("UPDATE command SET taken = ? WHERE run_id = ? AND taken = 0").bind(now_seconds(), run).run();
  });
}

}  // namespace lorascope::store
