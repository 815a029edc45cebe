#include <filesystem>
#include <fstream>
#include <sstream>

#include "core/base/files.h"
#include "core/store/run_store.h"
#include "tests/app/commands/program_runner.h"
#include "tests/support/catch.h"
#include "tests/support/temporary_folder.h"
#include "tests/support/tiny_run.h"

using namespace lorascope;
using test::ProgramEnd;
namespace fs = std::filesystem;

namespace {

/// Two finished runs, FT and LoRA of rank 3 with seeds 1 and 2; made once for all cases.
const fs::path& trained() {
  static const test::TemporaryFolder folder;
  static const bool is_made = [] {
    test::write_tiny_run(folder.path());
    std::ofstream(folder.path() / "study.toml")
        << "name = \"tiny\"\ntask = \"wnut17\"\nmodel = \"model\"\nthreads = 1\nseeds = [1, 2]\n"
           "[data]\ntrain = \"train.conll\"\neval = \"eval.conll\"\n[training]\nbatch_size = 8\nepochs = 4\n"
           "learning_rate = 1e-2\n[[methods]]\nmethod = \"ft\"\n[[methods]]\nmethod = \"lora\"\nlora.rank = 3\n"
           "training.learning_rate = 5e-2\n";
    const ProgramEnd end = test::run_lorascope(folder.path(), "run study.toml");
    INFO(end.errors);
    REQUIRE(end.exit_code == 0);
    return true;
  }();
  REQUIRE(is_made);
  return folder.path();
}

ProgramEnd run(const std::string& arguments) { return test::run_lorascope(trained(), arguments); }

store::RunRecord record(std::int64_t id) {
  return store::RunStore(store::Workspace::open(trained() / "lorascope-workspace")).get(id);
}

std::int64_t first_of(const std::string& method, int number = 0) {
  for (const store::RunRecord& each :
       store::RunStore(store::Workspace::open(trained() / "lorascope-workspace")).list())
    if (each.method == method && !each.parent && number-- == 0) return each.id;
  return 0;
}

std::string text(std::int64_t id) { return std::to_string(id); }

/// Scores of the run itself, over the same examples.
double own_f1(std::int64_t id) { return record(id).result.scores.at("eval").at("f1"); }

}  // namespace

TEST_CASE("Kept share 1 is the run itself, other shares differ, and points come as lines", "[app]") {
  for (const char* method : {"ft", "lora"}) {
    const std::int64_t id = first_of(method);
    const ProgramEnd end = run("kept-share " + text(id) + " --shares 1,0.5,0 --threshold 1 --json");
    INFO(method << ": " << end.errors);
    REQUIRE(end.exit_code == 0);
    const Json answer = end.json();
    CHECK(answer.at("intruders").get<int>() > 0);
    CHECK(answer.at("examples") == 20);
    CHECK(answer.at("base_task") == "own text among 32");
    REQUIRE(answer.at("points").size() == 3);
    CHECK(answer.at("points")[0].at("scores").at("f1").get<double>() == Approx(own_f1(id)).margin(1e-9));
    CHECK(answer.at("points")[0].at("scores").at("loss") != answer.at("points")[2].at("scores").at("loss"));
    CHECK(answer.at("base_task_of_base").get<double>() <= answer.at("points")[0].at("base_task").get<double>());
  }
  const ProgramEnd lines = run("kept-share " + text(first_of("lora")) + " --shares 1,0 --rows 5 --lines");
  REQUIRE(lines.exit_code == 0);
  std::istringstream stream(lines.output);
  std::string line;
  std::vector<Json> objects;
  while (std::getline(stream, line)) objects.push_back(Json::parse(line));
  REQUIRE(objects.size() == 3);
  CHECK(objects[0].at("share") == 1);
  CHECK(objects[2].at("examples") == 5);
}

TEST_CASE("A saved share is a run with its parent, spectra and the measured score", "[app]") {
  const std::int64_t id = first_of("lora");
  const Json measured = run("kept-share " + text(id) + " --shares 0.5 --threshold 1 --json").json();
  const ProgramEnd end = run("derive " + text(id) + " --kept-share 0.5 --threshold 1 --json");
  INFO(end.errors);
  REQUIRE(end.exit_code == 0);
  const std::int64_t derived = end.json().at("run_id");
  const store::RunRecord run_record = record(derived);
  CHECK(run_record.parent == id);
  CHECK(run_record.study == "tiny");
  CHECK(run_record.state == store::RunState::Finished);
  CHECK(run_record.command_line.find("derive " + text(id)) != std::string::npos);
  CHECK(own_f1(derived) == Approx(measured.at("points")[0].at("scores").at("f1").get<double>()).margin(1e-6));
  CHECK(run_record.result.scores.at("eval").at("loss") ==
        Approx(measured.at("points")[0].at("scores").at("loss").get<double>()).epsilon(1e-4));
  CHECK(fs::exists(trained() / "lorascope-workspace" / "artifacts" / ("run-" + text(derived)) / "adapter" /
                   "adapter_config.json"));
  // It can be taken apart like any other.
  CHECK(run("analyse " + text(derived) + " --what intruders --json").exit_code == 0);
}

TEST_CASE("Scaling by 1 and cutting to the own rank change nothing; scaling by 0 leaves the base", "[app]") {
  for (const char* method : {"ft", "lora"}) {
    const std::int64_t id = first_of(method);
    const Json same = run("derive " + text(id) + " --scale 1 --json").json();
    CHECK(same.at("scores").at("loss").get<double>() ==
          Approx(record(id).result.scores.at("eval").at("loss")).epsilon(1e-4));
    const Json none = run("derive " + text(id) + " --scale 0 --json").json();
    CHECK(none.at("scores").at("loss") != same.at("scores").at("loss"));
  }
  const std::int64_t lora = first_of("lora");
  const Json cut = run("derive " + text(lora) + " --rank 3 --json").json();
  CHECK(cut.at("scores").at("loss").get<double>() ==
        Approx(record(lora).result.scores.at("eval").at("loss")).epsilon(1e-4));
  const Json whole = run("derive " + text(lora) + " --whole --json").json();
  CHECK(record(whole.at("run_id")).method == "ft");
  CHECK(whole.at("scores").at("loss").get<double>() ==
        Approx(record(lora).result.scores.at("eval").at("loss")).epsilon(1e-4));
}

TEST_CASE("Merging with itself at halves is the run itself", "[app]") {
  const std::int64_t lora = first_of("lora");
  const Json merged = run("derive " + text(lora) + " --with " + text(lora) + " --weights 0.5,0.5 --json").json();
  CHECK(merged.at("scores").at("loss").get<double>() ==
        Approx(record(lora).result.scores.at("eval").at("loss")).epsilon(1e-4));
}

TEST_CASE("What cannot be derived says why and leaves nothing", "[app]") {
  const auto count = [] {
    return store::RunStore(store::Workspace::open(trained() / "lorascope-workspace")).list().size();
  };
  const std::int64_t ft = first_of("ft"), lora = first_of("lora");
  const std::size_t before = count();
  const std::pair<std::string, const char*> wrong[] = {
      {"derive " + text(ft) + " --rank 2", "needs an adapter"},
      {"derive " + text(lora), "found 0 operations"},
      {"derive " + text(lora) + " --scale 2 --rank 1", "found 2 operations"},
      {"derive " + text(lora) + " --kept-share 0 --threshold 0", "no intruder"},
      {"derive 9999 --scale 2", "9999"}};
  for (const auto& [arguments, message] : wrong) {
    const ProgramEnd end = run(arguments);
    INFO(arguments << ": " << end.errors);
    CHECK(end.exit_code != 0);
    CHECK(end.errors.find(message) != std::string::npos);
  }
  CHECK(count() == before);
}

TEST_CASE("Directions of one run against its base, and of two runs with their floor", "[app]") {
  const Json own = run("directions " + text(first_of("ft")) + " --module layer.1.attention.self.query --json").json();
  REQUIRE(own.at("modules").size() == 1);
  CHECK(own.at("modules").begin()->at("rows") == 8);
  const Json two = run("directions " + text(first_of("lora")) + " --against " + text(first_of("lora", 1)) +
                       " --directions 3 --json").json();
  CHECK(two.at("modules").size() == 4);
  const Json& grid = *two.at("modules").begin();
  CHECK(grid.at("rows") == 3);
  CHECK(grid.at("floor").back().get<double>() == Approx(3.0 / 8));
  CHECK(run("directions " + text(first_of("ft")) + " --module nowhere").exit_code == 2);
}
