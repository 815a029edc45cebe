#include "app/lorascope/engine/known_problems.h"

#include <filesystem>

#include "core/nn/device.h"
#include "core/study/run_settings.h"
#include "tests/support/catch.h"
#include "tests/support/temporary_folder.h"
#include "tests/support/tiny_run.h"

using namespace lorascope;
using app::engine::known_problems;
namespace fs = std::filesystem;

TEST_CASE("What would make a run fail is known before it starts", "[engine]") {
  const test::TemporaryFolder folder;
  study::RunSettings settings = test::write_tiny_run(folder.path());
  const auto problems = [&] {
    store::RunRecord run;
    run.settings = settings.to_json();
    return known_problems(run);
  };
  CHECK(problems().empty());

  settings.device = "cuda";
  CHECK(problems().size() == (nn::why_no_gpu().empty() ? 0 : 1));
  settings.device = "cpu";

  const std::string eval = settings.eval_file;
  settings.eval_file = (folder.path() / "nowhere.conll").string();
  REQUIRE(problems().size() == 1);
  CHECK(problems().front().where == settings.eval_file);
  settings.eval_file = eval;

  settings.adapter = (folder.path() / "no-adapter").string();
  CHECK(problems().front().where == settings.adapter);
  settings.adapter.clear();

  fs::rename(settings.model, settings.model + "-away");
  REQUIRE(problems().size() == 1);
  CHECK_FALSE(problems().front().hint.empty());

  settings.task = study::kSeveralTasks;
  settings.several.tasks = {"wnut17", "squad"};
  settings.several.train = {settings.train_file, (folder.path() / "no-questions.json").string()};
  settings.several.eval = settings.several.test = {"", ""};
  CHECK(problems().size() == 2);

  store::RunRecord unreadable;
  unreadable.settings = "{}}";
  CHECK(known_problems(unreadable).size() == 1);
}
