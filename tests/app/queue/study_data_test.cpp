#include "app/lorascope/queue/study_data.h"

#include <algorithm>
#include <fstream>

#include "app/lorascope/queue/built_in_study.h"
#include "core/base/files.h"
#include "tests/support/catch.h"
#include "tests/support/temporary_folder.h"

using namespace lorascope;
using namespace lorascope::app::queue;

TEST_CASE("The built-in study is the one in experiments/, and its data is made in the workspace", "[queue]") {
  const auto file = std::filesystem::path(LORASCOPE_SOURCE_DIR) / "experiments/miniature/three-tasks.toml";
  CHECK(built_in_study() == read_file(file));
  const test::TemporaryFolder folder;
  const store::Workspace workspace = store::Workspace::open_or_create(folder.path());
  study::Study study = study::load_study(built_in_study(), "built-in study", {});
  REQUIRE(study.runs.size() == 8);
  CHECK(study.parents[6].size() == 3);
  CHECK(study.parents[7].size() == 3);
  make_data(study, workspace);
  std::vector<study::RunSettings> single;
  for (const study::RunSettings& run : study.runs) {
    for (std::size_t i = 0; i < run.task_names().size(); ++i) single.push_back(run.of_task(i));
  }
  CHECK(single.size() == 12);
  for (const study::RunSettings& run : single) {
    CHECK(std::filesystem::file_size(run.train_file) > 1000);
    CHECK(std::filesystem::exists(run.eval_file));
    CHECK(std::filesystem::exists(run.test_file));
    CHECK(std::filesystem::path(run.train_file).parent_path().filename().string().find(run.task) != std::string::npos);
  }
  CHECK(data_problems(study).empty());
}

TEST_CASE("Every problem of a study's data files is found before a run starts", "[queue]") {
  const test::TemporaryFolder folder;
  const auto file = folder.path() / "bad.conll";
  std::ofstream(file) << "one\tO\ntwo\tNONSENSE\n\nthree\n";
  study::Study study;
  study.runs.resize(4);
  for (study::RunSettings& run : study.runs) run.train_file = file.string();
  const auto questions = folder.path() / "bad.json";
  std::ofstream(questions) << "{\"data\": 3}";
  study.runs[1].task = "squad";
  study.runs[1].train_file = questions.string();
  const auto rows = folder.path() / "bad.csv";
  std::ofstream(rows) << "a,b\n1,2\n";
  study.runs[2].task = "swag";
  study.runs[2].train_file = rows.string();
  const std::vector<Problem> problems = data_problems(study);
  for (const auto& bad : {file, questions, rows}) {
    CHECK(std::any_of(problems.begin(), problems.end(), [&](const Problem& problem) {
      return problem.where.find(bad.string()) != std::string::npos;
    }));
  }
}

TEST_CASE("The equivalent command has the settings of its own task and method only", "[queue]") {
  const test::TemporaryFolder folder;
  const store::Workspace workspace = store::Workspace::open_or_create(folder.path());
  study::RunSettings settings;
  settings.train_file = "t";
  settings.squad.stride = 64;
  settings.lora.layers = {1, 2};
  settings.swag.train_head = false;
  CHECK_THAT(train_command(settings, workspace), !Catch::Contains("--stride") && !Catch::Contains("--train-head"));
  settings.task = "squad";
  settings.squad.version_2 = true;
  settings.method = study::Method::Lora;
  const std::string squad = train_command(settings, workspace);
  CHECK_THAT(squad, Catch::Contains("--stride 64") && Catch::Contains(" --squad-v2") &&
                        Catch::Contains("--lora-layers 1,2") && !Catch::Contains("--train-head"));
  settings.task = "swag";
  CHECK_THAT(train_command(settings, workspace), Catch::Contains("--train-head false") && !Catch::Contains("--stride"));
}

TEST_CASE("The equivalent command of a run over several tasks says of which each file is", "[queue]") {
  const test::TemporaryFolder folder;
  const store::Workspace workspace = store::Workspace::open_or_create(folder.path());
  study::RunSettings settings;
  settings.task = study::kSeveralTasks;
  settings.several.tasks = {"wnut17", "squad"};
  settings.several.train = {"a", "b c"};
  settings.several.eval = {"", "d"};
  settings.several.test = {"", ""};
  settings.several.draw = "uniform";
  settings.method = study::Method::Merge;
  settings.xlora.adapters = {"wnut17=run:1", "squad=run:2"};
  settings.mix.weights = {1, 0.5};
  const std::string line = train_command(settings, workspace);
  CHECK_THAT(line, Catch::Contains("lorascope mix train --workspace "));
  CHECK_THAT(line, Catch::Contains("--train wnut17=a --train 'squad=b c' --eval squad=d"));
  CHECK_THAT(line, Catch::Contains("--method merge"));
  CHECK_THAT(line, Catch::Contains("--adapters 'wnut17=run:1,squad=run:2'") || Catch::Contains("--adapters wnut17=run:1,squad=run:2"));
  CHECK_THAT(line, Catch::Contains("--mix-weights 1,0.5") && Catch::Contains("--draw uniform"));
  CHECK_THAT(line, !Catch::Contains("--task") && !Catch::Contains("--xlora-depth") && !Catch::Contains("--budget"));
}

TEST_CASE("The equivalent command names what differs from the defaults", "[queue]") {
  const test::TemporaryFolder folder;
  const store::Workspace workspace = store::Workspace::open_or_create(folder.path() / "a b");
  study::RunSettings settings;
  settings.train_file = "/data/train it's.conll";
  settings.method = study::Method::Lora;
  settings.lora.targets = {"key", "value"};
  settings.lora.use_rslora = true;
  settings.training.learning_rate = 1e-3;
  settings.training.early_stopping_patience = 5;
  settings.training.compatible_path = true;
  const std::string line = train_command(settings, workspace);
  CHECK_THAT(line, Catch::StartsWith("lorascope train --workspace '" + workspace.folder().string() + "'"));
  for (const char* part :
       {"--task wnut17", "--method lora", "--train '/data/train it'\\''s.conll'", "--targets key,value", "--use-rslora",
        "--lr 1e-3", "--early-stopping-patience 5", "--select-by loss", "--batching plain"}) {
    CHECK_THAT(line, Catch::Contains(part));
  }
  for (const char* part : {"--rank", "--epochs", "--seed"}) CHECK_THAT(line, !Catch::Contains(part));
}
