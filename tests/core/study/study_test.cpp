#include "core/study/study.h"

#include <fstream>
#include <set>

#include "core/base/files.h"
#include "tests/support/catch.h"
#include "tests/support/temporary_folder.h"

using namespace lorascope;
using namespace lorascope::study;
namespace fs = std::filesystem;

namespace {

std::vector<std::string> group_names(const Study& study) {
  std::vector<std::string> names;
  for (const RunSettings& run : study.runs) {
    if (names.empty() || names.back() != run.group) names.push_back(run.group);
  }
  return names;
}

}  // namespace

TEST_CASE("Every study in experiments/ is valid, its folder has a README", "[study]") {
  int num_studies = 0;
  for (const auto& entry : fs::recursive_directory_iterator(fs::path(LORASCOPE_SOURCE_DIR) / "experiments")) {
    if (entry.path().extension() != ".toml") continue;
    ++num_studies;
    INFO(entry.path());
    StudyOptions options;
    options.check_files = false;
    const StudyReading reading = read_study(read_file(entry.path()), entry.path(), options);
    for (const StudyIssue& issue : reading.issues) UNSCOPED_INFO(issue.to_problem(entry.path()).to_text());
    CHECK(reading.issues.empty());
    CHECK_FALSE(reading.study.runs.empty());
    const std::string readme = read_file(entry.path().parent_path() / "README.md");
    for (const char* part : {"question", "method", "expectation"}) CHECK_THAT(readme, Catch::Contains(part));
  }
  CHECK(num_studies >= 2);
}

TEST_CASE("The paper's study has three methods with three seeds each", "[study]") {
  const fs::path file = fs::path(LORASCOPE_SOURCE_DIR) / "experiments/paper/wnut17.toml";
  StudyOptions options;
  options.data_folder = "/data";
  options.check_files = false;
  const Study study = load_study(file, options);
  REQUIRE(study.runs.size() == 9);
  CHECK(group_names(study) == std::vector<std::string>{"FT, lr 5e-5", "LoRA r 8, lr 5e-5", "LoRA r 8, lr 1e-3"});
  const RunSettings& tuned = study.runs[8];
  CHECK(tuned.name == "seed 44");
  CHECK(tuned.training.seed == 44);
  CHECK(tuned.method == Method::Lora);
  CHECK(tuned.training.learning_rate == 1e-3);
  CHECK(tuned.training.epochs == 10);
  CHECK(tuned.training.batch_size == 16);
  CHECK(tuned.lora.targets == std::vector<std::string>{"query", "value"});
  CHECK(tuned.train_file == "/data/wnut17train.conll");
  CHECK(study.runs[0].training.learning_rate == 5e-5);
  CHECK(study.hash == sha256_file(file));
}

TEST_CASE("A grid is the product of its lists, methods override it, names say what varies", "[study]") {
  const char* toml = R"(
task = "wnut17"
seeds = [1, 2]
[data]
train = "t"
[grid]
training.learning_rate = [5e-5, 1e-3]
lora.rank = [4, 8]
[[methods]]
method = "ft"
grid.training.learning_rate = [2e-5]
[[methods]]
method = "lora"
)";
  StudyOptions options;
  options.check_files = false;
  const StudyReading reading = read_study(toml, "/studies/mine.toml", options);
  CHECK(reading.issues.empty());
  const Study& study = reading.study;
  CHECK(study.name == "mine");
  // FT: its own single rate; ranks do not concern it. LoRA: 2 rates x 2 ranks. Two seeds each.
  REQUIRE(study.runs.size() == 2 * (1 + 4));
  CHECK(group_names(study) == std::vector<std::string>{"FT, lr 2e-5", "LoRA r 4, lr 5e-5", "LoRA r 8, lr 5e-5",
                                                       "LoRA r 4, lr 1e-3", "LoRA r 8, lr 1e-3"});
  std::set<std::string> hashes;
  for (const RunSettings& run : study.runs) hashes.insert(run.hash());
  CHECK(hashes.size() == study.runs.size());
  CHECK(study.runs[0].train_file == "/studies/t");
}

TEST_CASE("A study of one method needs no list, miniature data no files", "[study]") {
  const StudyReading reading = read_study("task = \"wnut17\"\nmethod = \"lora\"\ndata = \"miniature\"\n", "a/b.toml");
  CHECK(reading.issues.empty());
  REQUIRE(reading.study.runs.size() == 1);
  CHECK(reading.study.runs[0].group == "LoRA r 8");
  CHECK(reading.study.runs[0].name == "seed 42");
  REQUIRE(reading.study.tasks.size() == 1);
  REQUIRE(reading.study.tasks[0].miniature);
  Study study = reading.study;
  study.set_data_files("squad", "a", "b", "c");
  CHECK(study.runs[0].eval_file.empty());
  study.set_data_files("wnut17", "a", "b", "c");
  CHECK(study.runs[0].eval_file == "b");
}

TEST_CASE("A study of several tasks is the product of its tasks and methods", "[study]") {
  const char* toml = R"(
seeds = [1, 2]
data = "miniature"
[training]
batch_size = 4
[[tasks]]
task = "wnut17"
training.epochs = 2
[[tasks]]
task = "squad"
squad.stride = 64
data = { source = "miniature", size = 10 }
[[methods]]
method = "ft"
[[methods]]
method = "lora"
tasks = ["squad"]
lora.rank = 4
training.epochs = 7
)";
  const StudyReading reading = read_study(toml, "all.toml");
  for (const StudyIssue& issue : reading.issues) UNSCOPED_INFO(issue.to_problem("all.toml").to_text());
  REQUIRE(reading.issues.empty());
  const Study& study = reading.study;
  CHECK(group_names(study) == std::vector<std::string>{"wnut17: FT", "squad: FT", "squad: LoRA r 4"});
  REQUIRE(study.runs.size() == 6);
  CHECK(study.tasks[0].miniature->size == 0);
  CHECK(study.tasks[1].miniature->size == 10);
  CHECK(study.runs[0].task == "wnut17");
  CHECK(study.runs[0].training.epochs == 2);
  CHECK(study.runs[2].squad.stride == 64);
  CHECK(study.runs[2].training.epochs == TrainingSettings().epochs);
  CHECK(study.runs[4].training.epochs == 7);
  for (const RunSettings& run : study.runs) CHECK(run.training.batch_size == 4);
}

TEST_CASE("A preset stands under what the file says itself", "[study]") {
  const char* toml = R"(
preset = "paper"
data = { train = "t", eval = "e", test = "x" }
training.epochs = 1
[[tasks]]
task = "wnut17"
[[tasks]]
task = "squad"
[[methods]]
method = "ft"
[[methods]]
name = "tuned"
method = "lora"
preset = "tuned"
lora.rank = 2
)";
  StudyOptions options;
  options.check_files = false;
  const StudyReading reading = read_study(toml, "s.toml", options);
  REQUIRE(reading.issues.empty());
  REQUIRE(reading.study.runs.size() == 4);
  const RunSettings& paper = reading.study.runs[0];
  CHECK(paper.training.early_stopping_patience == 5);
  CHECK(paper.training.select_by == "loss");
  CHECK(paper.training.evaluate_on == "test");
  CHECK(paper.training.epochs == 1);
  CHECK(paper.zero_division == 1);
  const RunSettings& tuned = reading.study.runs[3];
  CHECK(tuned.task == "squad");
  CHECK(tuned.training.learning_rate == 3e-4);
  CHECK(tuned.training.select_by == "f1");
  CHECK(tuned.training.keep_best);
  CHECK(tuned.lora.rank == 2);
  CHECK(reading.study.runs[1].training.learning_rate == 1e-3);
}

TEST_CASE("References are kept with their values", "[study]") {
  const char* toml = R"(
task = "squad"
method = "ft"
data = "miniature"
[[reference]]
source = "a paper, Table 5"
model = "bert-base-uncased"
method = "ft"
values = { exact_match = 80.5, f1 = 88 }
)";
  const StudyReading reading = read_study(toml, "s.toml");
  REQUIRE(reading.issues.empty());
  REQUIRE(reading.study.references.size() == 1);
  const Reference& reference = reading.study.references[0];
  CHECK(reference.task == "squad");
  CHECK(reference.model == "bert-base-uncased");
  CHECK(reference.values == std::map<std::string, double>{{"exact_match", 80.5}, {"f1", 88.0}});
}

TEST_CASE("Data files are found in the data folder, under any of their names", "[study]") {
  const test::TemporaryFolder folder;
  for (const char* inner : {"squad", "other"}) fs::create_directories(folder.path() / inner);
  std::ofstream(folder.path() / "squad" / "dev.json") << "{}";
  std::ofstream(folder.path() / "other" / "part.json") << "{}";
  StudyOptions options;
  options.data_folder = folder.path();
  const Study study = load_study(
      "task = \"squad\"\nmethod = \"ft\"\n[data]\ntrain = [\"whole.json\", \"part.json\"]\neval = \"dev.json\"\n", "s.toml",
      options);
  CHECK(study.runs[0].train_file == (folder.path() / "other" / "part.json").string());
  CHECK(study.runs[0].eval_file == (folder.path() / "squad" / "dev.json").string());
}

TEST_CASE("Paths are relative to the study file, or to the data folder", "[study]") {
  const test::TemporaryFolder folder;
  fs::create_directories(folder.path() / "data");
  fs::create_directories(folder.path() / "model");
  std::ofstream(folder.path() / "data" / "x.conll") << "a\tO\n";
  std::ofstream(folder.path() / "s.toml") << "task = \"wnut17\"\nmethod = \"ft\"\nmodel = \"model\"\n"
                                             "[data]\ntrain = \"data/x.conll\"\n";
  const Study study = load_study(folder.path() / "s.toml");
  CHECK(study.runs[0].train_file == (folder.path() / "data" / "x.conll").string());
  CHECK(study.runs[0].model == (folder.path() / "model").string());
  StudyOptions elsewhere;
  elsewhere.data_folder = folder.path() / "nowhere";
  CHECK_THROWS_WITH(load_study(folder.path() / "s.toml", elsewhere), Catch::Contains("nowhere/data/x.conll"));
}
