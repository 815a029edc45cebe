// Runs that nothing was trained in have no curves: the views say why, and where their scores are.

#include <QLabel>
#include <QPushButton>

#include "core/store/run_store.h"
#include "core/study/run_settings.h"
#include "tests/support/catch.h"
#include "tests/support/qt_application.h"
#include "tests/ui/shell/waiting.h"
#include "ui/curves/curve_card.h"
#include "ui/curves/curves_tab.h"
#include "ui/main_window/main_window.h"
#include "ui/plots/plot_view.h"
#include "ui/train/loss_card.h"
#include "ui/widgets/empty_state.h"

namespace lorascope::ui {
namespace {

using test::OpenSession;
using test::wait_until;

store::RunId addFinished(const store::Workspace& workspace, study::Method method) {
  store::RunStore runs(workspace);
  study::RunSettings settings;
  settings.method = method;
  settings.name = std::string(study::text(method));
  settings.task = "wnut17";
  const store::RunId run = runs.create(settings);
  runs.set_result(run, {.scores = {{"test", {{"f1", 0.5}}}}, .seconds = 1});
  runs.set_state(run, store::RunState::Finished);
  return run;
}

/// All words in view below a widget.
QString wordsOf(const QWidget* widget) {
  QStringList words;
  for (const QLabel* label : widget->findChildren<QLabel*>())
    if (label->isVisible()) words.append(label->text());
  return words.join('\n');
}

QPushButton* trainButton(const CurveCard* card) {
  for (QPushButton* button : card->findChildren<QPushButton*>())
    if (button->text() == "Go to Train" && button->isVisible()) return button;
  return nullptr;
}

}  // namespace

TEST_CASE("Curves and Train say in place why a run without training has no loss", "[ui][curves]") {
  store::RunId merged = 0, queued = 0;
  OpenSession open([&](const store::Workspace& workspace) {
    merged = addFinished(workspace, study::Method::Merge);
    addFinished(workspace, study::Method::Switch);
  });
  SessionModel& session = open.session();
  MainWindow window(&session);
  window.resize(1280, 800);
  window.show();
  REQUIRE(wait_until([&] { return session.shownRuns().size() == 2; }));
  window.showTab(QStringLiteral("Curves"));
  CurveCard* card = window.findChild<CurvesTab*>()->cards().front();
  REQUIRE(card->series() == "train/loss");
  CHECK(wait_until([&] { return wordsOf(card).contains("Nothing was trained here (merge, switch)"); }));
  CHECK(wordsOf(card).contains("under Compare and in the score table"));
  CHECK(trainButton(card) == nullptr);  // it would have nothing to start

  session.select({merged});
  window.showTab(QStringLiteral("Train"));
  auto* loss = window.findChild<LossCard*>();
  REQUIRE(loss != nullptr);
  CHECK(wait_until([&] { return wordsOf(loss).contains("Nothing was trained here (merge)"); }));
  CHECK_FALSE(loss->findChild<PlotView*>()->isVisible());

  // A run that will train has its plot, empty as yet.
  study::RunSettings settings;
  settings.method = study::Method::Lora;
  settings.task = "wnut17";
  queued = store::RunStore(open.other()).create(settings);
  REQUIRE(wait_until([&] { return session.run(queued) != nullptr; }));
  session.select({queued});
  CHECK(wait_until([&] { return loss->findChild<PlotView*>()->isVisible(); }));
  CHECK_FALSE(wordsOf(loss).contains("Nothing was trained"));
  window.showTab(QStringLiteral("Curves"));
  CHECK(wait_until([&] { return wordsOf(card).contains("No points of training loss yet"); }));
  CHECK(trainButton(card) != nullptr);
}

}  // namespace lorascope::ui
