// The output folder of a Hugging Face Trainer falls on the window and becomes a run like any other.

#include <QLabel>
#include <QTest>

#include "core/base/files.h"
#include "tests/support/catch.h"
#include "tests/ui/journeys/journey.h"
#include "tests/ui/shell/waiting.h"
#include "ui/curves/curve_card.h"
#include "ui/curves/curves_tab.h"
#include "ui/plots/plot_view.h"
#include "ui/train/train_tab.h"
#include "ui/weights/spectra_book.h"
#include "ui/weights/weights_tab.h"
#include "ui/widgets/message_bar.h"

namespace lorascope::ui {
namespace {

namespace fs = std::filesystem;
using test::Journey;
using test::wait_until;

/// trainer_state.json as the Trainer writes it, up to `steps`.
std::string state_text(int steps) {
  std::string rows;
  for (int step = 10; step <= steps; step += 10) {
    rows += (rows.empty() ? "" : ",") + std::string("{\"step\": ") + std::to_string(step) +
            ", \"epoch\": 1.5, \"loss\": 1.25, \"grad_norm\": 0.5, \"learning_rate\": 0.001}";
    if (step % 20 == 0)
      rows += ",{\"step\": " + std::to_string(step) + ", \"epoch\": 1.5, \"eval_loss\": 0.9, \"eval_f1\": 0.4}";
  }
  return "{\"global_step\": " + std::to_string(steps) + ", \"max_steps\": 40, \"log_history\": [" + rows + "]}";
}

TEST_CASE("A Trainer's folder dropped on the window becomes a run with curves and spectra", "[ui][journey]") {
  Journey journey("trainer");
  MainWindow& window = journey.window();
  SessionModel& session = journey.session();
  StudyDraft draft = journey.draft("source", 20, "1");
  draft.methods.erase(draft.methods.begin());
  window.makeStudy();
  window.trainTab()->openEditor(draft);
  journey.press("Start", window.trainTab());
  REQUIRE(journey.wait_for_runs(1));
  const fs::path adapter = journey.workspace() / "artifacts" / "run-1" / "adapter", out = journey.folder() / "hf-output";
  for (const int step : {20, 40}) {
    const fs::path checkpoint = out / ("checkpoint-" + std::to_string(step));
    fs::create_directories(checkpoint);
    fs::copy(adapter, checkpoint, fs::copy_options::recursive);
    write_file_atomically(checkpoint / "trainer_state.json", state_text(step));
  }
  test::drop_on(window, out);
  REQUIRE(journey.wait_for_runs(2, 60000));
  const store::RunRecord imported = session.runs().back();
  CHECK(imported.name == "hf-output");
  CHECK(imported.method == "lora");
  REQUIRE(wait_until([&] { return session.selectedRun() == imported.id; }, 20000));
  CHECK(wait_until([&] { return session.data(imported.id) != nullptr &&
                                session.data(imported.id)->series.contains("train/loss"); }));
  CHECK(wait_until([&] { return !window.weightsTab()->book()->runs().empty() &&
                                window.weightsTab()->book()->steps() == std::vector<std::int64_t>{20, 40}; }));
  window.showTab("Curves");
  journey.picture("1-curves");
  // Dropped again it is the same run; a folder without checkpoints says what it lacks.
  test::drop_on(window, out);
  CHECK(wait_until([&] { return window.messages()->message().isEmpty(); }, 30000));
  CHECK(session.runs().size() == 2);
  const fs::path broken = journey.folder() / "broken";
  write_file_atomically(broken / "trainer_state.json", "{\"global_step\": ");
  test::drop_on(window, broken);
  CHECK(wait_until([&] { return window.messages()->message().contains("trainer_state.json"); }, 30000));
}

}  // namespace
}  // namespace lorascope::ui
