#include <filesystem>
#include <sstream>
#include <string>

#include "core/base/files.h"
#include "core/store/pin_store.h"
#include "core/store/workspace.h"
#include "tests/app/commands/program_runner.h"
#include "tests/support/catch.h"
#include "tests/support/temporary_folder.h"
#include "tests/support/tiny_run.h"

using namespace lorascope;
using test::ProgramEnd;
using test::run_lorascope;
namespace fs = std::filesystem;

TEST_CASE("A run is inspected at the command line: answers, what-if, tables, wrong questions", "[commands]") {
  const test::TemporaryFolder folder;
  test::write_tiny_run(folder.path(), 24);
  const auto run = [&](const std::string& arguments) { return run_lorascope(folder.path(), arguments); };
  REQUIRE(run("train --workspace w --model model --task wnut17 --train train.conll --eval eval.conll --method lora --rank 2 "
              "--lr 0.05 --max-steps 4 --batch-size 8 --threads 1 --name first --export north")
              .exit_code == 0);
  const std::string inspect = "inspect --workspace w --threads 1 ";
  const ProgramEnd plain = run(inspect + "--run first --text 'abc d, e' --json");
  INFO(plain.errors);
  REQUIRE(plain.exit_code == 0);
  const Json words = plain.json().at("prediction").at("words");
  REQUIRE(words.size() == 4);
  CHECK(words.at(0).at("text") == "abc");
  CHECK(words.at(2).at("text") == ",");
  CHECK(words.at(0).at("probability").get<double>() > 0);
  CHECK(plain.json().at("rows").at(0).at("tokens").at(1).at("begin") == 0);
  CHECK(plain.json().at("layers").at(0).size() == 3);

  // The same model by its folders, and its base with the same head.
  const ProgramEnd folders =
      run("inspect --threads 1 --model model --adapter north --task wnut17 --text 'abc d, e' --json");
  REQUIRE(folders.exit_code == 0);
  CHECK(folders.json().at("prediction") == plain.json().at("prediction"));
  const ProgramEnd off = run(inspect + "--run 1 --text 'abc d, e' --without adapter --json");
  INFO(off.errors);
  REQUIRE(off.exit_code == 0);
  CHECK(off.json().at("layers").at(0).at(2).at("distance").get<double>() < 1e-5);
  CHECK(run(inspect + "--run 1 --text 'abc d, e' --set adapter@query=0.5 --block-off 1 --module-off value --json").exit_code == 0);

  const ProgramEnd pair = run(inspect + "--run 1 --text 'a b' --second 'b a'");
  REQUIRE(pair.exit_code == 0);
  CHECK(pair.output.starts_with("layer\tbase\ttuned\n0\t"));
  const ProgramEnd table = run(inspect + "--run 1 --file eval.conll");
  REQUIRE(table.exit_code == 0);
  CHECK(table.output.starts_with("class\ttexts\twords\ttokens\tadapter\t"));
  CHECK(run(inspect + "--run 1 --text 'a b' --nearest 1").output.find('[') != std::string::npos);

  // The adapter's folder names its base and task itself.
  const ProgramEnd alone = run("inspect --threads 1 --folder north --text 'abc d, e' --json");
  INFO(alone.errors);
  REQUIRE(alone.exit_code == 0);
  CHECK(alone.json().at("prediction") == plain.json().at("prediction"));
  CHECK(run("inspect --folder north --model model --text a").exit_code == 2);
  CHECK(run("inspect --folder train.conll --text a").exit_code == 2);

  const store::Workspace workspace = store::Workspace::open((folder.path() / "w").string());
  CHECK(run(inspect + "--run 1 --pins").exit_code == 2);
  store::PinStore(workspace).add(1, R"({"input":{"text":"a b"},"second":{"text":"b c d"}})");
  store::PinStore(workspace).add(1, R"({"input":{"question":"a","text":"b"}})");
  const ProgramEnd pinned = run(inspect + "--run 1 --pins --json");
  REQUIRE(pinned.exit_code == 0);
  CHECK(pinned.json().at("texts") == 2);

  write_file_atomically(folder.path() / "questions.jsonl",
                        "{\"id\":1,\"ask\":\"describe\"}\n{\"id\":2,\"ask\":\"sentence\",\"input\":{\"text\":\"a\"}}\n");
  const ProgramEnd served = run(inspect + "--run 1 --serve < questions.jsonl > served.jsonl; cat served.jsonl");
  REQUIRE(served.exit_code == 0);
  std::istringstream lines(served.output);
  std::string first, second;
  std::getline(lines, first);
  std::getline(lines, second);
  CHECK(Json::parse(first).at("answer").at("adapters") == Json({"adapter"}));
  CHECK(Json::parse(second).at("answer").at("prediction").at("words").size() == 1);

  CHECK(run(inspect + "--text a").exit_code == 2);
  CHECK(run(inspect + "--run 7 --text a").exit_code == 1);
  CHECK(run(inspect + "--run 1").exit_code == 2);
  const ProgramEnd unknown = run(inspect + "--run 1 --text a --without south");
  CHECK(unknown.exit_code == 2);
  CHECK(unknown.errors.find("south") != std::string::npos);
  CHECK(run("inspect --model model --task other --text a").exit_code == 2);
  CHECK(run(inspect + "--run 1 --file nowhere.conll").exit_code == 2);
}
