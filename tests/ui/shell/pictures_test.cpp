// Pictures of views that need a click first, of any workspace: LORASCOPE_PICTURE_WORKSPACE and LORASCOPE_PICTURES say
// which and where to. Not part of the suite.

#include <QDir>
#include <QScrollArea>
#include <QScrollBar>
#include <QTest>

#include "tests/support/catch.h"
#include "tests/support/qt_application.h"
#include "tests/ui/shell/waiting.h"
#include "ui/compare/compare_tab.h"
#include "ui/compare/evidence_book.h"
#include "ui/main_window/help_window.h"
#include "ui/main_window/main_window.h"
#include "ui/plots/table_card.h"
#include "ui/train/train_tab.h"
#include "ui/train/worst_card.h"
#include "ui/weights/adapters_card.h"
#include "ui/weights/directions_card.h"
#include "ui/weights/intruders_card.h"
#include "ui/weights/kept_share_card.h"
#include "ui/weights/map_twin.h"
#include "ui/weights/weights_tab.h"
#include "ui/widgets/theme.h"

namespace lorascope::ui {
namespace {

using test::wait_until;

void show_end(QWidget* tab) {
  for (QScrollArea* area : tab->findChildren<QScrollArea*>()) {
    area->verticalScrollBar()->setValue(area->verticalScrollBar()->maximum());
  }
  QTest::qWait(200);
}

TEST_CASE("Pictures of views that need a click", "[.pictures]") {
  const QString workspace = qEnvironmentVariable("LORASCOPE_PICTURE_WORKSPACE");
  const QDir folder(qEnvironmentVariable("LORASCOPE_PICTURES", QStringLiteral(".")));
  REQUIRE_FALSE(workspace.isEmpty());
  for (const Appearance appearance : {Appearance::Light, Appearance::Dark}) {
    applyTheme(test::qt_application(), appearance);
    const bool wide = appearance == Appearance::Dark;
    SessionModel session;
    MainWindow window(&session);
    window.resize(wide ? QSize(1920, 1200) : QSize(1280, 800));
    window.show();
    session.openWorkspace(workspace);
    REQUIRE(wait_until([&] { return !session.runs().empty(); }, 20000));
    const auto picture = [&](const char* name) {
      QTest::qWait(300);
      const QString file =
          QString::fromUtf8(name) + (wide ? QStringLiteral("-dark.png") : QStringLiteral("-light.png"));
      CHECK(window.grab().save(folder.filePath(file)));
    };
    std::vector<store::RunRecord> adapters;
    for (const store::RunRecord& run : session.runs()) {
      if (run.state == store::RunState::Finished && run.method == "lora") adapters.push_back(run);
    }
    REQUIRE(adapters.size() >= 2);
    window.showTab(QStringLiteral("Compare"));
    CHECK(wait_until([&] { return !window.compareTab()->evidence()->evidence().empty(); }, 20000));
    picture("compare");
    window.compareTab()->table()->setExportOpen(true);
    picture("compare-export");
    window.compareTab()->table()->setExportOpen(false);
    show_end(window.compareTab());
    picture("compare-end");
    window.showTab(QStringLiteral("Weights"));
    window.weightsTab()->intruders()->analyse(session.runs().front().id);
    CHECK(wait_until([&] { return !window.weightsTab()->intruders()->analyses().empty(); }, 60000));
    window.weightsTab()->intruders()->analyse(adapters[0].id);
    CHECK(wait_until([&] { return window.weightsTab()->intruders()->analyses().size() == 2; }, 60000));
    KeptShareCard* kept = window.weightsTab()->keptShare();
    kept->measure({1, 0.75, 0.5, 0.25, 0});
    CHECK(wait_until([&] { return kept->points().size() == 5 && !kept->isMeasuring(); }, 120000));
    kept->setShare(0.7);
    CHECK(wait_until([&] { return kept->points().size() == 6 && !kept->isMeasuring(); }, 60000));
    DirectionsCard* directions = window.weightsTab()->directions();
    directions->compute();
    CHECK(wait_until([&] { return directions->map()->isVisible(); }, 60000));
    for (QScrollArea* area : window.weightsTab()->findChildren<QScrollArea*>())
      area->verticalScrollBar()->setValue(kept->mapTo(area->widget(), QPoint()).y() - 12);
    picture("kept-share");
    const QDir artifacts(workspace);
    for (std::size_t i = 0; i < 2; ++i) {
      window.weightsTab()->openAdapter(
          artifacts.absoluteFilePath(QStringLiteral("artifacts/run-%1/adapter").arg(adapters[i].id)));
    }
    CHECK(wait_until([&] { return window.weightsTab()->adapters()->table()->isVisible(); }, 20000));
    show_end(window.weightsTab());
    picture("adapters");
    session.select({adapters[0].id});
    window.showTab(QStringLiteral("Train"));
    CHECK(wait_until([&] { return window.trainTab()->worst()->numShown() > 0; }, 20000));
    window.openPalette();
    picture("palette");
    HelpWindow help;
    help.showTopic(QStringLiteral("measure.intruders"));
    QTest::qWait(100);
    CHECK(help.grab().save(folder.filePath(wide ? QStringLiteral("help-dark.png") : QStringLiteral("help-light.png"))));
  }
  applyTheme(test::qt_application(), Appearance::Light);
}

}  // namespace
}  // namespace lorascope::ui
