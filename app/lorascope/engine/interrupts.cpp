#include "app/lorascope/engine/interrupts.h"

#include <unistd.h>

#include <csignal>

namespace lorascope::app::engine {
namespace {

// A signal handler can reach nothing but the process's own memory.
volatile std::sig_atomic_t num_signals = 0;

void remember(int) {
  num_signals = num_signals + 1;
  if (num_signals > 1) _exit(1);
}

void install(void (*handler)(int)) {
  struct sigaction action = {};
  action.sa_handler = handler;
  sigemptyset(&action.sa_mask);
  sigaction(SIGINT, &action, nullptr);
  sigaction(SIGTERM, &action, nullptr);
}

}  // namespace

Interrupts::Interrupts() {
  num_signals = 0;
  install(remember);
}

Interrupts::~Interrupts() { install(SIG_DFL); }

bool Interrupts::requested() const { return num_signals > 0; }

}  // namespace lorascope::app::engine
