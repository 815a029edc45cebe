#include "ui/train/score_summary.h"

#include "tests/support/catch.h"

namespace lorascope::ui {
namespace {

store::RunRecord finished(const std::string& group, double f1, double seconds) {
  store::RunRecord run;
  run.study = "a";
  run.group = group;
  run.task = "wnut17";
  run.method = "lora";
  run.state = store::RunState::Finished;
  run.best = store::BestScore{.metric = "f1", .value = f1, .step = 10};
  run.result.scores["test"]["f1"] = f1;
  run.result.seconds = seconds;
  run.result.parameters_trainable = 78733;
  return run;
}

TEST_CASE("Groups are summed up as mean and sample deviation over finished seeds", "[ui]") {
  std::vector<store::RunRecord> runs = {finished("g", 0.40, 10), finished("g", 0.42, 14), finished("h", 0.30, 5)};
  runs.push_back(finished("g", 0.9, 1));
  runs.back().state = store::RunState::Running;
  runs.push_back(finished("g", 0.9, 1));
  runs.back().study = "another";
  const ScoreSummary summary = summarise(runs, "a");
  CHECK(summary.metric == "test F1");
  CHECK(summary.num_runs == 4);
  CHECK(summary.num_finished == 3);
  REQUIRE(summary.rows.size() == 2);
  CHECK(summary.rows[0].score == "41.0 ± 1.4");
  CHECK(summary.rows[0].seconds == "12 s");
  CHECK(summary.rows[0].num_runs == 3);
  CHECK(summary.rows[0].parameters == "78,733");
  CHECK(summary.rows[1].score == "30.0");
}

TEST_CASE("The test split decides where there is one, and F1 where there is one", "[ui]") {
  store::RunRecord run = finished("g", 0.40, 10);
  run.result.scores.clear();
  run.result.scores["eval"] = {{"loss", 0.25}, {"f1", 0.5}};
  run.best->metric = "loss";
  CHECK(summarise({run}, "a").metric == "eval F1");
  run.result.scores["eval"].erase("f1");
  CHECK(summarise({run}, "a").rows.front().score == "0.25");
}

TEST_CASE("Nothing is claimed before a run has finished", "[ui]") {
  store::RunRecord run = finished("g", 0.40, 10);
  run.state = store::RunState::Stopped;
  const ScoreSummary summary = summarise({run}, "a");
  CHECK(summary.num_finished == 0);
  CHECK(summary.rows.front().score.isEmpty());
}

}  // namespace
}  // namespace lorascope::ui
