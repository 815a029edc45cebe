#include "ui/report/report_tab.h"

#include <QAction>
#include <QApplication>
#include <QCheckBox>
#include <QComboBox>
#include <QLineEdit>
#include <QMenu>
#include <QPushButton>
#include <QTableView>
#include <QTest>
#include <QToolButton>
#include <QUndoStack>

#include "core/figures/report_content.h"
#include "core/store/report_store.h"
#include "core/store/run_store.h"
#include "tests/support/catch.h"
#include "tests/support/qt_application.h"
#include "tests/ui/shell/waiting.h"
#include "ui/compare/compare_tab.h"
#include "ui/curves/curve_card.h"
#include "ui/curves/curves_tab.h"
#include "ui/main_window/main_window.h"
#include "ui/plots/export_panel.h"
#include "ui/plots/pin.h"
#include "ui/plots/plot_card.h"
#include "ui/plots/plot_view.h"
#include "ui/plots/smoothing_field.h"
#include "ui/plots/table_card.h"
#include "ui/plots/table_export_panel.h"
#include "ui/report/caption_edit.h"
#include "ui/report/kit_bar.h"
#include "ui/report/program_presets.h"
#include "ui/report/report_list.h"
#include "ui/weights/weights_tab.h"
#include "ui/widgets/message_bar.h"

namespace lorascope::ui {
namespace {

using test::OpenSession;
using test::wait_until;

const test::SampleOptions kSample = {.num_steps = 40, .spectrum_length = 8, .with_living = false};

struct Opened {
  OpenSession open{kSample};
  MainWindow window{&open.session()};
  ReportTab* report = window.reportTab();

  Opened() {
    window.resize(1280, 800);
    window.show();
  }

  std::size_t count() const { return report->book()->items().size(); }
  bool wait_for(std::size_t count) {
    return wait_until([&] { return this->count() == count && report->book()->isWhole(); });
  }
  std::vector<std::string> labels() const {
    std::vector<std::string> labels;
    for (const ReportBook::Item& item : report->book()->items()) labels.push_back(item->record.label);
    return labels;
  }
  void add(const char* preset) {
    for (QAction* action : report->presetMenu()->actions()) {
      if (action->text() == preset) action->trigger();
    }
  }
};

void press_pin(QWidget* card) {
  QToolButton* button = card->findChild<QToolButton*>(QStringLiteral("pin"));
  REQUIRE(button != nullptr);
  QTest::mouseClick(button, Qt::LeftButton);
}

TEST_CASE("Every plot and table of the window can be pinned, and keeps its query", "[ui][report]") {
  Opened opened;
  MainWindow& window = opened.window;
  std::size_t expected = 0;
  for (const char* tab : {"Curves", "Compare", "Weights"}) {
    REQUIRE(window.showTab(QString::fromUtf8(tab)));
    REQUIRE(wait_until([&] {
      const auto cards = window.findChildren<PlotCard*>();
      return std::any_of(cards.begin(), cards.end(), [](PlotCard* card) {
        return card->isVisible() && !card->view()->figure().empty();
      });
    }));
    for (QToolButton* button : window.findChildren<QToolButton*>(QStringLiteral("pin"))) {
      if (!button->isVisible()) continue;
      QWidget* card = button->parentWidget();
      while (qobject_cast<Card*>(card) == nullptr) card = card->parentWidget();
      const auto* table = qobject_cast<TableCard*>(card);
      if (table != nullptr && table->text(TableCard::Format::Csv).count('\n') < 2) continue;
      INFO(tab << " " << card->metaObject()->className());
      button->click();
      CHECK(opened.wait_for(++expected));
    }
  }
  CHECK(expected >= 8);
  bool any_query = false;
  for (const ReportBook::Item& item : opened.report->book()->items()) {
    INFO(item->record.label << ": " << item->problem);
    CHECK(item->problem.empty());
    CHECK_FALSE(item->caption.empty());
    any_query = any_query || item->query.kind == figures::ReportKind::LayerMap;
  }
  CHECK(any_query);
}

TEST_CASE("A pin says so, and undo takes it back and gives it again with its number", "[ui][report]") {
  Opened opened;
  opened.window.showTab(QStringLiteral("Compare"));
  press_pin(opened.window.compareTab()->table());
  REQUIRE(opened.wait_for(1));
  CHECK(wait_until([&] { return opened.window.messages()->message().contains("Pinned to the report"); }));
  const std::int64_t id = opened.report->book()->items()[0]->record.id;
  CHECK(opened.window.undoStack()->undoText().startsWith("pin "));
  opened.window.undoStack()->undo();
  CHECK(opened.wait_for(0));
  opened.window.undoStack()->redo();
  REQUIRE(opened.wait_for(1));
  CHECK(opened.report->book()->items()[0]->record.id == id);
}

TEST_CASE("The report is ordered by keys and buttons, and removed figures come back to their place", "[ui][report]") {
  Opened opened;
  opened.window.showTab(QStringLiteral("Report"));
  for (const char* preset : {"Score table", "Settings that differ", "Parallel coordinates"}) {
    const std::size_t before = opened.count();
    opened.add(preset);
    REQUIRE(opened.wait_for(before + 1));
  }
  const std::vector<std::string> first = opened.labels();
  ReportList* list = opened.report->list();
  list->setFocus();
  list->setCurrentRow(0);
  QTest::keyClick(list, Qt::Key_Down, Qt::AltModifier);
  CHECK(wait_until([&] { return opened.labels() == std::vector<std::string>{first[1], first[0], first[2]}; }));
  CHECK(list->currentRow() == 1);
  opened.window.undoStack()->undo();
  CHECK(wait_until([&] { return opened.labels() == first; }));
  list->setCurrentRow(1);
  QTest::keyClick(list, Qt::Key_Delete);
  CHECK(opened.wait_for(2));
  opened.window.undoStack()->undo();
  REQUIRE(opened.wait_for(3));
  CHECK(opened.labels() == first);
}

TEST_CASE("Captions and labels are kept, generated ones come back, and undo says what it undoes", "[ui][report]") {
  Opened opened;
  opened.window.showTab(QStringLiteral("Report"));
  opened.add("Score table");
  REQUIRE(opened.wait_for(1));
  ReportTab* report = opened.report;
  REQUIRE(wait_until([&] { return !report->caption()->toPlainText().isEmpty(); }));
  CHECK(report->caption()->toPlainText().contains("n = 3 runs (seeds 42, 43, 44)"));
  const auto record = [&] { return report->book()->items()[0]->record; };
  QApplication::setActiveWindow(&opened.window);
  report->caption()->setFocus();
  report->caption()->selectAll();
  QTest::keyClicks(report->caption(), QStringLiteral("Scores on the test set"));
  report->label()->setFocus();
  CHECK(wait_until([&] { return record().caption == "Scores on the test set"; }));
  report->label()->selectAll();
  QTest::keyClicks(report->label(), QStringLiteral("tab:main"));
  QTest::keyClick(report->label(), Qt::Key_Return);
  CHECK(wait_until([&] { return record().label == "tab:main"; }));
  CHECK(record().caption == "Scores on the test set");
  CHECK(opened.window.undoStack()->undoText().contains("tab:main"));
  opened.window.undoStack()->undo();
  CHECK(wait_until([&] { return record().label == "tab:scores"; }));
  CHECK(wait_until([&] { return report->label()->text() == "tab:scores"; }));
  QToolButton* generated = nullptr;
  for (QToolButton* button : report->findChildren<QToolButton*>()) {
    if (button->text() == "generated") generated = button;
  }
  REQUIRE(generated != nullptr);
  QTest::mouseClick(generated, Qt::LeftButton);
  CHECK(wait_until([&] { return record().caption.empty(); }));
  CHECK(wait_until([&] { return report->caption()->toPlainText().contains("seeds 42, 43, 44"); }));
}

TEST_CASE("The style of a figure is chosen in fields, kept, undone, and new figures begin with it", "[ui][report]") {
  Opened opened;
  opened.window.showTab(QStringLiteral("Report"));
  opened.add("Parallel coordinates");
  REQUIRE(opened.wait_for(1));
  ExportPanel* panel = opened.report->figurePanel();
  REQUIRE(wait_until([&] { return panel->isVisible(); }));
  const auto style = [&] { return opened.report->book()->items()[0]->style.render; };
  const auto choose = [&](const char* name, int index) {
    for (QComboBox* box : panel->findChildren<QComboBox*>()) {
      if (box->accessibleName() == name) {
        box->setCurrentIndex(index);
        Q_EMIT box->activated(index);
      }
    }
  };
  choose("Width as papers have it", 1);
  choose("Place of the legend", 2);
  choose("Colours", 1);
  CHECK(wait_until([&] { return style().width_cm == 8.5 && style().palette == figures::Palette::Greys; }));
  CHECK(style().legend == figures::LegendPlace::Inside);
  CHECK(panel->options() == style());
  opened.add("Layer maps");
  REQUIRE(wait_until([&] { return opened.count() > 1 && opened.report->book()->isWhole(); }));
  CHECK(opened.report->book()->items()[1]->style.render.width_cm == 8.5);
  while (opened.window.undoStack()->canUndo()) opened.window.undoStack()->undo();
  CHECK(opened.wait_for(0));
}

TEST_CASE("Digits, rows and marks of a table are remembered with it", "[ui][report]") {
  Opened opened;
  opened.window.showTab(QStringLiteral("Report"));
  opened.add("Score table");
  REQUIRE(opened.wait_for(1));
  TableExportPanel* panel = opened.report->tablePanel();
  REQUIRE(wait_until([&] { return panel->isVisible(); }));
  CHECK(panel->text().find("\\quad") != std::string::npos);
  for (QCheckBox* box : panel->findChildren<QCheckBox*>()) {
    if (box->text() == "single seeds") QTest::mouseClick(box, Qt::LeftButton, {}, QPoint(6, box->height() / 2));
  }
  const auto style = [&] { return opened.report->book()->items()[0]->style; };
  CHECK(wait_until([&] { return !style().single_runs; }));
  CHECK(panel->text().find("\\quad") == std::string::npos);
  CHECK(panel->text().find("\\label{tab:scores}") != std::string::npos);
  CHECK(panel->text().find("seeds 42, 43, 44") != std::string::npos);
}

TEST_CASE("Numbers follow seeds that arrive, style and texts stay", "[ui][report]") {
  Opened opened;
  opened.window.showTab(QStringLiteral("Report"));
  opened.add("Score table");
  REQUIRE(opened.wait_for(1));
  const auto item = [&] { return opened.report->book()->items()[0]; };
  CHECK(item()->runs.size() == 6);
  store::RunStore runs(opened.open.other());
  const store::RunRecord first = opened.open.session().runs().front();
  study::RunSettings settings = study::RunSettings::from_json(first.settings);
  settings.training.seed = 45;
  const store::RunId seed = runs.create(settings, first.study_id);
  runs.set_result(seed, {.scores = {{"test", {{"f1", 0.9}}}}, .seconds = 3});
  runs.set_state(seed, store::RunState::Finished);
  CHECK(wait_until([&] { return item()->runs.size() == 7 && item()->caption.find("45") != std::string::npos; }));
}

TEST_CASE("Choices of plots and of the comparison are undone by name", "[ui][report]") {
  Opened opened;
  MainWindow& window = opened.window;
  window.showTab(QStringLiteral("Compare"));
  CompareTab* compare = window.compareTab();
  compare->setGrouping(figures::Grouping::Method);
  CHECK(window.undoStack()->undoText().contains("grouping"));
  compare->setBaseline("LoRA");
  CHECK(window.undoStack()->undoText() == "baseline LoRA");
  window.undoStack()->undo();
  CHECK(window.undoStack()->undoText().contains("grouping"));
  window.undoStack()->undo();
  CHECK_FALSE(window.undoStack()->canUndo());
  window.showTab(QStringLiteral("Curves"));
  CurvesTab* curves = window.findChild<CurvesTab*>();
  REQUIRE(curves != nullptr);
  CurveCard* card = curves->cards().front();
  REQUIRE(wait_until([&] { return !card->view()->figure().empty(); }));
  const bool before = card->options().log_y;
  QTest::keyClick(card->view(), Qt::Key_L);
  CHECK(card->options().log_y != before);
  CHECK(window.undoStack()->count() == 1);
  window.undoStack()->undo();
  CHECK(card->options().log_y == before);
  CHECK(card->view()->figure().y.log == before);
}

TEST_CASE("A kit without a folder and one that cannot be written say why", "[ui][report]") {
  Opened opened;
  opened.window.showTab(QStringLiteral("Report"));
  KitBar* kit = opened.report->kit();
  kit->setFolder({});
  kit->button()->click();
  CHECK(opened.report->messages()->message().contains("No folder"));
}

TEST_CASE("Presets of child processes ask for one run of each setting", "[ui][report]") {
  Opened opened;
  std::vector<store::RunRecord> runs = opened.open.session().runs();
  CHECK(oneOfEachSetting(runs).size() == 2);
  const std::vector<ProgramPreset>& presets = programPresets();
  REQUIRE(presets.size() >= 2);
  CHECK(presets[0].steps(runs).size() == 2);
  CHECK(presets[1].steps(runs).size() == 2);
  CHECK(presets[0].steps({}).empty());
}

}  // namespace
}  // namespace lorascope::ui
