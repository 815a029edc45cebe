#include "app/lorascope/queue/run_board.h"

#include "tests/support/catch.h"

using namespace lorascope;
using namespace lorascope::app::queue;
using store::RunState;

TEST_CASE("A run's line says where it stands", "[queue]") {
  store::RunRecord run;
  run.id = 3;
  run.group = "LoRA r 8";
  run.name = "seed 42";
  run.state = RunState::Running;
  run.heartbeat = {1, 120, 400, 0.41234, 1830.4, 125, 300, "training"};
  CHECK(board_line(run) ==
        "   3  LoRA r 8 / seed 42                  running   120/400  loss 0.4123  1,830 tokens/s  2 min 05 s left");
  run.heartbeat.phase = "evaluating on eval";
  CHECK_THAT(board_line(run), Catch::EndsWith("evaluating on eval"));
  run.state = RunState::Finished;
  run.result.scores["test"]["f1"] = 0.5;
  run.result.seconds = 90;
  CHECK_THAT(board_line(run), Catch::EndsWith("finished  test f1 0.5  in 1 min 30 s"));
  run.state = RunState::Failed;
  run.reason = "out of memory";
  CHECK_THAT(board_line(run), Catch::EndsWith("failed    out of memory"));
}
