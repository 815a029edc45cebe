#include <ATen/ATen.h>

#include <filesystem>

#include "app/lorascope/engine/run_process.h"
#include "core/base/json.h"
#include "core/files/safetensors.h"
#include "core/files/xlora_folder.h"
#include "core/store/run_store.h"
#include "tests/support/catch.h"
#include "tests/support/temporary_folder.h"
#include "tests/support/tiny_run.h"

using namespace lorascope;
using app::engine::execute_run;
namespace fs = std::filesystem;

namespace {

/// A workspace, two adapters trained in it, and settings of a gate over them.
struct Bench {
  test::TemporaryFolder folder;
  study::RunSettings settings = test::write_tiny_run(folder.path());
  store::Workspace workspace = store::Workspace::open_or_create(folder.path() / "workspace");
  store::RunStore runs{workspace};

  Bench() {
    settings.method = study::Method::Lora;
    settings.lora.rank = 2;
    settings.training.learning_rate = 0.05;
    for (const char* name : {"north", "south"}) {
      settings.training.seed += 1;
      settings.export_folder = adapter(name).string();
      REQUIRE(run().exit_code == 0);
    }
    settings.method = study::Method::Xlora;
    settings.export_folder = (folder.path() / "mixture").string();
    settings.xlora.adapters = {adapter("north").string(), adapter("south").string()};
    settings.xlora.dropout = 0;
  }

  fs::path adapter(const std::string& name) const { return folder.path() / name; }
  app::engine::RunOutcome run() {
    last = runs.create(settings);
    return execute_run(workspace, last, {.silent = true});
  }
  std::vector<store::MetricPoint> points(const std::string& series) { return runs.points(last, series); }

  store::RunId last = 0;
};

}  // namespace

TEST_CASE("A run of X-LoRA trains the gate alone, keeps its scalings and writes a folder that goes on", "[engine]") {
  Bench bench;
  const auto outcome = bench.run();
  INFO(outcome.reason);
  REQUIRE(outcome.exit_code == 0);
  const store::RunRecord record = bench.runs.get(bench.last);
  const files::XloraFolder written = files::read_xlora_folder(bench.folder.path() / "mixture");
  CHECK(written.config.adapters == std::vector<std::string>{"north", "south"});
  std::int64_t gate = 0;
  for (const files::GateLayer& layer : written.gate) gate += layer.weight.numel() + layer.bias.numel();
  CHECK(record.result.parameters_trainable == gate);
  for (std::size_t n = 0; n < 2; ++n) {
    const files::AdapterFolder before = files::read_adapter_folder(bench.adapter(n == 0 ? "north" : "south"));
    for (const auto& module : before.modules())
      for (const std::string& name : {module.a_name, module.b_name})
        CHECK(at::equal(written.adapters[n].tensors.at(name), before.tensors.at(name)));
  }

  const auto entropy = bench.points("gate/entropy");
  REQUIRE(entropy.size() == 2);
  const auto north = bench.points("gate/share/north"), south = bench.points("gate/share/south");
  REQUIRE(north.size() == 2);
  CHECK(north[0].value + south[0].value == Approx(1));
  const auto looks = bench.runs.artifacts(bench.last, "scalings");
  REQUIRE(looks.size() == 2);
  const files::SafetensorsFile look(bench.workspace.resolved_path(looks[0].path));
  const Json tokens = Json::parse(look.metadata().at("tokens")), modules = Json::parse(look.metadata().at("modules"));
  CHECK(look.tensors().at("applied").shape ==
        std::vector<std::int64_t>{static_cast<std::int64_t>(tokens.size()), static_cast<std::int64_t>(modules.size()), 2});
  CHECK(tokens[0] == "[CLS]");
  CHECK(Json::parse(look.metadata().at("adapters")) == Json({"north", "south"}));

  bench.settings.adapter = bench.settings.export_folder;
  bench.settings.export_folder.clear();
  bench.settings.training.learning_rate = 1e-12;
  const double score = record.result.scores.at("eval").at("loss");
  REQUIRE(bench.run().exit_code == 0);
  CHECK(bench.runs.get(bench.last).result.scores.at("eval").at("loss") == Approx(score).epsilon(1e-6));
}

TEST_CASE("The gate of the originals' modes trains on padded rows", "[engine]") {
  Bench bench;
  for (const char* mode : {"xlora", "peft"}) {
    bench.settings.xlora.mode = mode;
    const auto outcome = bench.run();
    INFO(outcome.reason);
    REQUIRE(outcome.exit_code == 0);
    const files::XloraFolder written = files::read_xlora_folder(bench.folder.path() / "mixture");
    CHECK(std::string(files::text(written.config.format)) == mode);
    fs::remove_all(bench.folder.path() / "mixture");
  }
}
