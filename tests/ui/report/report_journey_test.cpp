// Journey 4 of the workbench: from pins in all views to a kit for a paper, by real widgets and the real program.

#include <QAction>
#include <QComboBox>
#include <QLineEdit>
#include <QMenu>
#include <QPushButton>
#include <QTest>
#include <QToolButton>
#include <QUndoStack>
#include <cstdint>
#include <cstdlib>
#include <fstream>
#include <map>

#include "core/base/files.h"
#include "core/store/run_store.h"
#include "tests/support/catch.h"
#include "tests/support/qt_application.h"
#include "tests/ui/shell/waiting.h"
#include "tests/ui/shell/window_pictures.h"
#include "ui/curves/curve_card.h"
#include "ui/curves/curves_tab.h"
#include "ui/curves/score_table_card.h"
#include "ui/main_window/main_window.h"
#include "ui/plots/export_panel.h"
#include "ui/plots/picture_preview.h"
#include "ui/plots/plot_view.h"
#include "ui/report/caption_edit.h"
#include "ui/report/kit_bar.h"
#include "ui/report/report_list.h"
#include "ui/report/report_tab.h"
#include "ui/weights/heat_map_card.h"
#include "ui/weights/weights_tab.h"
#include "ui/widgets/message_bar.h"

namespace lorascope::ui {
namespace {

namespace fs = std::filesystem;
using test::OpenSession;
using test::wait_until;

constexpr int kKitMs = 60000;  ///< a child process that draws a hundred figures on a busy machine

std::map<std::string, std::string> content_of(const fs::path& folder) {
  std::map<std::string, std::string> files;
  for (const auto& entry : fs::recursive_directory_iterator(folder)) {
    if (entry.is_regular_file()) files[fs::relative(entry.path(), folder).string()] = read_file(entry.path());
  }
  return files;
}

void press(QWidget* parent, const QString& name) {
  for (QToolButton* button : parent->findChildren<QToolButton*>(name)) {
    if (!button->isVisible()) continue;
    QTest::mouseClick(button, Qt::LeftButton);
    return;
  }
  FAIL("there is no visible button " << name.toStdString());
}

void press_tab(MainWindow& window, const QString& text) {
  for (QAbstractButton* button : window.findChildren<QAbstractButton*>()) {
    if (button->isVisible() && button->text() == text && button->property("role") == "tab") {
      QTest::mouseClick(button, Qt::LeftButton);
      return;
    }
  }
  FAIL("there is no tab " << text.toStdString());
}

}  // namespace

TEST_CASE("Journey 4: pins from every view become a paper's kit that is rebuilt byte for byte", "[ui][journey]") {
  qputenv("LORASCOPE_PROGRAM", LORASCOPE_PROGRAM);
  OpenSession open({.num_steps = 40, .spectrum_length = 8, .with_living = false});
  MainWindow window(&open.session());
  window.resize(1280, 800);
  window.show();
  ReportTab* report = window.reportTab();
  // Of figures whose content is there.
  const auto count = [&] { return report->book()->isWhole() ? report->book()->items().size() : SIZE_MAX; };

  press_tab(window, QStringLiteral("Curves"));
  CurvesTab* curves = window.findChild<CurvesTab*>();
  REQUIRE(wait_until([&] { return !curves->cards().front()->view()->figure().empty(); }));
  press(curves->cards().front(), QStringLiteral("pin"));
  REQUIRE(wait_until([&] { return count() == 1; }));
  press(curves->scores(), QStringLiteral("pin"));
  REQUIRE(wait_until([&] { return count() == 2; }));
  press_tab(window, QStringLiteral("Weights"));
  REQUIRE(wait_until([&] { return window.weightsTab()->map()->isVisible(); }));
  press(window.weightsTab()->map(), QStringLiteral("pin"));
  REQUIRE(wait_until([&] { return count() == 3; }));

  press_tab(window, QStringLiteral("Report"));
  ReportList* list = report->list();
  REQUIRE(wait_until([&] { return list->count() == 3; }));
  for (QAction* action : report->presetMenu()->actions()) {
    if (action->text() == "Table 6: parameters of mixtures") action->trigger();
  }
  REQUIRE(wait_until([&] { return count() == 4 && list->currentRow() == 3; }));
  list->setFocus();
  for (int i = 0; i < 3; ++i) QTest::keyClick(list, Qt::Key_Up, Qt::AltModifier);
  REQUIRE(wait_until([&] { return report->book()->items()[0]->query.table == 6; }));
  list->setCurrentRow(1);
  REQUIRE(wait_until([&] { return report->figurePanel()->isVisible(); }));
  CHECK(wait_until([&] { return !report->figurePanel()->findChild<PicturePreview*>()->picture().isNull(); }));
  // Where a kit would go is this machine's own.
  report->kit()->hide();
  test::save_pictures(window, "report-1-figure");
  report->kit()->show();
  report->caption()->setFocus();
  report->caption()->selectAll();
  QTest::keyClicks(report->caption(), QStringLiteral("Loss over 50 % of the steps & more"));
  report->label()->setFocus();
  report->label()->selectAll();
  QTest::keyClicks(report->label(), QStringLiteral("fig:loss"));
  QTest::keyClick(report->label(), Qt::Key_Return);
  REQUIRE(wait_until([&] { return report->book()->items()[1]->record.label == "fig:loss"; }));

  const fs::path first = open.folder().parent_path() / "kit one";
  QLineEdit* folder = report->kit()->findChild<QLineEdit*>();
  folder->selectAll();
  QTest::keyClicks(folder, QString::fromStdString(first.string()));
  QTest::mouseClick(report->kit()->button(), Qt::LeftButton);
  REQUIRE(wait_until([&] { return report->kit()->button()->isEnabled(); }, kKitMs));
  INFO(report->messages()->message().toStdString());
  REQUIRE(fs::exists(first / "SHA256SUMS"));
  const std::map<std::string, std::string> kit = content_of(first);
  for (const char* path : {"report/01-parameters-of-mixtures-of-adapters.tex", "report/02-loss.pdf", "report/02-loss.svg",
                           "report/02-loss.png", "report/02-loss.csv", "report/02-loss.tex", "report/03-scores.md",
                           "report/report.tex", "README.md", "commands.sh", "versions.json"}) {
    INFO(path);
    CHECK(kit.contains(path));
  }
  CHECK_THAT(kit.at("report/report.tex"), Catch::Contains("Loss over 50 \\% of the steps \\& more"));
  CHECK_THAT(kit.at("README.md"), Catch::Contains("lorascope export 1 2 3 4 5 6 --kit FOLDER"));

  test::save_pictures(window, "report-2-kit");

  // The same rows, from a terminal: another folder, another working directory, another language.
  const fs::path second = open.folder().parent_path() / "second";
  const std::string command = "cd / && LC_ALL=de_DE.UTF-8 LANG=de_DE.UTF-8 TZ=Asia/Tokyo '" LORASCOPE_PROGRAM
                              "' export --workspace '" + open.folder().string() + "' --kit '" + second.string() +
                              "' >/dev/null 2>&1";
  REQUIRE(std::system(command.c_str()) == 0);
  CHECK(content_of(second) == kit);

  // A seed arrives: numbers follow, style and texts stay.
  store::RunStore runs(open.other());
  const store::RunRecord old = open.session().runs().front();
  study::RunSettings settings = study::RunSettings::from_json(old.settings);
  settings.training.seed = 45;
  const store::RunId seed = runs.create(settings, old.study_id);
  runs.set_result(seed, {.scores = {{"test", {{"f1", 0.9}}}}, .seconds = 3});
  runs.set_state(seed, store::RunState::Finished);
  CHECK(wait_until([&] { return report->book()->items()[2]->caption.find("45") != std::string::npos; }));
  CHECK(report->book()->items()[1]->record.caption == "Loss over 50 % of the steps & more");
  QTest::mouseClick(report->kit()->button(), Qt::LeftButton);
  REQUIRE(wait_until([&] { return report->kit()->button()->isEnabled(); }, kKitMs));
  CHECK(content_of(first).at("report/03-scores.csv") != kit.at("report/03-scores.csv"));
  while (window.undoStack()->canUndo()) window.undoStack()->undo();
  CHECK(wait_until([&] { return count() == 0; }));
  qunsetenv("LORASCOPE_PROGRAM");
}

}  // namespace lorascope::ui
