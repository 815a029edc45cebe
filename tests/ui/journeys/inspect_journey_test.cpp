// Journey 3: a sentence is asked about, taken apart, compared with another, pinned, and many are taken together.

#include <QCheckBox>
#include <QJsonObject>
#include <QLabel>
#include <QLineEdit>
#include <QListWidget>
#include <QPushButton>
#include <QTableView>
#include <QTest>
#include <QToolButton>

#include "tests/support/catch.h"
#include "tests/support/qt_application.h"
#include "tests/ui/journeys/journey.h"
#include "tests/ui/shell/waiting.h"
#include "ui/inspect/aggregate_card.h"
#include "ui/inspect/inspect_tab.h"
#include "ui/inspect/inspect_views.h"
#include "ui/inspect/pair_card.h"
#include "ui/inspect/probability_bars.h"
#include "ui/inspect/sentence_input.h"
#include "ui/inspect/token_strip.h"
#include "ui/inspect/what_if_panel.h"
#include "ui/mixtures/scaling_card.h"
#include "ui/mixtures/scaling_map_view.h"
#include "ui/plots/heat_map_view.h"
#include "ui/plots/plot_card.h"
#include "ui/plots/plot_view.h"
#include "ui/plots/segment_bar.h"
#include "ui/plots/table_data_model.h"
#include "ui/process/lorascope_program.h"
#include "ui/study/study_editor.h"
#include "ui/train/train_tab.h"
#include "ui/widgets/theme.h"

namespace lorascope::ui {
namespace {

using test::Journey;
using test::wait_until;

constexpr int kPatience = 60000;

/// Two LoRA runs and a gate over both.
void train_mixture(Journey& journey) {
  StudyDraft draft = journey.draft("adapters", 30, "1, 2");
  draft.methods.erase(draft.methods.begin());
  journey.window().makeStudy();
  journey.window().trainTab()->openEditor(draft);
  journey.press("Start", journey.window().trainTab());
  REQUIRE(journey.wait_for_runs(2));
  QStringList adapters;
  for (const int run : {1, 2})
    adapters.append(QString::fromStdString((journey.workspace() / "artifacts" / ("run-" + std::to_string(run)) / "adapter").string()));
  LorascopeProgram program;
  bool is_done = false;
  ProgramResult result;
  program.run({"train", "--workspace", QString::fromStdString(journey.workspace().string()), "--model",
               QString::fromStdString(journey.tiny().model), "--task", "wnut17", "--train",
               QString::fromStdString(journey.tiny().train_file), "--eval",
               QString::fromStdString(journey.tiny().eval_file), "--method", "xlora", "--adapters", adapters.join(','),
               "--max-steps", "10", "--lr", "0.02", "--threads", "1", "--name", "gate"},
              [&](const ProgramResult& ended) {
                result = ended;
                is_done = true;
              });
  REQUIRE(wait_until([&] { return is_done; }, kPatience));
  INFO(result.errors.toStdString());
  REQUIRE(result.exit_code == 0);
  REQUIRE(journey.wait_for_runs(3));
}

void type(InspectTab* tab, const QString& text) {
  tab->input()->textField()->setFocus();
  tab->input()->textField()->selectAll();
  QTest::keyClicks(tab->input()->textField(), text);
  QTest::keyClick(tab->input()->textField(), Qt::Key_Return);
}

TEST_CASE("Journey 3: a sentence through a mixture, token by token, against another and what if", "[ui][journey]") {
  Journey journey("inspect");
  MainWindow& window = journey.window();
  train_mixture(journey);
  journey.session().select({3});
  window.showTab("Inspect");
  InspectTab* tab = window.inspectTab();
  InspectViews* views = tab->views();
  TokenStrip* strip = views->strip();
  // 1: the worst prediction stands there at once; a sentence of one's own takes its place.
  REQUIRE(wait_until([&] { return strip->numChips() > 0; }, kPatience));
  type(tab, "abc d bad e");
  REQUIRE(wait_until([&] { return strip->numChips() == 10; }, kPatience));
  CHECK_FALSE(strip->chipLabel(1).isEmpty());
  // 2: the map of the gate, its dominant adapter, a block unfolded.
  REQUIRE_FALSE(views->scalings()->isHidden());
  CHECK(views->scalings()->view()->numPanels() == 2);
  journey.picture("1-answer");
  // The finished study's result stands in Train: all of the window changes its colours.
  applyTheme(test::qt_application(), Appearance::Dark);
  applyTheme(test::qt_application(), Appearance::Light);
  views->scalings()->modeChoice()->choose(1);
  CHECK(views->scalings()->view()->numPanels() == 1);
  views->scalings()->modeChoice()->choose(0);
  // 3: a token, and where the training data has the like.
  QTest::mouseClick(strip, Qt::LeftButton, {}, strip->chipRect(4).center());
  CHECK(views->token() == 4);
  CHECK_FALSE(tab->panel()->bars()->bars().empty());
  QTest::mouseClick(tab->panel()->nearestButton(), Qt::LeftButton);
  CHECK(wait_until([&] { return tab->panel()->nearestText()->text().contains("<b>"); }, kPatience));
  journey.press("words", views);
  CHECK(strip->numChips() == 6);
  journey.press("pieces", views);
  // 4: a second sentence.
  journey.press("Compare with a second text", tab);
  tab->input()->secondField()->setFocus();
  QTest::keyClicks(tab->input()->secondField(), "abc e bad d");
  QTest::keyClick(tab->input()->secondField(), Qt::Key_Return);
  REQUIRE(wait_until([&] { return !views->pair()->isHidden(); }, kPatience));
  CHECK(views->pairDistances()->view()->figure().lines.size() == 2);
  journey.picture("2-pair");
  // 5: without an adapter; pinned so.
  QTest::mouseClick(tab->panel()->adapterSwitch(1), Qt::LeftButton, {}, QPoint(8, tab->panel()->adapterSwitch(1)->height() / 2));
  REQUIRE(tab->panel()->whatIf().contains("without"));
  REQUIRE(wait_until([&] { return tab->whatIfMilliseconds() > 0; }, kPatience));
  QTest::mouseClick(tab->panel()->pinButton(), Qt::LeftButton);
  REQUIRE(wait_until([&] { return tab->panel()->pinList()->count() == 1; }));
  journey.picture("3-what-if");
  tab->panel()->reset();
  // 6: both pinned texts together.
  REQUIRE(wait_until([&] { return tab->aggregate()->pinsButton()->isEnabled(); }));
  QTest::mouseClick(tab->aggregate()->pinsButton(), Qt::LeftButton);
  REQUIRE(wait_until([&] { return tab->aggregate()->model()->rowCount() > 0; }, kPatience));
  CHECK(tab->aggregate()->text(TableCard::Format::Csv).contains("class,texts,words,tokens"));
  // A folder that no run made.
  tab->openFolder(QString::fromStdString((journey.workspace() / "artifacts" / "run-1" / "adapter").string()));
  REQUIRE(wait_until([&] { return tab->panel()->numAdapters() == 1 && strip->numChips() > 0; }, kPatience));
  journey.picture("4-folder");
}

}  // namespace
}  // namespace lorascope::ui
