// The analyses of the report on finished runs of a real model: LORASCOPE_REAL_WORKSPACE names a workspace that may be
// written to. Run by hand: test_ui_report "[.real]".

#include <QAction>
#include <QMenu>
#include <cstdlib>

#include "tests/support/catch.h"
#include "tests/support/qt_application.h"
#include "tests/support/temporary_folder.h"
#include "tests/ui/shell/waiting.h"
#include "ui/main_window/main_window.h"
#include "ui/main_window/window_settings.h"
#include "ui/report/preset_run.h"
#include "ui/report/report_tab.h"
#include "ui/widgets/message_bar.h"

namespace lorascope::ui {

TEST_CASE("Every analysis of the report runs on real runs", "[.real]") {
  const char* folder = std::getenv("LORASCOPE_REAL_WORKSPACE");
  if (folder == nullptr) {
    WARN("LORASCOPE_REAL_WORKSPACE names no workspace");
    return;
  }
  constexpr int kAnalysisMs = 300000;
  qputenv("LORASCOPE_PROGRAM", LORASCOPE_PROGRAM);
  test::qt_application();
  const test::TemporaryFolder settings;
  qputenv("LORASCOPE_SETTINGS", QByteArray::fromStdString(settings.path().string()));
  chooseSettingsFolder();
  SessionModel session;
  session.openWorkspace(QString::fromUtf8(folder));
  REQUIRE(test::wait_until([&] { return !session.shownRuns().empty(); }, 20000));
  MainWindow window(&session);
  window.resize(1280, 800);
  window.show();
  ReportTab* report = window.reportTab();
  for (const ProgramPreset& preset : programPresets()) {
    INFO(preset.name.toStdString());
    const std::size_t before = report->book()->items().size();
    for (QAction* action : report->presetMenu()->actions()) {
      if (action->text() == preset.name) action->trigger();
    }
    CHECK(test::wait_until([&] { return !report->presetRun()->isRunning() && report->book()->items().size() > before; }, kAnalysisMs));
    INFO(report->messages()->message().toStdString());
    CHECK_FALSE(report->messages()->isVisibleTo(report));
  }
  REQUIRE(test::wait_until([&] { return report->book()->isWhole(); }, 60000));
  for (const ReportBook::Item& item : report->book()->items()) {
    INFO(item->record.label << ": " << item->problem);
    CHECK(item->problem.empty());
  }
}

}  // namespace lorascope::ui
