#pragma once

#include <deque>
#include <optional>

#include "app/lorascope/engine/interrupts.h"
#include "core/store/command_box.h"
#include "core/store/run_store.h"
#include "core/train/command_source.h"

namespace lorascope::app::engine {

/// The commands of one run: rows of the store, and signals (a signal means stop and keep). Writes the state "stopping"
/// as soon as a stop is taken. Throws Interrupted when the store asks to abort.
class RunCommands final : public train::CommandSource {
 public:
  RunCommands(const store::Workspace& workspace, store::RunId run, const Interrupts& interrupts);

  std::optional<train::Command> take() override;
  /// Whether a stop has been taken.
  bool stop_taken() const { return stop_taken_; }

 private:
  train::Command translate(store::CommandKind kind);

  store::RunId run_;
  const Interrupts& interrupts_;
  store::CommandBox box_;
  store::RunStore runs_;
  std::deque<store::Command> waiting_;
  bool stop_taken_ = false;
};

}  // namespace lorascope::app::engine
