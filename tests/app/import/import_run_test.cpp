#include "app/lorascope/import/import_run.h"

#include <ATen/ATen.h>

#include <filesystem>

#include "core/base/error.h"
#include "core/base/files.h"
#include "core/files/safetensors.h"
#include "core/store/run_store.h"
#include "core/store/workspace.h"
#include "tests/support/catch.h"
#include "tests/support/temporary_folder.h"
#include "tests/support/tiny_model.h"

using namespace lorascope;
namespace fs = std::filesystem;

namespace {

std::string state_text(int steps) {
  std::string rows;
  for (int step = 1; step <= steps; ++step) {
    rows += (rows.empty() ? "" : ",") + std::string("{\"step\": ") + std::to_string(step) +
            ", \"epoch\": 1, \"loss\": 1.25, \"eval_f1\": " + std::to_string(step) + "}";
  }
  return "{\"global_step\": " + std::to_string(steps) + ", \"max_steps\": 9, \"log_history\": [" + rows + "]}";
}

void add_adapter_checkpoint(const fs::path& run, int step) {
  const fs::path folder = run / ("checkpoint-" + std::to_string(step));
  test::write_tiny_adapter(folder, static_cast<std::uint64_t>(step));
  write_file_atomically(folder / "trainer_state.json", state_text(step));
}

}  // namespace

TEST_CASE("An adapter's training becomes a run; imported again it stays one and grows", "[import]") {
  const test::TemporaryFolder folder;
  store::Workspace workspace = store::Workspace::open_or_create(folder.path() / "ws");
  const fs::path source = folder.path() / "out";
  add_adapter_checkpoint(source, 2);
  const app::ImportedRun first = app::import_trainer_folder(workspace, source, {}, "");
  CHECK(first.is_new);
  CHECK(first.checkpoints == 1);
  const store::RunStore runs(workspace);
  const store::RunRecord run = runs.get(first.run);
  CHECK(run.state == store::RunState::Finished);
  CHECK(run.name == "out");
  CHECK(run.method == "lora");
  CHECK(run.task == "wnut17");
  CHECK(run.result.scores.at("eval").at("f1") == 2);
  CHECK(runs.queued().empty());

  add_adapter_checkpoint(source, 5);
  const app::ImportedRun again = app::import_trainer_folder(workspace, source, {}, "");
  CHECK_FALSE(again.is_new);
  CHECK(again.run == first.run);
  CHECK(runs.list().size() == 1);
  CHECK(runs.points(first.run, "eval/f1").size() == 5);
  CHECK(runs.spectrum_steps(first.run) == std::vector<std::int64_t>{2, 5});
  CHECK(runs.evaluations(first.run).size() == 5);
}

TEST_CASE("Full checkpoints are compared with their base; the wrong base is refused before anything is written", "[import]") {
  const test::TemporaryFolder folder;
  const fs::path base = folder.path() / "base", source = folder.path() / "out", checkpoint = source / "checkpoint-3";
  test::write_tiny_model(base, 1);
  test::write_tiny_model(checkpoint, 1);
  files::TensorMap tensors = files::SafetensorsFile(checkpoint / "model.safetensors").load_all();
  std::string changed;
  for (auto& [name, value] : tensors) {
    if (changed.empty() && name.find("layer.1.attention.self.query.weight") != std::string::npos) {
      changed = name.substr(0, name.size() - 7);
      value = value + 2 * at::outer(at::ones({value.size(0)}), at::ones({value.size(1)}));
    }
  }
  REQUIRE_FALSE(changed.empty());
  files::write_safetensors(checkpoint / "model.safetensors", tensors);
  write_file_atomically(checkpoint / "trainer_state.json", state_text(3));

  store::Workspace workspace = store::Workspace::open_or_create(folder.path() / "ws");
  const app::ImportedRun imported = app::import_trainer_folder(workspace, source, base, "mine");
  const store::RunStore runs(workspace);
  for (const store::Spectrum& spectrum : runs.spectra(imported.run)) {
    INFO(spectrum.module);
    const double norm = 2.0 * static_cast<double>(spectrum.values.size());
    if (spectrum.module == changed) {
      CHECK(spectrum.values[0] == Approx(norm).epsilon(1e-5));
      CHECK(spectrum.values[1] == Approx(0).margin(1e-4));
      CHECK(spectrum.base_norm > 0);
    } else {
      CHECK(spectrum.values[0] == 0);
    }
  }
  CHECK(runs.get(imported.run).name == "mine");

  const app::ImportedRun without = app::import_trainer_folder(workspace, checkpoint, {}, "");
  CHECK(without.run != imported.run);
  CHECK(without.checkpoints == 0);
  REQUIRE(without.notes.size() == 1);
  CHECK_THAT(without.notes[0], Catch::Contains("--base"));

  for (auto& [name, value] : tensors) value = at::zeros({3, 3});
  const fs::path other = folder.path() / "other";
  fs::create_directories(other);
  files::write_safetensors(other / "model.safetensors", tensors);
  const fs::path copy = folder.path() / "copy";
  fs::copy(source, copy, fs::copy_options::recursive);
  CHECK_THROWS_WITH(app::import_trainer_folder(workspace, copy, other, ""), Catch::Contains("[3, 3]"));
  CHECK(runs.list().size() == 2);
}
