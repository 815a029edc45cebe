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

// A folder with a vocabulary of letters.
struct TextFolder {
  test::TemporaryFolder folder;
  const std::filesystem::path& path = folder.path();

  TextFolder() {
    std::string vocabulary = "[PAD]\n[UNK]\n[CLS]\n[SEP]\n[MASK]\n";
    for (char letter = 'a'; letter <= 'z'; ++letter) vocabulary += std::string(1, letter) + "\n##" + letter + "\n";
    write("vocab.txt", vocabulary);
  }
  void write(const std::string& name, const std::string& content) const { write_file_atomically(path / name, content); }
  ProgramEnd run(const std::string& arguments) const { return run_lorascope(path, arguments); }
};

}  // namespace

TEST_CASE("tokenize writes one line a case and the original's refusals as errors", "[commands]") {
  const TextFolder folder;
  folder.write("cases.jsonl",
               "{\"id\": \"a\", \"text\": \"Ab c\"}\n"
               "{\"id\": \"b\", \"text\": \"a\", \"options\": {\"truncation\": \"only_first\", \"max_length\": 4, "
               "\"stride\": 9}}\n");
  CHECK(folder.run("tokenize --vocab vocab.txt --in cases.jsonl --out out.jsonl").exit_code == 0);
  const std::string out = read_file(folder.path / "out.jsonl");
  const Json first = Json::parse(out.substr(0, out.find('\n')));
  CHECK(first["encodings"][0]["tokens"] == Json({"[CLS]", "a", "##b", "c", "[SEP]"}));
  CHECK(first["encodings"][0]["word_ids"] == Json({nullptr, 0, 0, 1, nullptr}));
  CHECK_THAT(out, Catch::Contains("{\"id\":\"b\",\"error\":"));
}

TEST_CASE("tokenize refuses damaged cases with their lines and writes nothing", "[commands]") {
  const TextFolder folder;
  folder.write(
      "cases.jsonl",
      "{\"id\": 1, \"text\": 5}\n{\"id\"\n{\"id\": 3, \"text\": \"a\", \"options\": {\"truncation\": \"x\"}}\n");
  const ProgramEnd end = folder.run("tokenize --vocab vocab.txt --in cases.jsonl --out out.jsonl");
  CHECK(end.exit_code == 3);
  CHECK_THAT(end.errors, Catch::Contains("jsonl:1") && Catch::Contains("jsonl:2") && Catch::Contains("jsonl:3"));
  CHECK_FALSE(std::filesystem::exists(folder.path / "out.jsonl"));
  CHECK(folder.run("tokenize --in cases.jsonl --out out.jsonl").exit_code == 2);
  CHECK(folder.run("tokenize --vocab absent.txt --in cases.jsonl --out out.jsonl").exit_code == 3);
}

TEST_CASE("encode writes canonical features and refuses damaged data", "[commands]") {
  const TextFolder folder;
  folder.write("posts.conll", "Mia\tB-person\nis\tO\n");
  CHECK(
      folder.run("encode --vocab vocab.txt --task wnut17 --data posts.conll --max-length 5 --out f.jsonl").exit_code ==
      0);
  CHECK(read_file(folder.path / "f.jsonl") ==
        "{\"example\":0,\"input_ids\":[2,29,22,6,3],\"token_type_ids\":[0,0,0,0,0],\"word_ids\":[-1,0,0,0,-1],"
        "\"labels\":[-100,9,-100,-100,-100]}\n");
  folder.write("bad.conll", "Mia\tperson\n");
  CHECK(folder.run("encode --vocab vocab.txt --task wnut17 --data bad.conll --out g.jsonl").exit_code == 3);
  CHECK_FALSE(std::filesystem::exists(folder.path / "g.jsonl"));
  CHECK(folder.run("encode --vocab vocab.txt --task chess --data posts.conll --out g.jsonl").exit_code == 2);
}

TEST_CASE("score prints one object under the golden names", "[commands]") {
  const TextFolder folder;
  folder.write("posts.conll", "Mia\tB-person\nis\tO\n");
  folder.write("guesses.tsv", "Mia\tB-person\tB-person\nis\tO\tB-group\n\n");
  const ProgramEnd end = folder.run("score --task wnut17 --data posts.conll --predictions guesses.tsv --json");
  REQUIRE(end.exit_code == 0);
  CHECK(end.json()["precision"] == 0.5);
  CHECK(end.json()["person.f1"] == 1.0);
  CHECK(end.json()["surface.recall"] == 1.0);
  folder.write("other.tsv", "Tom\tB-person\tO\n\n");
  CHECK(folder.run("score --task wnut17 --data posts.conll --predictions other.tsv").exit_code == 3);
}

TEST_CASE("data make writes the three files, and data show describes one and names its problems", "[commands]") {
  const TextFolder folder;
  CHECK(folder.run("data make wnut17 --out mini --size 40 --seed 7").exit_code == 0);
  CHECK(folder.run("data make wnut17 --out again --size 40 --seed 7").exit_code == 0);
  for (const char* name : {"train.conll", "dev.conll", "test.conll"}) {
    CHECK(read_file(folder.path / "mini" / name) == read_file(folder.path / "again" / name));
  }
  const ProgramEnd shown = folder.run("data show wnut17 mini/train.conll --json");
  CHECK(shown.exit_code == 0);
  CHECK(shown.json()["sentences"] == 40);
  CHECK(shown.json()["problems"].empty());
  CHECK_THAT(folder.run("data show wnut17 mini/train.conll").output, Catch::Contains("40 sentences"));
  folder.write("bad.conll", "a\tO\nb\n");
  const ProgramEnd bad = folder.run("data show wnut17 bad.conll --json");
  CHECK(bad.exit_code == 3);
  CHECK(bad.json()["words"] == 1);
  CHECK(bad.json()["problems"].size() == 1);
  CHECK(folder.run("data make wnut17 --out mini --size 3").exit_code == 2);
  CHECK(folder.run("data show wnut17 absent.conll").exit_code == 3);
}
