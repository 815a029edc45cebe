#include "app/lorascope/engine/run_commands.h"

#include "core/base/error.h"

namespace lorascope::app::engine {

RunCommands::RunCommands(const store::Workspace& workspace, store::RunId run, const Interrupts& interrupts)
    : run_(run), interrupts_(interrupts), box_(workspace), runs_(workspace) {}

std::optional<train::Command> RunCommands::take() {
  if (interrupts_.requested() && !stop_taken_) return translate(store::CommandKind::Stop);
  for (store::Command& command : box_.take(run_)) waiting_.push_back(command);
  if (waiting_.empty()) return std::nullopt;
  const store::CommandKind kind = waiting_.front().kind;
  waiting_.pop_front();
  return translate(kind);
}

train::Command RunCommands::translate(store::CommandKind kind) {
  switch (kind) {
    case store::CommandKind::Pause:
      return train::Command::Pause;
    case store::CommandKind::Continue:
      return train::Command::Continue;
    case store::CommandKind::Checkpoint:
      return train::Command::Checkpoint;
    case store::CommandKind::Abort:
      throw Interrupted("aborted on request", "resume continues from the last checkpoint");
    case store::CommandKind::Stop:
      break;
  }
  stop_taken_ = true;
  runs_.set_state(run_, store::RunState::Stopping);
  return train::Command::Stop;
}

}  // namespace lorascope::app::engine
