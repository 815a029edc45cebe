#include "ui/mixtures/gate_card.h"

#include <QComboBox>
#include <QSlider>
#include <QTest>

#include "core/base/error.h"
#include "core/base/files.h"
#include "core/store/metric_writer.h"
#include "core/store/run_store.h"
#include "tests/support/catch.h"
#include "tests/support/qt_application.h"
#include "tests/support/temporary_folder.h"
#include "tests/ui/inspect/scalings.h"
#include "tests/ui/shell/waiting.h"
#include "ui/mixtures/scaling_map_view.h"
#include "ui/plots/plot_card.h"
#include "ui/plots/plot_view.h"
#include "ui/weights/step_slider.h"

namespace lorascope::ui {
namespace {

using test::wait_until;

void add_look(const store::Workspace& workspace, store::RunId run, std::int64_t step, std::size_t tokens) {
  figures::Scalings scalings = test::made_up_scalings(4, tokens, 2, 3);
  scalings.step = step;
  const std::filesystem::path file = workspace.run_folder(run) / ("step-" + std::to_string(step) + ".safetensors");
  test::write_scalings(file, scalings);
  store::Artifact artifact;
  artifact.kind = "scalings";
  artifact.path = workspace.stored_path(file);
  artifact.step = step;
  store::RunStore(workspace).add_artifact(run, artifact);
}

TEST_CASE("Recorded scalings are read as they were written; damaged files are refused", "[figures]") {
  const test::TemporaryFolder folder;
  figures::Scalings written = test::made_up_scalings(3, 5, 2, 2);
  written.step = 40;
  test::write_scalings(folder.path() / "look.safetensors", written);
  const figures::Scalings read = figures::read_scalings(folder.path() / "look.safetensors");
  CHECK(read.tokens == written.tokens);
  CHECK(read.boundaries == written.boundaries);
  CHECK(read.modules == written.modules);
  CHECK(read.adapters == written.adapters);
  CHECK(read.step == 40);
  CHECK(read.is_layerwise);
  REQUIRE(read.applied.size() == written.applied.size());
  for (std::size_t i = 0; i < read.applied.size(); ++i) {
    CHECK(read.applied[i] == Approx(written.applied[i]).margin(6e-4));
    CHECK(read.predicted[i] == Approx(written.predicted[i]).margin(6e-4));
  }
  const std::string bytes = read_file(folder.path() / "look.safetensors");
  for (const std::size_t size : {std::size_t{3}, std::size_t{20}, bytes.size() - 9}) {
    write_file_atomically(folder.path() / "cut.safetensors", bytes.substr(0, size));
    CHECK_THROWS_AS(figures::read_scalings(folder.path() / "cut.safetensors"), DataError);
  }
}

TEST_CASE("The gate's card follows the recorded steps of the selected run", "[ui]") {
  store::RunId run = 0;
  test::OpenSession open([&](const store::Workspace& workspace) {
    study::RunSettings settings;
    settings.method = study::Method::Xlora;
    run = store::RunStore(workspace).create_finished(settings, "");
    add_look(workspace, run, 10, 7);
    add_look(workspace, run, 20, 7);
    store::MetricWriter writer(workspace, run);
    for (const std::int64_t step : {10, 20})
      for (const char* name : {"gate/entropy", "gate/share/adapter 0", "gate/share/adapter 1"}) writer.add(name, step, 0.5);
    writer.flush();
  });
  GateCard card(&open.session());
  card.resize(900, 700);
  CHECK(card.isHidden());
  open.session().select({run});
  REQUIRE(wait_until([&] { return !card.isHidden(); }));
  CHECK(card.textChoice()->count() == 5);
  CHECK(card.textChoice()->itemText(1).startsWith("word0x1"));
  CHECK(card.scalings()->view()->numTokens() == 7);
  REQUIRE(wait_until([&] { return card.shares()->view()->figure().lines.size() == 3; }));
  CHECK(card.shares()->view()->figure().lines[1].name == "adapter 0");

  card.textChoice()->setCurrentIndex(0);
  Q_EMIT card.textChoice()->activated(0);
  CHECK(card.scalings()->view()->numTokens() == 28);

  card.slider()->slider()->setValue(0);
  REQUIRE(wait_until([&] { return card.scalings()->view()->numTokens() == 28; }));
  // A later look arrives by itself, and is shown where the slider follows the newest.
  card.slider()->slider()->setValue(1);
  add_look(open.other(), run, 30, 9);
  REQUIRE(wait_until([&] { return card.slider()->slider()->maximum() == 2; }));
  CHECK(wait_until([&] { return card.scalings()->view()->numTokens() == 9; }));
}

}  // namespace
}  // namespace lorascope::ui
