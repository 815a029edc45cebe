#pragma once

#include <optional>

namespace lorascope::train {

/// What may be asked of a living training. Acted upon between two steps, Stop also within an evaluation.
enum class Command {
  Pause,       ///< wait until Continue or Stop
  Continue,    ///< go on
  Stop,        ///< write a checkpoint and end; the run can be resumed
  Checkpoint,  ///< write a checkpoint and go on
};

/// Where commands come from: rows of the store, signals, a test's list.
class CommandSource {
 public:
  virtual ~CommandSource() = default;
  /// The oldest command not yet taken. Called at every step and every batch of an evaluation: must be cheap.
  virtual std::optional<Command> take() = 0;
};

}  // namespace lorascope::train
