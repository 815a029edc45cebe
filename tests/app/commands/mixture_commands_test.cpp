#include <filesystem>
#include <sstream>
#include <string>
#include <vector>

#include "core/base/files.h"
#include "tests/app/commands/program_runner.h"
#include "tests/support/catch.h"
#include "tests/support/temporary_folder.h"
#include "tests/support/tiny_run.h"

using namespace lorascope;
using test::ProgramEnd;
using test::run_lorascope;
namespace fs = std::filesystem;

namespace {

/// A tiny model, two adapters trained on its tagging data, and questions over the letters that it knows.
struct MixtureFolder {
  test::TemporaryFolder folder;
  const fs::path& path = folder.path();

  MixtureFolder() {
    test::write_tiny_run(path, 24);
    for (const char* name : {"north", "south"})
      REQUIRE(run("train --workspace w --model model --task wnut17 --train train.conll --method lora --rank 2 --lr 0.05 "
                  "--max-steps 3 --batch-size 8 --threads 1 --seed " +
                  std::to_string(name[0]) + " --export " + name)
                  .exit_code == 0);
    Json questions = Json::array();
    for (int i = 0; i < 8; ++i)
      questions.push_back({{"id", "question " + std::to_string(i)},
                           {"question", "a b"},
                           {"answers", {{{"text", "d"}, {"answer_start", 6}}}}});
    const Json squad = {{"version", "1.1"},
                        {"data", {{{"title", "t"}, {"paragraphs", {{{"context", "a b c d e f"}, {"qas", questions}}}}}}}};
    write_file_atomically(path / "questions.json", squad.dump());
  }
  ProgramEnd run(const std::string& arguments) const { return run_lorascope(path, arguments); }
};

}  // namespace

TEST_CASE("One gate is trained over two tasks, shown, converted and used to predict", "[commands]") {
  const MixtureFolder folder;
  const ProgramEnd trained = folder.run(
      "mix train --model model --adapters north,south --train wnut17=train.conll --train squad=questions.json --eval "
      "wnut17=eval.conll --max-steps 6 --batch-size 4 --threads 1 --out mixture --json");
  INFO(trained.errors);
  REQUIRE(trained.exit_code == 0);
  CHECK(trained.json().at("steps") == 6);
  CHECK(trained.json().at("scores").at("wnut17").count("f1") == 1);
  CHECK(trained.json().at("train_loss").size() == 2);
  for (const char* file : {"xlora_config.json", "xlora_classifier.safetensors", "head-wnut17.safetensors",
                           "head-squad.safetensors", "north/adapter_config.json"})
    CHECK(fs::exists(folder.path / "mixture" / file));

  const ProgramEnd shown = folder.run("adapter show mixture --model model --json");
  INFO(shown.errors);
  REQUIRE(shown.exit_code == 0);
  const Json parameters = shown.json().at("parameters");
  CHECK(parameters.at("as_xlora_prints").at("trainable_experts_frozen") == 2 * parameters.at("gate").get<int>());
  CHECK(shown.json().at("config").at("adapters") == Json({"north", "south"}));

  REQUIRE(folder.run("adapter convert mixture --to peft --out peft").exit_code == 0);
  REQUIRE(folder.run("adapter convert peft --to xlora --out again").exit_code == 0);
  CHECK(read_file(folder.path / "again" / "xlora_classifier.safetensors") ==
        read_file(folder.path / "mixture" / "xlora_classifier.safetensors"));
  CHECK(folder.run("adapter convert north --to xlora --out nothing").exit_code == 2);
  CHECK_FALSE(fs::exists(folder.path / "nothing"));

  for (const char* mixture : {"mixture", "peft", "again"})
    CHECK(folder.run("predict --model model --task wnut17 --data eval.conll --threads 1 --adapter " +
                     std::string(mixture) + " --out " + mixture + ".conll")
              .exit_code == 0);
  CHECK(read_file(folder.path / "peft.conll") == read_file(folder.path / "mixture.conll"));
}

TEST_CASE("Each example is predicted with the adapter that it names, as that adapter does it alone", "[commands]") {
  const MixtureFolder folder;
  const std::string predict = "predict --model model --task wnut17 --data eval.conll --threads 1 --out ";
  // Sentences are separated by empty lines.
  const auto sentences = [&](const char* file) {
    std::vector<std::string> parts;
    std::istringstream lines(read_file(folder.path / file));
    bool is_new = true;
    for (std::string line; std::getline(lines, line);) {
      if (is_new && !line.empty()) parts.emplace_back();
      if (!line.empty()) parts.back() += line + '\n';
      is_new = line.empty();
    }
    return parts;
  };
  REQUIRE(folder.run(predict + "north.conll --adapter north").exit_code == 0);
  REQUIRE(folder.run(predict + "south.conll --adapter south").exit_code == 0);
  REQUIRE(folder.run(predict + "none.conll").exit_code == 0);
  const std::size_t count = sentences("north.conll").size();
  const std::vector<std::string> names = {"cold", "none", "south", "cold", "south", ""};
  std::string lines;
  for (std::size_t i = 0; i < count; ++i) lines += names[i % names.size()] + '\n';
  write_file_atomically(folder.path / "names.txt", lines);

  const std::string mixed = predict + "mixed.conll --adapter cold=north --adapter south/ --adapter-of names.txt";
  const ProgramEnd done = folder.run(mixed);
  INFO(done.errors);
  REQUIRE(done.exit_code == 0);
  const auto found = sentences("mixed.conll");
  REQUIRE(found.size() == count);
  for (std::size_t i = 0; i < count; ++i) {
    const std::string& name = names[i % names.size()];
    CHECK(found[i] == sentences(name == "cold" ? "north.conll" : name == "south" ? "south.conll" : "none.conll")[i]);
  }
  const ProgramEnd scores = folder.run(
      "evaluate --model model --task wnut17 --data eval.conll --threads 1 --json --adapter cold=north --adapter south "
      "--adapter-of names.txt");
  CHECK(scores.exit_code == 0);
  CHECK(scores.json().at("examples") == count);

  write_file_atomically(folder.path / "names.txt", "east\nwest\n" + lines.substr(lines.find('\n', lines.find('\n') + 1) + 1));
  const ProgramEnd unknown = folder.run(mixed);
  CHECK(unknown.exit_code == 3);
  CHECK(unknown.errors.find("east") != std::string::npos);
  CHECK(unknown.errors.find("west") != std::string::npos);
  CHECK(unknown.errors.find("cold, south, or none") != std::string::npos);
  write_file_atomically(folder.path / "names.txt", "cold\n");
  CHECK(folder.run(mixed).exit_code == 3);
  CHECK(folder.run(predict + "x.conll --adapter north --adapter-column topic").exit_code == 3);
  CHECK(folder.run(predict + "x.conll --adapter-of names.txt").exit_code == 2);
  CHECK(folder.run(predict + "x.conll --adapter north --adapter w/../north --adapter-of names.txt").exit_code == 2);
}

TEST_CASE("Weights of adapters are searched on a few examples", "[commands]") {
  const MixtureFolder folder;
  const std::string search =
      "mix search --model model --adapter north --adapter south --task wnut17 --data train.conll --budget 6 --threads 1 "
      "--json --mix-sum ";
  for (const char* sum : {"factors", "delta"}) {
    const ProgramEnd found = folder.run(search + sum);
    INFO(found.errors);
    REQUIRE(found.exit_code == 0);
    CHECK(found.json().at("weights").size() == 2);
    CHECK(found.json().at("objective").get<double>() >= found.json().at("loss").get<double>());
  }
}

TEST_CASE("Mixtures that make no sense are refused", "[commands]") {
  const MixtureFolder folder;
  const std::string gate = "mix train --model model --adapters north,south ";
  CHECK(folder.run(gate + "--train wnut17").exit_code == 2);
  CHECK(folder.run(gate + "--train wnut17=train.conll --eval squad=questions.json").exit_code == 2);
  CHECK(folder.run(gate + "--train poems=train.conll").exit_code == 2);
  CHECK(folder.run("mix train --model model --adapters north,nowhere --train wnut17=train.conll").exit_code == 3);
  CHECK(folder.run("train --workspace w --model model --task wnut17 --train train.conll --method xlora").exit_code == 2);
}
