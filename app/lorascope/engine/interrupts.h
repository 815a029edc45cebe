#pragma once

namespace lorascope::app::engine {

/// Ctrl-C (SIGINT) and SIGTERM while it lives: the first is remembered, so that the run stops and keeps its state; the
/// second ends the process at once with exit code 1. Only one may live at a time: signals belong to the process.
class Interrupts {
 public:
  Interrupts();
  Interrupts(const Interrupts&) = delete;
  Interrupts& operator=(const Interrupts&) = delete;
  ~Interrupts();

  /// Whether a signal has come.
  bool requested() const;
};

}  // namespace lorascope::app::engine
