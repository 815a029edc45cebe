#include <algorithm>
#include <filesystem>
#include <thread>

#include "app/lorascope/engine/run_process.h"
#include "core/base/error.h"
#include "core/base/files.h"
#include "core/base/json.h"
#include "core/store/command_box.h"
#include "core/store/run_store.h"
#include "tests/support/catch.h"
#include "tests/support/temporary_folder.h"
#include "tests/support/tiny_model.h"
#include "tests/support/tiny_run.h"

using namespace lorascope;
using app::engine::execute_run;
using app::engine::RunOutcome;
using store::RunState;
namespace fs = std::filesystem;

namespace {

/// A workspace in a temporary folder and runs in it.
struct Bench {
  test::TemporaryFolder folder;
  study::RunSettings settings = test::write_tiny_run(folder.path());
  store::Workspace workspace = store::Workspace::open_or_create(folder.path() / "workspace");
  store::RunStore runs{workspace};

  store::RunId create() { return runs.create(settings); }
  RunOutcome execute(store::RunId run) { return execute_run(workspace, run, {.silent = true}); }

  std::vector<double> values(store::RunId run, const std::string& series) {
    std::vector<double> values;
    for (const auto& point : runs.points(run, series)) values.push_back(point.value);
    return values;
  }
};

/// Posts a command as soon as the run has committed so many steps.
class Poster {
 public:
  Poster(const store::Workspace& workspace, store::RunId run, store::CommandKind kind)
      : thread_([&workspace, run, kind, own = std::make_shared<store::Workspace>(workspace.open_again())] {
          const store::RunStore runs(*own);
          for (int i = 0; i < 30000; ++i) {
            if (runs.num_points(run, "train/loss") > 0) {
              store::CommandBox(*own).post(run, kind);
              return;
            }
            std::this_thread::sleep_for(std::chrono::milliseconds(2));
          }
        }) {}
  ~Poster() { thread_.join(); }

 private:
  std::thread thread_;
};

}  // namespace

TEST_CASE("a run leaves everything about it in the store", "[engine]") {
  Bench bench;
  bench.settings.test_file = bench.settings.eval_file;
  bench.settings.export_folder = (bench.folder.path() / "export").string();
  const store::RunId run = bench.create();
  const RunOutcome outcome = bench.execute(run);
  INFO(outcome.reason);
  REQUIRE(outcome.exit_code == 0);

  const store::RunRecord record = bench.runs.get(run);
  CHECK(record.state == RunState::Finished);
  CHECK(record.result.scores.at("eval").count("f1") == 1);
  CHECK(record.result.scores.at("test").at("f1") == record.result.scores.at("eval").at("f1"));
  CHECK(record.result.parameters_trainable == record.result.parameters_all);
  CHECK(Json::parse(record.environment.data_hashes).at("train") == sha256_file(bench.settings.train_file));
  CHECK(record.environment.model_hash == sha256_file(fs::path(bench.settings.model) / "model.safetensors"));

  for (const char* series : {"train/loss", "train/grad_norm", "train/lr", "train/tokens_per_second", "time/seconds"}) {
    CHECK(bench.values(run, series).size() == 16);
  }
  CHECK(bench.values(run, "eval/f1").size() == 2);
  CHECK(bench.runs.evaluations(run).size() == 3);  // two epochs, and the test file
  CHECK_FALSE(bench.runs.spectra(run).empty());
  CHECK(bench.runs.predictions(run, "eval").size() == 20);

  const Json batch = Json::parse(*bench.runs.first_batch(run));
  REQUIRE(batch.at("rows").size() == 8);
  const Json& row = batch["rows"][0];
  CHECK(row.at("tokens").front() == "[CLS]");
  CHECK(row.at("labels").front().is_null());
  CHECK(row.at("tokens").size() == row.at("attention_mask").size());

  CHECK(bench.runs.artifacts(run, "model").size() == 1);
  CHECK(bench.runs.artifacts(run, "predictions").size() == 2);
  CHECK(bench.runs.artifacts(run, "checkpoint").empty());
  CHECK(test::weights_hash(bench.folder.path() / "export") == test::weights_hash(bench.workspace.run_folder(run) / "model"));
}

TEST_CASE("the same settings give the same bits", "[engine]") {
  Bench bench;
  const store::RunId first = bench.create(), second = bench.create();
  REQUIRE(bench.execute(first).exit_code == 0);
  REQUIRE(bench.execute(second).exit_code == 0);
  CHECK(bench.values(first, "train/loss") == bench.values(second, "train/loss"));
  bench.settings.training.seed = 7;
  const store::RunId third = bench.create();
  REQUIRE(bench.execute(third).exit_code == 0);
  CHECK(bench.values(first, "train/loss") != bench.values(third, "train/loss"));
}

TEST_CASE("a run that was stopped and resumed equals the whole one bit by bit", "[engine]") {
  Bench bench;
  bench.settings.training.epochs = 120;
  bench.settings.training.evaluate_every_steps = 300;
  bench.settings.training.keep_best = true;
  SECTION("full fine-tuning") { bench.settings.training.weight_decay = 0.01; }
  SECTION("low-rank adapters") { bench.settings.method = study::Method::Lora; }
  SECTION("compatible path") { bench.settings.training.compatible_path = true; }
  const std::string kind = bench.settings.method == study::Method::Lora ? "adapter" : "model";

  const store::RunId whole = bench.create(), parted = bench.create();
  REQUIRE(bench.execute(whole).exit_code == 0);
  RunOutcome stopped;
  {
    const Poster poster(bench.workspace, parted, store::CommandKind::Stop);
    stopped = bench.execute(parted);
  }
  REQUIRE(stopped.exit_code == 4);
  CHECK(bench.runs.get(parted).state == RunState::Stopped);
  const std::size_t steps_before = bench.values(parted, "train/loss").size();
  CHECK(steps_before > 0);
  CHECK(steps_before < 960);
  CHECK(bench.runs.artifacts(parted, "checkpoint").size() == 1);

  const RunOutcome resumed = bench.execute(parted);
  INFO(resumed.reason);
  REQUIRE(resumed.exit_code == 0);
  CHECK(bench.values(parted, "train/loss") == bench.values(whole, "train/loss"));
  CHECK(bench.values(parted, "eval/loss") == bench.values(whole, "eval/loss"));
  CHECK(bench.runs.get(parted).result.scores == bench.runs.get(whole).result.scores);
  CHECK(bench.runs.get(parted).best->step == bench.runs.get(whole).best->step);
  CHECK(bench.runs.get(parted).best->value == bench.runs.get(whole).best->value);
  CHECK(test::weights_hash(bench.workspace.run_folder(parted) / kind) ==
        test::weights_hash(bench.workspace.run_folder(whole) / kind));
}

TEST_CASE("what is wrong with a run's inputs becomes its reason", "[engine]") {
  Bench bench;
  SECTION("no model") {
    bench.settings.model = (bench.folder.path() / "nowhere").string();
    const store::RunId run = bench.create();
    CHECK(bench.execute(run).exit_code == 3);
    CHECK(bench.runs.get(run).state == RunState::Failed);
    CHECK_THAT(bench.runs.get(run).reason, Catch::Contains("nowhere"));
  }
  SECTION("data of another kind") {
    write_file_atomically(bench.settings.train_file, "one\n\ntwo\n");
    const store::RunId run = bench.create();
    CHECK(bench.execute(run).exit_code == 3);
    CHECK_THAT(bench.runs.get(run).reason, Catch::Contains("train.conll"));
    CHECK_FALSE(bench.runs.events(run).empty());
  }
  SECTION("a length that the model does not have") {
    bench.settings.training.max_length = 64;
    CHECK(bench.execute(bench.create()).exit_code == 2);
  }
  SECTION("a score that there is not") {
    bench.settings.training.keep_best = true;
    bench.settings.training.select_by = "bleu";
    const store::RunId run = bench.create();
    CHECK(bench.execute(run).exit_code == 3);
    CHECK_THAT(bench.runs.get(run).reason, Catch::Contains("bleu"));
  }
  SECTION("a loss that is no number") {
    bench.settings.training.learning_rate = 1e5;
    bench.settings.training.max_grad_norm = 0;
    bench.settings.training.epochs = 50;
    const store::RunId run = bench.create();
    const RunOutcome outcome = bench.execute(run);
    if (outcome.exit_code == 1) CHECK_THAT(outcome.hint, Catch::Contains("learning rate"));
  }
}

TEST_CASE("a damaged checkpoint fails the run and says which file", "[engine]") {
  Bench bench;
  bench.settings.training.epochs = 120;
  const store::RunId run = bench.create();
  {
    const Poster poster(bench.workspace, run, store::CommandKind::Stop);
    REQUIRE(bench.execute(run).exit_code == 4);
  }
  for (const auto& entry : fs::recursive_directory_iterator(bench.workspace.run_folder(run) / "checkpoints")) {
    if (entry.path().filename() == "weights.safetensors") fs::resize_file(entry.path(), entry.file_size() - 1);
  }
  const std::size_t points = bench.values(run, "train/loss").size();
  CHECK(bench.execute(run).exit_code == 3);
  CHECK_THAT(bench.runs.get(run).reason, Catch::Contains("weights.safetensors"));
  CHECK(bench.values(run, "train/loss").size() == points);
}

TEST_CASE("a finished run does not start again", "[engine]") {
  Bench bench;
  bench.settings.training.max_steps = 1;
  const store::RunId run = bench.create();
  REQUIRE(bench.execute(run).exit_code == 0);
  CHECK_THROWS_WITH(bench.execute(run), Catch::Contains("finished"));
}

TEST_CASE("training goes on from an adapter", "[engine]") {
  Bench bench;
  bench.settings.method = study::Method::Lora;
  const store::RunId first = bench.create();
  REQUIRE(bench.execute(first).exit_code == 0);
  bench.settings.adapter = (bench.workspace.run_folder(first) / "adapter").string();
  const store::RunId second = bench.create();
  const RunOutcome outcome = bench.execute(second);
  INFO(outcome.reason);
  REQUIRE(outcome.exit_code == 0);
  CHECK(bench.values(second, "train/loss").front() < bench.values(first, "train/loss").front());
  const auto parameters = bench.runs.get(second).result;
  CHECK(parameters.parameters_trainable < parameters.parameters_all);
}

TEST_CASE("questions and continuations leave their examples in the store", "[engine]") {
  Bench bench;
  const std::string task = GENERATE("squad", "swag");
  INFO(task);
  const fs::path folder = bench.folder.path();
  test::write_tiny_model(folder / "encoder", 1, /*num_labels=*/0);
  bench.settings.task = task;
  bench.settings.model = (folder / "encoder").string();
  bench.settings.training.batch_size = 2;
  bench.settings.training.max_length = 24;
  bench.settings.squad.stride = 4;
  const fs::path file = folder / (task == "squad" ? "data.json" : "data.csv");
  if (task == "squad") {
    write_file_atomically(file, R"({"version": "1.1", "data": [{"title": "t", "paragraphs": [{
        "context": "a b c d e f g h i j k l m n o p a b c d e f g h", "qas": [
        {"id": "1", "question": "q a?", "answers": [{"text": "d e", "answer_start": 6}]},
        {"id": "2", "question": "q b?", "answers": [{"text": "p", "answer_start": 30}]},
        {"id": "3", "question": "q c?", "answers": [{"text": "g h", "answer_start": 44}]}]}]}]})");
  } else {
    write_file_atomically(file,
                          ",video-id,fold-ind,startphrase,sent1,sent2,gold-source,ending0,ending1,ending2,ending3,label\n"
                          "0,v,1,a b,a,b,gold,c,d,e,f,2\n1,v,1,a b,a,b,gold,d d,c,f,e e,0\n2,v,1,g,g,h,gold,i,j,k,l,3\n");
  }
  bench.settings.train_file = bench.settings.eval_file = file.string();
  const store::RunId run = bench.create();
  const RunOutcome outcome = bench.execute(run);
  INFO(outcome.reason);
  REQUIRE(outcome.exit_code == 0);

  const std::string score = task == "squad" ? "exact_match" : "accuracy";
  CHECK(bench.runs.get(run).result.scores.at("eval").count(score) == 1);
  CHECK(bench.values(run, "eval/" + score).size() == 2);
  CHECK(bench.values(run, "eval/loss").size() == 2);
  const auto worst = bench.runs.predictions(run, store::worst_split("eval"));
  REQUIRE(worst.size() == 3);
  std::vector<double> losses(3);
  for (const store::Prediction& row : worst) {
    const Json content = Json::parse(row.content);
    losses.at(content.at("rank").get<std::size_t>() - 1) = content.at("loss").get<double>();
    CHECK(content.contains(task == "squad" ? "context" : "endings"));
    CHECK(content.contains("guess"));
  }
  CHECK(std::is_sorted(losses.rbegin(), losses.rend()));
  CHECK(bench.runs.prediction_steps(run, store::worst_split("eval")).size() == 2);
  const auto all = bench.runs.predictions(run, "eval");
  REQUIRE(all.size() == 3);
  CHECK_FALSE(Json::parse(all[0].content).contains("context"));

  const Json batch = Json::parse(*bench.runs.first_batch(run));
  CHECK(batch.at("task") == task);
  const Json& row = batch.at("rows").at(0);
  if (task == "swag") {
    REQUIRE(batch["rows"].size() == 8);
    CHECK(batch["rows"][1].at("choice") == 1);
    int right = 0;
    for (int i = 0; i < 4; ++i) right += batch["rows"][i].at("is_right").get<bool>();
    CHECK(right == 1);
  } else {
    for (std::size_t i = 0; i < row.at("labels").size(); ++i) {
      const bool is_marked = row["labels"][i] == "answer";
      const auto start = row.at("start_position").get<std::size_t>(), end = row.at("end_position").get<std::size_t>();
      CHECK(is_marked == (start > 0 && start <= i && i <= end));
    }
  }
  CHECK(bench.runs.artifacts(run, "nbest").size() == (task == "squad" ? 1 : 0));
}
