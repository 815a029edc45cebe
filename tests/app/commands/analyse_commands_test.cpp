#include <fstream>

#include "core/base/files.h"
#include "core/store/run_store.h"
#include "tests/app/commands/program_runner.h"
#include "tests/support/catch.h"
#include "tests/support/temporary_folder.h"
#include "tests/support/tiny_model.h"
#include "tests/support/tiny_run.h"

using namespace lorascope;
using test::ProgramEnd;
using test::run_lorascope;
namespace fs = std::filesystem;

namespace {

/// A tiny model with an adapter over it, a text and minimal pairs in its letters.
struct Models {
  test::TemporaryFolder folder;
  const fs::path& path = folder.path();

  Models() {
    test::write_tiny_model(path / "model");
    test::write_tiny_adapter(path / "adapter");
    std::ofstream text(path / "text.txt");
    for (int i = 0; i < 20; ++i) text << "abc de" << static_cast<char>('a' + i % 18) << " fgh\n";
    std::ofstream pairs(path / "pairs.csv");
    pairs << "changed,kind,first,second\n";
    for (char letter = 'a'; letter < 'p'; ++letter)
      pairs << "form,order," << letter << " bcd e.,e bcd " << letter << ".\nmeaning,word," << letter << " bcd e.,"
            << letter << " bcd f.\n";
    std::ofstream bank(path / "bank.conllu");
    for (int i = 0; i < 30; ++i)
      bank << "1\tab\t_\tX\t_\t_\t2\t_\t_\t_\n2\tc" << static_cast<char>('a' + i % 18)
           << "\t_\tX\t_\t_\t0\t_\t_\t_\n3\tde\t_\tX\t_\t_\t2\t_\t_\t_\n\n";
  }
  ProgramEnd run(const std::string& arguments) const { return run_lorascope(path, "analyse " + arguments); }
};

}  // namespace

TEST_CASE("analyse compares hidden states of an adapter with its base", "[commands]") {
  const Models models;
  const std::string both = "--model model --adapter adapter ";
  const ProgramEnd cka = models.run(both + "--what cka --text text.txt --json");
  REQUIRE(cka.exit_code == 0);
  const Json map = cka.json();
  REQUIRE(map["subjects"].size() == 2);
  CHECK(map["subjects"][1]["method"] == "lora");
  REQUIRE(map["results"][0]["values"].size() == 3);
  CHECK(map["results"][0]["values"][0][0].get<double>() == Approx(1));  // embeddings are frozen
  CHECK(map["results"][0]["values"][2][2].get<double>() < 1);
  CHECK(map["tokens"].get<int>() > map["width"].get<int>());

  const ProgramEnd distances = models.run(both + "--what distances --text text.txt --json --csv distances.csv");
  REQUIRE(distances.exit_code == 0);
  const Json layers = distances.json()["results"][0]["layers"];
  CHECK(layers[0]["distance"]["mean"].get<double>() == Approx(0).margin(1e-6));
  CHECK(layers[2]["distance"]["mean"].get<double>() > 0);
  CHECK(layers[2]["cosine"]["mean"].get<double>() < 1);
  CHECK(read_file(models.path / "distances.csv").find("distances,") != std::string::npos);

  const Json pca = models.run(both + "--what pca --text text.txt --json").json();
  CHECK(pca["shares"].size() == 3);
  CHECK(pca["results"][1]["points"].size() == 3);
  CHECK(pca["results"][1]["points"][0].size() == pca["tokens"].size());
}

TEST_CASE("analyse tells sensitivity with floors, and probes with controls", "[commands]") {
  const Models models;
  const std::string both = "--model model --adapter adapter ";
  const ProgramEnd sensitivity = models.run(both + "--what sensitivity --pairs pairs.csv --json");
  REQUIRE(sensitivity.exit_code == 0);
  const Json answer = sensitivity.json();
  REQUIRE(answer["results"].size() == 3);
  CHECK(answer["subjects"][2]["method"] == "untrained");
  CHECK(answer["pairs"]["order"] == 15);
  for (const Json& layer : answer["results"][0]["layers"]) {
    const double form = layer["form"], meaning = layer["meaning"];
    CHECK(layer["value"].get<double>() == Approx(meaning / (meaning + form)));
    CHECK(layer["low"].get<double>() <= layer["value"].get<double>());
    CHECK(layer["high"].get<double>() >= layer["value"].get<double>());
  }
  CHECK(answer["results"][1].contains("difference"));
  CHECK(sensitivity.errors.find("fewer than 200 pairs") != std::string::npos);

  const ProgramEnd probe = models.run("model --what probe --treebank bank.conllu --json");
  REQUIRE(probe.exit_code == 0);
  CHECK(probe.json()["results"][0]["layers"].size() == 3);
  CHECK(probe.json()["results"][0]["layers"][0].contains("selectivity"));
}

TEST_CASE("analyse weighs updates against the base's directions", "[commands]") {
  const Models models;
  const Json answer = models.run("adapter --base model --what amplification --json").json();
  REQUIRE(answer["modules"].size() == 4);
  for (const auto& [name, module] : answer["modules"].items()) {
    CHECK(module["amplification"].get<double>() > 0);
    CHECK(module["random_amplification"].get<double>() > 0);
  }
  const Json alpha = models.run("adapter --base model --what alpha --json").json();
  REQUIRE(alpha["modules"].size() == 4);
  CHECK(alpha["modules"].begin().value().contains("random_alpha"));
}

TEST_CASE("analyse counts intruders beside those of a random update of the same size", "[commands]") {
  const Models models;
  const ProgramEnd end = models.run("adapter --base model --what intruders --threshold 0.95 --directions 4 --json");
  REQUIRE(end.exit_code == 0);
  const Json answer = end.json();
  std::int64_t random = 0;
  REQUIRE(answer["modules"].size() == 4);
  for (const auto& [name, module] : answer["modules"].items()) {
    std::int64_t below = 0;
    for (const Json& overlap : module["random_closest"]) below += overlap.get<double>() < 0.95;
    CHECK(module["random_closest"].size() == 4);
    CHECK(module["random_closest"] != module["closest"]);
    CHECK(module["random_intruders"] == below);
    random += below;
  }
  CHECK(answer["random_intruders"] == random);
  CHECK(end.errors.find("adapter 0/4") != std::string::npos);  // progress
  CHECK_FALSE(answer.contains("file"));  // no run, no workspace
}

TEST_CASE("an analysis of a run is kept in its workspace", "[commands]") {
  test::TemporaryFolder folder;
  test::write_tiny_run(folder.path());
  const std::string train = "train --workspace w --model model --task wnut17 --train train.conll --threads 1 --max-steps 3 ";
  REQUIRE(run_lorascope(folder.path(), train + "--method ft --lr 1e-2").exit_code == 0);
  std::ofstream text(folder.path() / "text.txt");
  for (int i = 0; i < 20; ++i) text << "abc de" << static_cast<char>('a' + i % 18) << " fgh\n";
  text.close();
  const ProgramEnd end = run_lorascope(folder.path(), "analyse 1 --workspace w --what cka --text text.txt --json");
  REQUIRE(end.exit_code == 0);
  CHECK(end.json()["subjects"][1]["run"] == 1);
  const store::Workspace workspace = store::Workspace::open(folder.path() / "w");
  const auto artifacts = store::RunStore(workspace).artifacts(1, "analysis");
  REQUIRE(artifacts.size() == 1);
  CHECK(Json::parse(read_file(folder.path() / "w" / artifacts[0].path))["analysis"] == "cka");
  for (const std::string what : {"intruders", "amplification", "alpha"}) {
    const ProgramEnd weights = run_lorascope(folder.path(), "analyse 1 --workspace w --what " + what + " --json");
    INFO(weights.errors);
    REQUIRE(weights.exit_code == 0);
    const Json kept = Json::parse(read_file(weights.json().at("file").get<std::string>()));
    CHECK(kept["analysis"] == what);
    CHECK(kept["subjects"][0]["run"] == 1);
    CHECK(kept["modules"] == weights.json()["modules"]);
  }
  CHECK(store::RunStore(workspace).artifacts(1, "analysis").size() == 4);
}

TEST_CASE("analyse says what it lacks", "[commands]") {
  const Models models;
  std::ofstream(models.path / "short.txt") << "ab\n";
  const ProgramEnd few = models.run("--model model --adapter adapter --what cka --text short.txt");
  CHECK(few.exit_code == 3);
  CHECK(few.errors.find("tokens at width 8") != std::string::npos);
  CHECK(models.run("adapter --what cka").exit_code == 2);
  CHECK(models.run("--model model --what probe").exit_code == 2);
  CHECK(models.run("--model model --what distances --text text.txt").exit_code == 2);
  CHECK(models.run("--what sensitivity").exit_code == 2);
  CHECK(models.run("--model model --adapter adapter --what sensitivity --pairs text.txt").exit_code == 3);
}

TEST_CASE("an X-LoRA run is analysed by its states, and its weights are refused with what to do instead", "[commands]") {
  test::TemporaryFolder folder;
  const auto run = [&](const std::string& arguments) { return run_lorascope(folder.path(), arguments); };
  test::write_tiny_run(folder.path());
  const std::string train = "train --workspace w --model model --task wnut17 --train train.conll --threads 1 --max-steps 3 ";
  for (const std::string name : {"north", "south"})
    REQUIRE(run(train + "--method lora --rank 2 --lr 0.05 --export " + name).exit_code == 0);
  const ProgramEnd trained = run(train + "--method xlora --adapters north,south --lr 0.05 --export mixture");
  INFO(trained.errors);
  REQUIRE(trained.exit_code == 0);
  std::ofstream text(folder.path() / "text.txt");
  for (int i = 0; i < 20; ++i) text << "abc de" << static_cast<char>('a' + i % 18) << " fgh\n";
  text.close();
  std::ofstream pairs(folder.path() / "pairs.csv");
  pairs << "changed,kind,first,second\n";
  for (char letter = 'a'; letter < 'p'; ++letter)
    pairs << "form,order," << letter << " bcd e.,e bcd " << letter << ".\nmeaning,word," << letter << " bcd e.,"
          << letter << " bcd f.\n";
  pairs.close();

  for (const std::string what : {"cka --text text.txt", "distances --text text.txt", "pca --text text.txt",
                                 "sensitivity --pairs pairs.csv"}) {
    const ProgramEnd states = run("analyse 1 3 --workspace w --json --what " + what);
    INFO(what << ": " << states.errors);
    REQUIRE(states.exit_code == 0);
    CHECK(states.json()["subjects"][2]["method"] == "xlora");
    CHECK(states.json()["subjects"][2]["run"] == 3);
  }
  const Json layers = run("analyse 3 --workspace w --json --what distances --text text.txt").json()["results"][0]["layers"];
  CHECK(layers[0]["distance"]["mean"].get<double>() == Approx(0).margin(1e-6));  // embeddings have no adapter
  CHECK(layers[2]["distance"]["mean"].get<double>() > 0);

  for (const std::string what : {"intruders", "amplification", "alpha"}) {
    for (const std::string subject : {"3", "mixture --base model"}) {
      const ProgramEnd weights = run("analyse " + subject + " --workspace w --what " + what);
      INFO(what << ": " << weights.errors);
      CHECK(weights.exit_code == 3);
      CHECK(weights.output.empty());
      CHECK(weights.errors.find("differs from token to token") != std::string::npos);
      CHECK(weights.errors.find("its adapters' folders") != std::string::npos);
    }
  }
  CHECK(run("analyse 1 3 --workspace w --what overlap").errors.find("differs from token to token") != std::string::npos);
  // The way out that the message names.
  CHECK(run("analyse mixture/north --base model --what intruders").exit_code == 0);
}
