#include "app/lorascope/import/trainer_folder.h"

#include <cmath>
#include <filesystem>
#include <random>

#include "core/base/error.h"
#include "core/base/files.h"
#include "tests/support/catch.h"
#include "tests/support/temporary_folder.h"

using namespace lorascope;
namespace fs = std::filesystem;

namespace {

constexpr const char* kState = R"({"global_step": 4, "max_steps": 6, "num_train_epochs": 3, "train_batch_size": 8,
"best_metric": 0.5, "log_history": [
{"epoch": 0.5, "loss": 2.5, "learning_rate": 1e-3, "grad_norm": NaN, "step": 2, "note": "say \"NaN\""},
{"epoch": 1.0, "eval_loss": Infinity, "eval_f1": 0.5, "step": 4},
{"epoch": 1.0, "train_runtime": 12.5, "step": 4}]})";

void write_state(const fs::path& folder, const std::string& text) {
  fs::create_directories(folder);
  write_file_atomically(folder / "trainer_state.json", text);
}

}  // namespace

TEST_CASE("The newest state of a Trainer's folder is its log", "[import]") {
  const test::TemporaryFolder folder;
  write_state(folder.path() / "checkpoint-2", R"({"global_step": 2, "log_history": []})");
  write_state(folder.path() / "checkpoint-4", kState);
  write_state(folder.path() / "checkpoint-x", "not even JSON");
  write_file_atomically(folder.path() / "README.md", "# Card\n\n- learning_rate: 5e-05\n- seed: 7\n");
  const app::TrainerFolder trainer = app::read_trainer_folder(folder.path());
  CHECK(trainer.global_step == 4);
  CHECK(trainer.max_steps == 6);
  CHECK(trainer.batch_size == 8);
  CHECK(trainer.checkpoints.empty());
  REQUIRE(trainer.log.size() == 3);
  CHECK(trainer.log[0].values.at("loss") == 2.5);
  CHECK(std::isnan(trainer.log[0].values.at("grad_norm")));
  CHECK(trainer.log[0].values.count("note") == 0);
  CHECK(std::isnan(trainer.log[1].values.at("eval_loss")));
  CHECK(trainer.best_metric_name == "f1");
  CHECK(trainer.card.at("learning_rate") == "5e-05");
}

TEST_CASE("Logged values have their series", "[import]") {
  CHECK(app::series_of_logged("loss") == "train/loss");
  CHECK(app::series_of_logged("learning_rate") == "train/lr");
  CHECK(app::series_of_logged("grad_norm") == "train/grad_norm");
  CHECK(app::series_of_logged("eval_LOC_f1") == "eval/LOC_f1");
  CHECK(app::series_of_logged("train_runtime") == "trainer/train_runtime");
}

TEST_CASE("A folder that is no Trainer's is refused with every problem", "[import]") {
  const test::TemporaryFolder folder;
  CHECK_THROWS_WITH(app::read_trainer_folder(folder.path() / "missing"), Catch::Contains("missing"));
  CHECK_THROWS_WITH(app::read_trainer_folder(folder.path()), Catch::Contains("trainer_state.json"));
  write_state(folder.path(), "[1, 2");
  CHECK_THROWS_AS(app::read_trainer_folder(folder.path()), InputError);
  write_state(folder.path(), R"({"global_step": 1, "max_steps": "ten", "log_history": [3, {"epoch": 1}]})");
  try {
    app::read_trainer_folder(folder.path());
    FAIL("was read");
  } catch (const InputError& error) {
    CHECK(error.problems().size() == 3);
    CHECK(error.exit_code() == 3);
  }
}

TEST_CASE("Mutated states never crash the reader", "[import][fuzz]") {
  const test::TemporaryFolder folder;
  std::mt19937 random(11);
  const std::string good = kState;
  for (int round = 0; round < 200; ++round) {
    std::string text = good;
    for (int change = 0; change < 3; ++change) text[random() % text.size()] = static_cast<char>(random() % 256);
    if (round % 4 == 0) text.resize(random() % text.size());
    write_state(folder.path(), text);
    try {
      app::read_trainer_folder(folder.path());
    } catch (const InputError& error) {
      CHECK_FALSE(error.problems().empty());
    }
  }
}
