#include <algorithm>

#include "core/study/adapter_reference.h"
#include "core/study/study.h"
#include "tests/support/catch.h"

namespace lorascope::study {
namespace {

constexpr const char* kStudy = R"(
name = "mixtures"
model = "default"
data = "miniature"
seeds = [1, 2]

[training]
select_by = "f1"
keep_best = true

[[tasks]]
task = "wnut17"
training.epochs = 7
[[tasks]]
task = "squad"

[[methods]]
name = "LoRA"
method = "lora"

[[methods]]
name = "FT of both"
method = "ft"
together = true

[[methods]]
name = "one gate"
method = "xlora"
of = "LoRA"
together = true
several.draw = "uniform"

[[methods]]
name = "a gate each"
method = "xlora"
of = "LoRA"

[[methods]]
name = "sum"
method = "merge"
of = "LoRA"
together = true
mix.weights = [1, 0.5]
)";

StudyReading read(const std::string& toml) { return read_study(toml, "s.toml", {.data_folder = {}, .check_files = false}); }

std::string without(std::string text, const std::string& part, const std::string& replacement = "") {
  const std::size_t at = text.find(part);
  REQUIRE(at != std::string::npos);
  return text.replace(at, part.size(), replacement);
}

}  // namespace

TEST_CASE("Runs that mix adapters come after those that train them, seed by seed", "[study]") {
  Study study = read(kStudy).study;
  INFO(read(kStudy).issues.size());
  REQUIRE(read(kStudy).issues.empty());
  // 2 tasks x 2 seeds of LoRA, 2 of FT, 2 of one gate, 4 of a gate each, 2 of the sum.
  REQUIRE(study.runs.size() == 14);
  REQUIRE(study.parents.size() == 14);
  for (std::size_t i = 0; i < study.runs.size(); ++i) {
    const RunSettings& run = study.runs[i];
    CHECK(study.parents[i].size() == (mixes_adapters(run.method) ? 2 : 0));
    for (const std::size_t parent : study.parents[i]) {
      CHECK(parent < i);
      CHECK(study.runs[parent].method == Method::Lora);
      CHECK(study.runs[parent].training.seed == run.training.seed);
    }
  }
  study.set_data_files("squad", "a", "b", "c");
  const auto gate = std::find_if(study.runs.begin(), study.runs.end(),
                                 [](const RunSettings& run) { return run.group == "all tasks: one gate"; });
  REQUIRE(gate != study.runs.end());
  CHECK(gate->task == kSeveralTasks);
  CHECK(gate->several.tasks == std::vector<std::string>{"wnut17", "squad"});
  CHECK(gate->several.draw == "uniform");
  CHECK(gate->several.test == std::vector<std::string>{"", "c"});
  CHECK(gate->xlora.adapters ==
        std::vector<std::string>{"wnut17=wnut17: LoRA / seed 1", "squad=squad: LoRA / seed 1"});
  CHECK(gate->of_task(1).train_file == "a");
  CHECK(gate->of_task(1).task == "squad");
  // The choice of the best weights holds for all; one task's score stands for the mean of theirs.
  CHECK(gate->training.keep_best);
  CHECK(gate->training.select_by == "mean");
  CHECK(study.runs.front().training.keep_best);
  CHECK(study.runs.front().training.select_by == "f1");
  const Study by_loss = read(without(kStudy, "\"f1\"", "\"loss\"")).study;
  CHECK(std::all_of(by_loss.runs.begin(), by_loss.runs.end(),
                    [](const RunSettings& run) { return run.training.select_by == "loss"; }));
  CHECK(study.runs.front().training.epochs == 7);
  CHECK(gate->training.epochs == TrainingSettings().epochs);
  const RunSettings again = RunSettings::from_json(gate->to_json());
  CHECK(again.to_json() == gate->to_json());
  CHECK(again.hash() == gate->hash());
}

TEST_CASE("Dependencies that cannot be are named", "[study]") {
  const auto keys = [](const std::string& toml) {
    std::vector<std::string> result;
    for (const StudyIssue& issue : read(toml).issues) result.push_back(issue.key);
    return result;
  };
  const std::string text = kStudy;
  CHECK(keys(without(text, "of = \"LoRA\"", "of = \"LaRO\"")) == std::vector<std::string>{"methods[2].xlora.adapters", "methods[2].of"});
  CHECK(keys(without(text, "of = \"LoRA\"", "of = \"FT of both\"")).front() == "methods[2].of");
  CHECK(keys(without(text, "of = \"LoRA\"", "of = \"LoRA\"\nxlora.adapters = [\"run:3\"]")) ==
        std::vector<std::string>{"methods[2].of"});
  CHECK(keys(without(text, "[1, 0.5]", "[1, 2, 3]")) == std::vector<std::string>{"methods[4].mix.weights"});
  CHECK(keys(without(text, "name = \"FT of both\"\nmethod = \"ft\"", "name = \"both\"\nmethod = \"lora\"")) ==
        std::vector<std::string>{"methods[1].method"});
  CHECK(keys(without(text, "name = \"FT of both\"", "name = \"FT of both\"\ntraining.select_by = \"f1\"")) ==
        std::vector<std::string>{"methods[1].training.select_by"});
  const std::string biased = without(text, "name = \"LoRA\"\nmethod = \"lora\"",
                                     "name = \"LoRA\"\nmethod = \"lora\"\nlora.bias = \"all\"");
  CHECK(keys(biased) == std::vector<std::string>{"methods[2].of", "methods[3].of", "methods[4].of"});
  CHECK(read(biased).issues.front().found == "\"LoRA\" with lora.bias \"all\"");
  CHECK(keys(without(text, "name = \"LoRA\"\nmethod = \"lora\"",
                     "name = \"LoRA\"\nmethod = \"lora\"\ngrid = { lora.rank = [2, 4] }"))
            .front() == "methods[2].of");
}

TEST_CASE("Adapters are named by folders or runs", "[study]") {
  for (const char* text : {"a/b", "run:12", "squad=run:7", "squad=/x/y", "./k=v/x"})
    CHECK(AdapterReference::parse(text).text() == text);
  CHECK(AdapterReference::parse("squad=run:7").run == 7);
  CHECK(AdapterReference::parse("squad=run:7").name == "squad");
  CHECK(AdapterReference::parse("./k=v/x").name.empty());
  CHECK(AdapterReference::parse("run:x").folder == "run:x");
  RunSettings settings;
  settings.method = Method::Merge;
  settings.xlora.adapters = {"a", "squad=run:7", "run:3"};
  CHECK(parent_runs(settings) == std::vector<std::int64_t>{7, 3});
}

TEST_CASE("Settings of several tasks that do not fit together are told", "[study]") {
  RunSettings settings;
  settings.task = kSeveralTasks;
  settings.several.tasks = {"wnut17", "wnut17", "poems"};
  settings.several.train = {"a", "b"};
  settings.several.eval = settings.several.test = {"", "", ""};
  settings.training.accumulate = 2;
  settings.training.keep_best = true;
  settings.training.select_by = "f1";
  std::vector<std::string> where;
  for (const Problem& problem : settings.problems()) where.push_back(problem.where);
  CHECK(where == std::vector<std::string>{"training.select_by", "several", "several.tasks", "several.tasks"});
  settings.training.select_by = "mean";
  CHECK(settings.problems().front().where == "several");
}

}  // namespace lorascope::study
