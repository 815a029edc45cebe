#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "core/store/workspace.h"

namespace lorascope::store {

/// What a living run can be asked for. Stop: write a checkpoint, keep everything, end. Abort: end at once.
enum class CommandKind { Pause, Continue, Stop, Checkpoint, Abort };

std::string_view text(CommandKind kind);
CommandKind command_kind_from(std::string_view name);

struct Command {
  std::int64_t id = 0;
  CommandKind kind = CommandKind::Stop;
  double posted = 0;  ///< seconds since 1970
};

/// Commands to living runs: posted by window and command line, taken by the run at each step and every 100 ms in long
/// phases. Each is taken once, in the order it was posted.
class CommandBox {
 public:
  explicit CommandBox(const Workspace& workspace) : workspace_(&workspace) {}

  /// Throws Error when the run is not alive: says its state and what can be done instead.
  void post(RunId run, CommandKind kind);
  /// Takes all that waits. Costs about 5 µs where nothing was committed since the last call.
  std::vector<Command> take(RunId run);
  /// Throws away what waits for a run that starts afresh.
  void clear(RunId run);

 private:
  const Workspace* workspace_;
  std::int64_t seen_version_ = -1;
};

}  // namespace lorascope::store
