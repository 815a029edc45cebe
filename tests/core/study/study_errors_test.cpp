#include <fstream>

#include "core/base/error.h"
#include "core/study/study.h"
#include "tests/support/catch.h"
#include "tests/support/temporary_folder.h"

using namespace lorascope;
using namespace lorascope::study;

namespace {

struct BadStudy {
  const char* what;
  const char* toml;
  int line;            ///< of the first issue
  const char* key;     ///< of the first issue
  const char* found;   ///< contained in it
  const char* advice;  ///< contained in `allowed` or `hint`
};

// Line 1 of each is the line after R"(.
const BadStudy kBadStudies[] = {
    {"no TOML", "task = \"wnut17\"\nmethod = lora\n", 2, "", "no TOML", "TOML"},
    {"empty", "", 0, "task", "nothing", "task = "},
    {"bytes that are no text", "task = \"wn\xff\xfe\"\n", 1, "", "no TOML", "TOML"},
    {"unknown key", "task = \"wnut17\"\nmethod = \"ft\"\ndata = \"miniature\"\nspeed_of_light = 3\n", 4,
     "speed_of_light", "unknown key", "remove it"},
    {"another program's name for a key",
     "task = \"wnut17\"\nmethod = \"ft\"\ndata = \"miniature\"\n[training]\nlr = 1e-3\n", 5, "training.lr",
     "unknown key", "training.learning_rate"},
    {"misspelt key", "task = \"wnut17\"\nmethod = \"ft\"\ndata = \"miniature\"\n[training]\nepoch = 3\n", 5,
     "training.epoch", "unknown key", "training.epochs"},
    {"key in the wrong place", "task = \"wnut17\"\nmethod = \"ft\"\ndata = \"miniature\"\nepochs = 3\n", 4, "epochs",
     "unknown key", "training.epochs"},
    {"text instead of a number",
     "task = \"wnut17\"\nmethod = \"ft\"\ndata = \"miniature\"\n[training]\nlearning_rate = \"fast\"\n", 5,
     "training.learning_rate", "\"fast\"", "number above 0"},
    {"fraction instead of a whole number",
     "task = \"wnut17\"\nmethod = \"ft\"\ndata = \"miniature\"\n[training]\nbatch_size = 1.5\n", 5,
     "training.batch_size", "1.5", "whole number from 1"},
    {"impossible value", "task = \"wnut17\"\nmethod = \"lora\"\ndata = \"miniature\"\n[lora]\ndropout = 1.0\n", 5,
     "lora.dropout", "1.0", "[0, 1)"},
    {"zero rank", "task = \"wnut17\"\nmethod = \"lora\"\ndata = \"miniature\"\n[lora]\nrank = 0\n", 5, "lora.rank", "0",
     "from 1"},
    {"rate that is no number",
     "task = \"wnut17\"\nmethod = \"ft\"\ndata = \"miniature\"\n[training]\nlearning_rate = nan\n", 5,
     "training.learning_rate", "null", "number above 0"},
    {"a date", "task = \"wnut17\"\nmethod = \"ft\"\ndata = \"miniature\"\n[training]\nepochs = 2026-11-24\n", 5,
     "training.epochs", "date 2026-11-24", "number above 0"},
    {"unknown task", "task = \"chess\"\nmethod = \"ft\"\ndata = \"miniature\"\n", 1, "task", "\"chess\"", "\"wnut17\""},
    {"unknown method", "task = \"wnut17\"\nmethod = \"magic\"\ndata = \"miniature\"\n", 2, "method", "\"magic\"",
     "\"lora\""},
    {"no method", "task = \"wnut17\"\ndata = \"miniature\"\n", 0, "method", "nothing", "[[methods]]"},
    {"no data", "task = \"wnut17\"\nmethod = \"ft\"\n", 0, "data", "nothing", "[data]"},
    {"unknown generated data", "task = \"wnut17\"\nmethod = \"ft\"\ndata = \"tiny\"\n", 3, "data", "\"tiny\"",
     "miniature"},
    {"missing file", "task = \"wnut17\"\nmethod = \"ft\"\n[data]\ntrain = \"not-there.conll\"\n", 4, "data.train",
     "no such file", "--data-dir"},
    {"a folder as data", "task = \"wnut17\"\nmethod = \"ft\"\n[data]\ntrain = \".\"\n", 4, "data.train", "a folder",
     "file"},
    {"no training file", "task = \"wnut17\"\nmethod = \"ft\"\n[data]\ndev = \"x\"\n", 3, "data.train", "nothing",
     "train"},
    {"missing model", "task = \"wnut17\"\nmethod = \"ft\"\ndata = \"miniature\"\nmodel = \"./no-model\"\n", 4, "model",
     "no such folder", "model folder"},
    {"missing adapter", "task = \"wnut17\"\nmethod = \"lora\"\ndata = \"miniature\"\nadapter = \"no-adapter\"\n", 4,
     "adapter", "no such folder", "adapter folder"},
    {"method twice", "task = \"wnut17\"\nmethod = \"ft\"\ndata = \"miniature\"\n[[methods]]\nmethod = \"ft\"\n", 2,
     "method", "[[methods]]", "remove"},
    {"methods that are no tables", "task = \"wnut17\"\ndata = \"miniature\"\nmethods = [\"ft\"]\n", 3, "methods",
     "[\"ft\"]", "[[methods]]"},
    {"adapter setting in full fine-tuning",
     "task = \"wnut17\"\ndata = \"miniature\"\n[[methods]]\nmethod = \"ft\"\nlora.rank = 4\n", 5,
     "methods[0].lora.rank", "full fine-tuning", "method = \"lora\""},
    {"two methods of one name",
     "task = \"wnut17\"\ndata = \"miniature\"\n[[methods]]\nmethod = \"ft\"\n[[methods]]\nmethod = \"ft\"\n", 5,
     "methods[1].name", "\"FT\" twice", "name"},
    {"grid of a single value",
     "task = \"wnut17\"\nmethod = \"ft\"\ndata = \"miniature\"\n[grid]\ntraining.epochs = 3\n", 5,
     "grid.training.epochs", "3", "list"},
    {"bad value in a grid",
     "task = \"wnut17\"\nmethod = \"ft\"\ndata = \"miniature\"\n[grid]\ntraining.epochs = [3, -1]\n", 5,
     "grid.training.epochs", "-1", "number above 0"},
    {"value twice in a grid",
     "task = \"wnut17\"\nmethod = \"ft\"\ndata = \"miniature\"\n[grid]\ntraining.epochs = [3, 3]\n", 5,
     "grid.training.epochs", "3 twice", "different"},
    {"unknown key in a grid", "task = \"wnut17\"\nmethod = \"ft\"\ndata = \"miniature\"\n[grid]\nlr = [1e-3]\n", 5,
     "grid.lr", "unknown key", "grid.training.learning_rate"},
    {"seeds in the grid", "task = \"wnut17\"\nmethod = \"ft\"\ndata = \"miniature\"\n[grid]\ntraining.seed = [1, 2]\n",
     5, "grid.training.seed", "[1,2]", "seeds"},
    {"the same seed twice", "task = \"wnut17\"\nmethod = \"ft\"\ndata = \"miniature\"\nseeds = [42, 42]\n", 4, "seeds",
     "[42,42]", "different"},
    {"a seed that is none", "task = \"wnut17\"\nmethod = \"ft\"\ndata = \"miniature\"\nseeds = [-1]\n", 4, "seeds",
     "[-1]", "from 0"},
    {"unknown metric", "task = \"wnut17\"\nmethod = \"ft\"\ndata = \"miniature\"\n[training]\nselect_by = \"bleu\"\n",
     4, "training.select_by", "\"bleu\"", "one of loss, f1"},
    {"early stopping without a split",
     "task = \"wnut17\"\nmethod = \"ft\"\n[data]\ntrain = \"bad.toml\"\n[training]\n"
     "early_stopping_patience = 5\n",
     5, "data.eval", "nothing", "early stopping"},
    {"broken regular expression",
     "task = \"wnut17\"\nmethod = \"lora\"\ndata = \"miniature\"\n[lora]\ntarget_pattern = \"(\"\n", 5,
     "lora.target_pattern", "\"(\"", "regular expression"},
    {"a metric of another task", "task = \"swag\"\nmethod = \"ft\"\ndata = \"miniature\"\n[training]\nselect_by = \"f1\"\n",
     4, "training.select_by", "\"f1\"", "one of loss, accuracy"},
    {"windows that cannot move on",
     "task = \"squad\"\nmethod = \"ft\"\ndata = \"miniature\"\n[training]\nmax_length = 100\n", 4, "squad.stride", "128",
     "at most max_length - 2 = 98"},
    {"a mixture of nothing", "task = \"swag\"\nmethod = \"xlora\"\ndata = \"miniature\"\n", 0, "xlora.adapters", "nothing",
     "folders of the adapters"},
    {"adapters that are not there",
     "task = \"swag\"\nmethod = \"xlora\"\ndata = \"miniature\"\n[xlora]\nadapters = [\"not-there\"]\n", 5, "xlora.adapters",
     "no such folder", "train it first"},
    {"an unknown preset", "task = \"swag\"\nmethod = \"ft\"\ndata = \"miniature\"\npreset = \"best\"\n", 4, "preset",
     "\"best\"", "\"tuned\""},
    {"a task and tasks", "task = \"swag\"\nmethod = \"ft\"\ndata = \"miniature\"\n[[tasks]]\ntask = \"swag\"\n", 1, "task",
     "[[tasks]]", "remove"},
    {"a task twice",
     "method = \"ft\"\ndata = \"miniature\"\n[[tasks]]\ntask = \"swag\"\n[[tasks]]\ntask = \"swag\"\n", 5, "tasks[1].task",
     "twice", "two studies"},
    {"a method for a task of another study",
     "data = \"miniature\"\ntask = \"swag\"\n[[methods]]\nmethod = \"ft\"\ntasks = [\"squad\"]\n", 5, "methods[0].tasks", "squad",
     "of this study"},
    {"a reference without numbers",
     "task = \"swag\"\nmethod = \"ft\"\ndata = \"miniature\"\n[[reference]]\nsource = \"x\"\n", 4, "reference[0].values",
     "nothing", "values = "},
    {"a pattern without a number",
     "task = \"swag\"\nmethod = \"lora\"\ndata = \"miniature\"\n[lora]\nrank_pattern = [\"query\"]\n", 5, "lora.rank_pattern",
     "query", "PATTERN=NUMBER"},
    {"an initialisation that does not exist",
     "task = \"swag\"\nmethod = \"lora\"\ndata = \"miniature\"\n[lora]\ninit = \"zeros\"\n", 5, "lora.init", "zeros", "pissa"},
    {"too many runs",
     "task = \"wnut17\"\nmethod = \"ft\"\ndata = \"miniature\"\n[grid]\n"
     "training.epochs = [1,2,3,4,5,6,7,8,9,10,11,12,13,14,15,16,17,18,19,20,21,22]\n"
     "training.batch_size = [1,2,3,4,5,6,7,8,9,10,11,12,13,14,15,16,17,18,19,20,21,22]\n"
     "training.accumulate = [1,2,3,4,5,6,7,8,9,10,11,12,13,14,15,16,17,18,19,20,21,22]\n",
     4, "grid", "10001 runs", "shorter"},
};

}  // namespace

TEST_CASE("Bad studies are refused with file, line, key, what was found and what is allowed", "[study]") {
  const test::TemporaryFolder folder;
  const std::filesystem::path file = folder.path() / "bad.toml";
  for (const BadStudy& bad : kBadStudies) {
    INFO(bad.what);
    std::ofstream(file, std::ios::binary) << bad.toml;
    const StudyReading reading = read_study(bad.toml, file);
    REQUIRE_FALSE(reading.issues.empty());
    const StudyIssue& issue = reading.issues.front();
    INFO(issue.to_problem(file).to_text());
    CHECK(issue.line == bad.line);
    CHECK(issue.key == bad.key);
    CHECK_THAT(issue.found, Catch::Contains(bad.found));
    CHECK_THAT(issue.allowed + " " + issue.hint, Catch::Contains(bad.advice));
    try {
      load_study(file);
      FAIL("it was taken");
    } catch (const StudyError& problem) {
      CHECK(problem.exit_code() == 3);
      CHECK_THAT(problem.message(), Catch::Contains(file.string()));
    }
  }
}

TEST_CASE("All issues of a study are listed, not the first", "[study]") {
  const char* toml = R"(task = "wnut17"
seeds = []
[training]
epochs = 0
learning_rat = 1
[data]
train = "no"
[[methods]]
method = "lora"
lora.rank = "big"
)";
  const StudyReading reading = read_study(toml, "s.toml");
  REQUIRE(reading.issues.size() == 5);
  const std::vector<int> lines = {2, 4, 5, 7, 10};
  for (std::size_t i = 0; i < lines.size(); ++i) CHECK(reading.issues[i].line == lines[i]);
  CHECK(reading.issues[4].to_problem("s.toml").to_text() ==
        "s.toml:10: methods[0].lora.rank: found \"big\", expected a whole number from 1");
  CHECK_THROWS_WITH(load_study(toml, "s.toml", {}), Catch::Contains("5 problems"));
  CHECK_THROWS_AS(load_study(std::filesystem::path("/no/such/study.toml")), DataError);
}
