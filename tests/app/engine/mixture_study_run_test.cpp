#include <set>

#include "app/lorascope/engine/run_process.h"
#include "core/base/files.h"
#include "core/figures/mixture_table.h"
#include "core/store/run_store.h"
#include "core/store/study_store.h"
#include "core/study/study.h"
#include "tests/support/catch.h"
#include "tests/support/temporary_folder.h"
#include "tests/support/tiny_model.h"
#include "tests/support/tiny_tasks.h"

using namespace lorascope;
namespace fs = std::filesystem;

namespace {

/// experiments/paper/mixture.toml on a tiny model, every run carried in the queue's order.
struct MixtureStudy {
  test::TemporaryFolder folder;
  store::Workspace workspace = store::Workspace::open_or_create(folder.path() / "workspace");
  store::RunStore runs{workspace};
  std::int64_t study = 0;

  explicit MixtureStudy(const files::ModelConfig& config) {
    test::write_tiny_tasks(folder.path() / "data");
    test::write_headless_model(folder.path() / "model", config);
    const fs::path file = fs::path(LORASCOPE_SOURCE_DIR) / "experiments" / "paper" / "mixture.toml";
    study::StudyOptions options;
    options.data_folder = folder.path() / "data";
    options.overrides = {{"model", (folder.path() / "model").string()},
                         {"training.max_steps", "2"},
                         {"training.batch_size", "4"},
                         {"mix.budget", "4"},
                         {"xlora.size", "6"},
                         {"threads", "1"}};
    const study::Study read = study::load_study(file, options);
    study = store::StudyStore(workspace).add({0, read.name, read.source, file.string(), read.hash, 0}, read,
                                             [](const study::RunSettings&) { return std::string(); });
    while (const auto next = runs.take_next_queued()) {
      const auto outcome = app::engine::execute_run(workspace, next->id, {.silent = true});
      INFO(next->group << " / " << next->name << ": " << outcome.reason);
      REQUIRE(outcome.exit_code == 0);
    }
  }
};

}  // namespace

TEST_CASE("The study of mixtures runs to its end with both families, and one table comes out", "[engine]") {
  const files::ModelConfig config = GENERATE(test::tiny_config(2), test::tiny_distilbert_config(2));
  MixtureStudy mixtures(config);
  const std::vector<store::RunRecord> runs = mixtures.runs.list();
  std::set<std::string> methods;
  for (const store::RunRecord& run : runs) {
    CHECK(run.state == store::RunState::Finished);
    methods.insert(run.method);
  }
  CHECK(methods ==
        std::set<std::string>{"ft", "lora", "xlora", "meteora", "arrow", "lorahub", "merge", "switch"});
  const figures::TableData table =
      figures::mixture_table(runs, figures::evaluation_speeds(mixtures.workspace, runs));
  CHECK(table.rows.size() == 17);
  for (const figures::TableRow& row : table.rows) {
    INFO(row.cells.front().text);
    for (std::size_t column = 1; column < table.columns.size(); ++column) {
      INFO(table.columns[column].name);
      CHECK(row.cells[column].value);
    }
    CHECK(row.cells.back().value == 2);
  }
  const auto row = [&](const std::string& name) -> const figures::TableRow& {
    for (const figures::TableRow& one : table.rows)
      if (one.cells.front().text == name) return one;
    FAIL("no row " << name);
    return table.rows.front();
  };
  // Each task under its own adapter is that adapter, wherever it is computed.
  for (std::size_t task = 1; task <= 3; ++task) {
    CHECK(*row("Adapter switching").cells[task].value == Approx(*row("LoRA r 8").cells[task].value).margin(1e-6));
  }
  CHECK(*row("Only the adapter of WNUT17").cells[1].value == Approx(*row("LoRA r 8").cells[1].value).margin(1e-6));
  CHECK(*row("Arrow").cells[5].value == 0);
  CHECK(*row("LoRAHub, sum of factors").cells[5].value == 9);
}
