#include <filesystem>
#include <string>

#include "core/base/files.h"
#include "tests/app/commands/program_runner.h"
#include "tests/support/catch.h"
#include "tests/support/temporary_folder.h"

using namespace lorascope;
using test::ProgramEnd;
using test::run_lorascope;

namespace {

const std::string kQuestions = R"({"data": [{"title": "T", "paragraphs": [{"context": "a kite flew", "qas": [)"
                               R"({"id": "q1", "question": "what", "answers": [{"text": "kite", "answer_start": 2}]},)"
                               R"({"id": "q2", "question": "why", "answers": [], "is_impossible": true}]}]}]})";
const std::string kRows = "sent1,sent2,ending0,ending1,ending2,ending3,label\na,b,c,d,e,f,1\na,c,c,d,e,f,0\n";

// A folder with a vocabulary of letters and one data file of each task.
struct DataFolder {
  test::TemporaryFolder folder;
  const std::filesystem::path& path = folder.path();

  DataFolder() {
    std::string vocabulary = "[PAD]\n[UNK]\n[CLS]\n[SEP]\n[MASK]\n";
    for (char letter = 'a'; letter <= 'z'; ++letter) vocabulary += std::string(1, letter) + "\n##" + letter + "\n";
    write("vocab.txt", vocabulary);
    write("questions.json", kQuestions);
    write("rows.csv", kRows);
  }
  void write(const std::string& name, const std::string& content) const { write_file_atomically(path / name, content); }
  ProgramEnd run(const std::string& arguments, const std::string& environment = "") const {
    return run_lorascope(path, arguments, environment);
  }
};

}  // namespace

TEST_CASE("encode writes the features of questions and of continuations", "[commands]") {
  const DataFolder folder;
  CHECK(
      folder.run("encode --vocab vocab.txt --task squad --data questions.json --split train --out q.jsonl").exit_code ==
      0);
  const std::string questions = read_file(folder.path / "q.jsonl");
  CHECK(questions.starts_with("{\"example\":0,\"id\":\"q1\",\"input_ids\":[2,"));
  CHECK_THAT(questions, Catch::Contains("\"start_position\":7,\"end_position\":10}"));
  CHECK_THAT(questions,
             Catch::Contains("\"id\":\"q2\"") && Catch::Contains("\"start_position\":0,\"end_position\":0}"));
  const ProgramEnd small = folder.run(
      "encode --vocab vocab.txt --task squad --data questions.json --split eval --max-length 7 --stride 0 --out "
      "s.jsonl");
  CHECK(small.exit_code == 0);
  CHECK_THAT(small.errors, Catch::Contains("question q1"));  // four letters leave no room
  CHECK_THAT(read_file(folder.path / "s.jsonl"), Catch::Contains("\"offsets\":[null,null"));
  CHECK(folder.run("encode --vocab vocab.txt --task squad --data questions.json --max-length 9 --stride 9 --out x")
            .exit_code == 2);
  CHECK(folder.run("encode --vocab vocab.txt --task swag --data rows.csv --out c.jsonl").exit_code == 0);
  CHECK(read_file(folder.path / "c.jsonl")
            .starts_with("{\"example\":0,\"choice\":0,\"input_ids\":[2,5,3,7,9,3],\"token_type_ids\":[0,0,0,1,1,1],"
                         "\"label\":1}\n"));
  CHECK(folder.run("encode --vocab vocab.txt --task swag --data questions.json --out y").exit_code == 3);
  CHECK_FALSE(std::filesystem::exists(folder.path / "x"));
  CHECK_FALSE(std::filesystem::exists(folder.path / "y"));
}

TEST_CASE("score prints the scores of answers and of choices", "[commands]") {
  const DataFolder folder;
  folder.write("answers.json", R"({"q1": "The Kite!", "q2": "wind"})");
  const ProgramEnd answers = folder.run("score --task squad --data questions.json --predictions answers.json --json");
  REQUIRE(answers.exit_code == 0);
  CHECK(answers.json()["exact_match"] == 50.0);
  CHECK(answers.json()["HasAns_f1"] == 100.0);
  CHECK(answers.json()["NoAns_f1"] == 0.0);
  CHECK(answers.json()["total"] == 2.0);
  folder.write("odds.json", R"({"q1": -4, "q2": 1})");
  const ProgramEnd best =
      folder.run("score --task squad --data questions.json --predictions answers.json --null-odds odds.json --json");
  CHECK(best.json()["best_exact"] == 100.0);
  CHECK(best.json()["best_exact_thresh"] == -4.0);
  folder.write("few.json", R"({"q1": "kite"})");
  const ProgramEnd few = folder.run("score --task squad --data questions.json --predictions few.json --json");
  CHECK(few.json()["exact_match"] == 50.0);
  CHECK_THAT(few.errors, Catch::Contains("1 questions are not answered"));
  folder.write("choices.csv", "index,choice\n0,1\n1,3\n");
  CHECK(folder.run("score --task swag --data rows.csv --predictions choices.csv --json").json()["accuracy"] == 0.5);
  folder.write("choices.csv", "index,choice\n0,1\n");
  CHECK(folder.run("score --task swag --data rows.csv --predictions choices.csv --json").exit_code == 3);
}

TEST_CASE("data make and data show know all three tasks", "[commands]") {
  const DataFolder folder;
  for (const std::string& task : {std::string("squad .json questions"), std::string("swag .csv rows")}) {
    const std::string name = task.substr(0, task.find(' '));
    const std::string ending = task.substr(name.size() + 1, task.rfind(' ') - name.size() - 1);
    const std::string count = task.substr(task.rfind(' ') + 1);
    CAPTURE(name);
    CHECK(folder.run("data make " + name + " --out " + name + " --size 40").exit_code == 0);
    for (const char* part : {"train", "dev", "test"}) {
      CHECK(folder.run("data show " + name + " " + name + "/" + part + ending).exit_code == 0);
    }
    const ProgramEnd shown = folder.run("data show " + name + " " + name + "/train" + ending + " --json");
    REQUIRE(shown.exit_code == 0);
    CHECK(shown.json()[count] == 40);
    CHECK(shown.json()["first_rows"].size() == 3);
    CHECK(shown.json()["problems"].empty());
    const ProgramEnd counted = folder.run("data show " + name + " " + name + "/train" + ending +
                                          " --vocab vocab.txt --max-length 64 --stride 4 --json");
    CHECK(counted.json()["tokens"]["longest"] == 64);
    CHECK(counted.json()["tokens"]["rows"] >= 40);
    CHECK_THAT(folder.run("data show " + name + " " + name + "/dev" + ending).output, Catch::Contains("10 " + count));
  }
  folder.write("bad.csv", kRows + "a,b,c,d,e,f,7\n");
  const ProgramEnd bad = folder.run("data show swag bad.csv --json");
  CHECK(bad.exit_code == 3);
  CHECK(bad.json()["rows"] == 2);
  CHECK(bad.json()["problems"].size() == 1);
  CHECK_THAT(bad.errors, Catch::Contains("bad.csv:4: label"));
}

TEST_CASE("data part cuts a file that the other commands read", "[commands]") {
  const DataFolder folder;
  for (const std::string& task : {std::string("wnut17 .conll"), std::string("squad .json"), std::string("swag .csv")}) {
    const std::string name = task.substr(0, task.find(' '));
    const std::string ending = task.substr(name.size() + 1);
    CAPTURE(name);
    REQUIRE(folder.run("data make " + name + " --out " + name + " --size 40").exit_code == 0);
    const std::string whole = name + "/train" + ending;
    CHECK(folder.run("data part " + name + " " + whole + " --every 2 --out half" + ending).exit_code == 0);
    CHECK(folder.run("data show " + name + " half" + ending).exit_code == 0);
    const ProgramEnd nothing = folder.run("data part " + name + " " + whole + " --max-words 1 --out none" + ending);
    CHECK(nothing.exit_code == 3);
    CHECK_THAT(nothing.errors, Catch::Contains("--max-words"));
  }
}

TEST_CASE("data get says what it can fetch, and offline that it may not", "[commands]") {
  const DataFolder folder;
  CHECK(folder.run("data get").exit_code == 2);
  const ProgramEnd unknown = folder.run("data get chess");
  CHECK(unknown.exit_code == 2);
  CHECK_THAT(unknown.errors, Catch::Contains("wnut17, squad"));
  const ProgramEnd offline = folder.run("data get squad --to here", "HF_HUB_OFFLINE=1");
  CHECK(offline.exit_code == 1);
  CHECK_THAT(offline.errors, Catch::Contains("HF_HUB_OFFLINE"));
  CHECK(folder.run("data get squad --from http://127.0.0.1:9 --to here").exit_code == 1);
}
