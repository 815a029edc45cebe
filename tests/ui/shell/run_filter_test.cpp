#include "ui/runs/run_filter.h"

#include "core/study/run_settings.h"
#include "tests/support/catch.h"

namespace lorascope::ui {
namespace {

store::RunRecord lora_run() {
  study::RunSettings settings;
  settings.method = study::Method::Lora;
  settings.training.seed = 42;
  settings.training.learning_rate = 5e-5;
  settings.lora.rank = 16;
  store::RunRecord run;
  run.id = 3;
  run.name = "seed 42";
  run.group = "LoRA r 16";
  run.study = "Learning rates";
  run.method = "lora";
  run.task = "wnut17";
  run.settings = settings.to_json();
  run.state = store::RunState::Running;
  run.tags = {"paper"};
  return run;
}

bool matches(const char* line) {
  return RunFilter(QString::fromUtf8(line)).matches(lora_run());
}

TEST_CASE("Words match in name, group, study, tags and the beginning of the state", "[ui]") {
  CHECK(matches("SEED"));
  CHECK(matches("lora learning"));
  CHECK(matches("pap"));
  CHECK(matches("run"));
  CHECK_FALSE(matches("lora squad"));
}

TEST_CASE("Terms match by key, all of them", "[ui]") {
  CHECK(matches("method:lora seed:42 state:running"));
  CHECK(matches("tag:Paper"));
  CHECK(matches("lr:5e-5 rank:16"));
  CHECK(matches("lr:0.00005"));
  CHECK_FALSE(matches("method:ft"));
  CHECK_FALSE(matches("seed:4"));
  CHECK_FALSE(matches("star:yes"));
  CHECK(matches("star:no"));
  CHECK_FALSE(matches("lr:fast"));
}

TEST_CASE("A minus turns a term round and quotes keep blanks", "[ui]") {
  CHECK(matches("-state:failed"));
  CHECK_FALSE(matches("-method:lora"));
  CHECK(matches("\"learning rates\""));
  CHECK_FALSE(matches("\"rates learning\""));
  CHECK(matches("study:\"Learning rates\""));
}

TEST_CASE("What is being typed filters nothing yet and an unknown key is told", "[ui]") {
  CHECK(matches("state:"));
  CHECK(RunFilter(QStringLiteral("state:")).problem().isEmpty());
  CHECK(RunFilter(QStringLiteral("metod:lora")).problem().contains("metod"));
  CHECK(RunFilter(QStringLiteral("metod:lora")).matches(lora_run()));
  CHECK(RunFilter().isEmpty());
  CHECK(RunFilter::keys().contains("learning_rate"));
}

TEST_CASE("A run whose settings cannot be read matches no setting and does no harm", "[ui]") {
  store::RunRecord run = lora_run();
  run.settings = "{";
  CHECK_FALSE(RunFilter(QStringLiteral("lr:5e-5")).matches(run));
  CHECK(RunFilter(QStringLiteral("method:lora")).matches(run));
}

}  // namespace
}  // namespace lorascope::ui
