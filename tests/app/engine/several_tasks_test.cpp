#include <ATen/ATen.h>

#include <algorithm>

#include "app/lorascope/engine/run_process.h"
#include "core/base/files.h"
#include "core/base/json.h"
#include "core/files/adapter_folder.h"
#include "core/files/safetensors.h"
#include "core/files/xlora_folder.h"
#include "core/store/run_store.h"
#include "tests/support/catch.h"
#include "tests/support/temporary_folder.h"
#include "tests/support/tiny_model.h"
#include "tests/support/tiny_tasks.h"

using namespace lorascope;
using app::engine::execute_run;
namespace fs = std::filesystem;

namespace {

/// Three finished runs of LoRA, one a task, and settings of a run over all of them.
struct Bench {
  test::TemporaryFolder folder;
  store::Workspace workspace = store::Workspace::open_or_create(folder.path() / "workspace");
  store::RunStore runs{workspace};
  study::RunSettings settings;
  store::RunId last = 0;

  explicit Bench(const std::string& lora_bias = "none") {
    test::write_tiny_tasks(folder.path());
    test::write_headless_model(folder.path() / "model", test::tiny_config(2));
    settings.model = (folder.path() / "model").string();
    settings.threads = 1;
    settings.training.batch_size = 8;
    settings.training.learning_rate = 0.02;
    settings.training.epochs = 2;
    settings.task = study::kSeveralTasks;
    settings.several.tasks = {"wnut17", "squad", "swag"};
    settings.several.train = files({"wnut17train.conll", "squad-train-part.json", "swag-train-part.csv"});
    settings.several.eval = files({"emerging.dev.conll", "squad-dev-part.json", "swag-dev-part.csv"});
    settings.several.test = {file("emerging.test.annotated"), "", ""};
    for (std::size_t i = 0; i < 3; ++i) {
      study::RunSettings lora = settings.of_task(i);
      lora.method = study::Method::Lora;
      lora.lora.rank = 2;
      lora.lora.bias = lora_bias;
      run(lora);
      settings.xlora.adapters.push_back(lora.task + "=run:" + std::to_string(last));
    }
    settings.method = study::Method::Xlora;
    settings.xlora.dropout = 0;
  }

  std::string file(const std::string& name) const { return (folder.path() / name).string(); }
  std::vector<std::string> files(const std::vector<std::string>& names) const {
    std::vector<std::string> paths;
    for (const std::string& name : names) paths.push_back(file(name));
    return paths;
  }
  void run(const study::RunSettings& chosen) {
    last = runs.create(chosen);
    const auto outcome = execute_run(workspace, last, {.silent = true});
    INFO(outcome.reason);
    REQUIRE(outcome.exit_code == 0);
  }
  store::RunRecord record() const { return runs.get(last); }
  std::vector<std::string> events(const std::string& level) const {
    std::vector<std::string> texts;
    for (const store::Event& event : runs.events(last))
      if (event.level == level) texts.push_back(event.text);
    return texts;
  }
};

bool any_contains(const std::vector<std::string>& texts, const std::string& part) {
  return std::any_of(texts.begin(), texts.end(),
                     [&](const std::string& text) { return text.find(part) != std::string::npos; });
}

}  // namespace

TEST_CASE("One gate over three tasks is a run like any other", "[engine]") {
  Bench bench;
  bench.settings.several.draw = "uniform";
  bench.run(bench.settings);
  const store::RunRecord record = bench.record();
  CHECK(record.task == "several");
  for (const char* split : {"eval/wnut17", "eval/squad", "eval/swag", "test/wnut17"})
    CHECK(record.result.scores.at(split).count("loss") == 1);
  const store::Scores& scores = record.result.scores;
  CHECK(scores.at("eval").at("mean") == Approx((100 * scores.at("eval/wnut17").at("f1") + scores.at("eval/squad").at("f1") +
                                                100 * scores.at("eval/swag").at("accuracy")) /
                                               3));
  REQUIRE(record.best);
  CHECK(record.best->metric == "mean");

  std::size_t steps = 0;
  for (const char* task : {"wnut17", "squad", "swag"})
    steps += bench.runs.points(bench.last, std::string("train/") + task + "/loss").size();
  CHECK(steps == bench.runs.points(bench.last, "train/loss").size());
  CHECK(bench.runs.points(bench.last, "eval/squad/f1").size() == 2);
  CHECK(bench.runs.points(bench.last, "eval/mean").size() == 2);
  CHECK(bench.runs.points(bench.last, "eval/swag/tokens_per_second").back().value > 0);
  double share = 0;
  for (const char* adapter : {"wnut17", "squad", "swag"})
    share += bench.runs.points(bench.last, std::string("gate/share/") + adapter).back().value;
  CHECK(share == Approx(1));
  CHECK(bench.runs.points(bench.last, "gate/entropy").size() == 2);
  CHECK(bench.runs.points(bench.last, "gate/squad/entropy").size() == 2);
  CHECK(bench.runs.predictions(bench.last, "eval/squad").size() == 8);
  CHECK_FALSE(bench.runs.predictions(bench.last, "eval/swag/worst").empty());

  const auto looks = bench.runs.artifacts(bench.last, "scalings");
  REQUIRE(looks.size() == 2);
  const files::SafetensorsFile look(bench.workspace.resolved_path(looks[0].path));
  const Json rows = Json::parse(look.metadata().at("tasks"));
  CHECK(look.tensors().at("boundaries").shape.at(0) == static_cast<std::int64_t>(rows.size()) + 1);
  CHECK(Json::parse(look.metadata().at("adapters")) == Json({"wnut17", "squad", "swag"}));

  const auto folders = bench.runs.artifacts(bench.last, "xlora");
  REQUIRE(folders.size() == 1);
  const fs::path folder = bench.workspace.resolved_path(folders[0].path);
  CHECK(files::read_xlora_folder(folder).config.adapters == std::vector<std::string>{"wnut17", "squad", "swag"});
  for (const char* task : {"wnut17", "squad", "swag"})
    CHECK(fs::exists(folder / ("head-" + std::string(task) + ".safetensors")));
  CHECK_FALSE(fs::exists(bench.workspace.run_folder(bench.last) / "checkpoints"));
}

TEST_CASE("The best state of a run over three tasks is scored and exported", "[engine]") {
  Bench bench;
  bench.settings.training.keep_best = true;
  bench.settings.training.select_by = "mean";
  bench.settings.training.accumulate = 2;
  bench.settings.training.early_stopping_patience = 2;
  bench.settings.training.epochs = 4;
  for (const study::Method method : {study::Method::Xlora, study::Method::Meteora, study::Method::FullFineTuning}) {
    bench.settings.method = method;
    bench.run(bench.settings);
    const store::RunRecord record = bench.record();
    REQUIRE(record.best);
    CHECK(record.best->metric == "mean");
    CHECK(record.result.scores.at("eval").at("mean") == Approx(record.best->value));
    double best = 0;
    for (const store::MetricPoint& point : bench.runs.points(bench.last, "eval/mean")) best = std::max(best, point.value);
    CHECK(record.best->value == Approx(best));
    const char* kind = method == study::Method::Xlora ? "xlora" : method == study::Method::Meteora ? "gates" : "model";
    CHECK(bench.runs.artifacts(bench.last, kind).at(0).step == record.best->step);
    std::size_t losses = 0;
    for (const char* task : {"wnut17", "squad", "swag"})
      losses += bench.runs.points(bench.last, std::string("train/") + task + "/loss").size();
    CHECK(losses > bench.runs.points(bench.last, "train/loss").size());  // steps over two tasks
  }
  bench.settings.training.select_by = "loss";
  bench.run(bench.settings);
  CHECK(bench.record().best->metric == "loss");
  CHECK(bench.runs.points(bench.last, "eval/mean_loss").size() >= 2);
}

TEST_CASE("A choice of the best state needs an evaluation of every task", "[engine]") {
  Bench bench;
  bench.settings.training.keep_best = true;
  bench.settings.several.eval[1].clear();
  bench.last = bench.runs.create(bench.settings);
  const auto outcome = execute_run(bench.workspace, bench.last, {.silent = true});
  CHECK(outcome.exit_code == 2);
  CHECK_THAT(outcome.reason, Catch::Contains("evaluation file of squad"));
}

TEST_CASE("Adapters with trained biases of the base are not mixed, only switched between", "[engine]") {
  const std::string bias = GENERATE("all", "lora_only");
  Bench bench(bias);
  bench.settings.training.max_steps = 1;
  bench.settings.mix.budget = 2;
  using study::Method;
  for (const Method method : {Method::Xlora, Method::Meteora, Method::Arrow, Method::Merge, Method::Lorahub}) {
    for (const char* sum : {"factors", "delta"}) {
      bench.settings.method = method;
      bench.settings.mix.sum = sum;
      bench.last = bench.runs.create(bench.settings);
      const auto outcome = execute_run(bench.workspace, bench.last, {.silent = true});
      INFO(outcome.reason);
      CHECK(outcome.exit_code == 3);
      CHECK_THAT(outcome.reason, Catch::Contains("bias \"" + bias + "\"") && Catch::Contains("leave the base as it is") &&
                                     Catch::Contains("Hint: train it with --lora-bias none"));
      if (method != Method::Lorahub) break;
    }
  }
  bench.settings.method = Method::Switch;
  bench.run(bench.settings);
  for (std::size_t i = 0; i < 3; ++i) {
    const store::Scores alone = bench.runs.get(static_cast<store::RunId>(i) + 1).result.scores;
    CHECK(bench.record().result.scores.at("eval/" + bench.settings.several.tasks[i]).at("loss") ==
          Approx(alone.at("eval").at("loss")));
  }
}

TEST_CASE("Gates that mislead are warned of in the run's events", "[engine]") {
  Bench bench;
  bench.settings.xlora.layerwise = false;
  bench.settings.xlora.top_k = 1;
  bench.settings.training.max_steps = 1;
  bench.run(bench.settings);
  const auto warnings = bench.events("warning");
  CHECK(any_contains(warnings, "one set of scalings for all modules"));
  CHECK(any_contains(warnings, "no longer add up to 1"));
  CHECK_FALSE(any_contains(warnings, "the gate has collapsed"));
  // A bias that always prefers the first adapter.
  files::XloraFolder mixture =
      files::read_xlora_folder(bench.workspace.resolved_path(bench.runs.artifacts(bench.last, "xlora")[0].path));
  mixture.gate.back().bias = at::tensor({100.0F, 0.0F, 0.0F});
  files::write_xlora_folder(bench.folder.path() / "collapsed", mixture);
  bench.settings.adapter = (bench.folder.path() / "collapsed").string();
  bench.run(bench.settings);
  CHECK(any_contains(bench.events("warning"), "the gate has collapsed"));
}

TEST_CASE("Mixtures without steps score every task and leave what they found", "[engine]") {
  Bench bench;
  bench.settings.method = study::Method::Merge;
  bench.settings.mix.weights = {1, 0.5, -0.25};
  bench.run(bench.settings);
  CHECK(bench.record().result.parameters_trainable == 0);
  CHECK(bench.record().result.scores.at("eval/swag").count("accuracy") == 1);
  const auto merged = bench.runs.artifacts(bench.last, "adapter");
  REQUIRE(merged.size() == 1);
  CHECK(files::read_adapter_folder(bench.workspace.resolved_path(merged[0].path)).config.rank == 6);

  bench.settings.method = study::Method::Lorahub;
  for (const char* sum : {"factors", "delta"}) {
    bench.settings.mix.sum = sum;
    bench.settings.mix.budget = 3;
    bench.run(bench.settings);
    const auto weights = bench.runs.artifacts(bench.last, "weights");
    REQUIRE(weights.size() == 1);
    const Json found = Json::parse(read_file(bench.workspace.resolved_path(weights[0].path)));
    CHECK(found.at("squad").at("weights").size() == 3);
    CHECK(any_contains(bench.events("info"), "weights for squad"));
  }
  bench.settings.method = study::Method::Switch;
  bench.settings.xlora.adapters.pop_back();
  bench.last = bench.runs.create(bench.settings);
  const auto outcome = execute_run(bench.workspace, bench.last, {.silent = true});
  CHECK(outcome.exit_code == 3);
  CHECK_THAT(outcome.reason, Catch::Contains("swag"));
}

TEST_CASE("Adapters of runs that have none are refused", "[engine]") {
  Bench bench;
  bench.settings.xlora.adapters = {"a=run:1", "b=run:99"};
  bench.last = bench.runs.create(bench.settings);
  const auto outcome = execute_run(bench.workspace, bench.last, {.silent = true});
  CHECK(outcome.exit_code == 3);
  CHECK_THAT(outcome.reason, Catch::Contains("no run 99"));
}
