// Stands for `lorascope` in the tests of the queue. The run's name says what it does:
// ok, slow (a second), long (until it is stopped), fail (exit code 3 without a word in the store), crash (kill -9).

#include <signal.h>
#include <unistd.h>

#include <iostream>
#include <string>

#include "app/lorascope/queue/launcher.h"
#include "app/lorascope/queue/run_queue.h"
#include "core/base/clock.h"
#include "core/store/command_box.h"
#include "core/store/liveness.h"
#include "core/store/run_store.h"

namespace {

using namespace lorascope;
using store::RunState;

bool stop_asked(store::CommandBox& box, store::RunId run) {
  for (const store::Command& command : box.take(run)) {
    if (command.kind == store::CommandKind::Stop) return true;
  }
  return false;
}

int carry_run(const store::Workspace& workspace, store::RunId id) {
  store::RunStore runs(workspace);
  store::CommandBox box(workspace);
  const std::string name = runs.get(id).name;
  runs.set_process(id, ::getpid(), store::process_start(::getpid()));
  std::cout << "this is the log of run " << id << std::endl;
  if (name == "fail") {
    std::cerr << "the reason why" << std::endl;
    return 3;
  }
  runs.set_state(id, RunState::Running);
  if (name == "crash") ::raise(SIGKILL);
  const int num_ticks = name == "long" ? 600 : name == "slow" ? 20 : 1;
  for (int tick = 0; tick < num_ticks; ++tick) {
    runs.write_heartbeat(id, {now_seconds(), tick, num_ticks, 0.5, 100, 1, 50, "training"});
    if (stop_asked(box, id)) {
      runs.set_state(id, RunState::Stopped, "stopped on request");
      return 4;
    }
    ::usleep(50000);
  }
  runs.set_state(id, RunState::Finished);
  return 0;
}

}  // namespace

int main(int argc, char** argv) {
  if (argc < 6) return 2;
  const std::string command = argv[1];
  const store::Workspace workspace = store::Workspace::open(argv[3]);
  if (command == "run-one") return carry_run(workspace, std::stoll(argv[5]));
  app::queue::work_queue(workspace, {std::stoi(argv[5]), app::queue::own_program()});
  return 0;
}
