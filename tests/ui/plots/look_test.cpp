// Pictures for the eye: run with the tag [look] and LORASCOPE_PICTURES set to a folder.

#include <QTest>

#include "tests/support/catch.h"
#include "tests/support/qt_application.h"
#include "tests/support/sample_workspace.h"
#include "tests/support/temporary_folder.h"
#include "tests/ui/plots/figures.h"
#include "ui/curves/curves_tab.h"
#include "ui/main_window/session_model.h"
#include "ui/plots/plot_card.h"
#include "ui/plots/plot_view.h"
#include "ui/process/lorascope_program.h"
#include "ui/weights/weights_tab.h"
#include "ui/widgets/empty_state.h"
#include "ui/widgets/theme.h"

using namespace lorascope;

TEST_CASE("Pictures of single plots", "[.look]") {
  QApplication& application = test::qt_application();
  const QString folder = qEnvironmentVariable("LORASCOPE_PICTURES", ".");
  for (const auto appearance : {ui::Appearance::Light, ui::Appearance::Dark}) {
    const QString tone = appearance == ui::Appearance::Light ? "light" : "dark";
    ui::applyTheme(application, appearance);
    for (const auto& [name, figure] :
         {std::pair("loss", test::loss_figure()), std::pair("scores", test::score_figure())}) {
      ui::PlotView view;
      view.resize(800, 300);
      view.setValuesAtEnds(std::string(name) == "scores");
      view.setFigure(figure);
      view.setCursor(1420, "step 1,420");
      view.show();
      QTest::qWait(50);
      view.grab().save(folder + "/" + name + "-" + tone + ".png");
      QTest::mouseMove(&view, QPoint(400, 150));
      QTest::qWait(50);
      view.grab().save(folder + "/" + name + "-hover-" + tone + ".png");
    }
  }
}

TEST_CASE("Pictures of the tabs", "[.look]") {
  QApplication& application = test::qt_application();
  const QString folder = qEnvironmentVariable("LORASCOPE_PICTURES", ".");
  test::TemporaryFolder temporary;
  // Kept when LORASCOPE_PICTURES says where, so that the whole window can be looked at too.
  const std::filesystem::path place = qEnvironmentVariableIsSet("LORASCOPE_PICTURES")
                                          ? std::filesystem::path(folder.toStdString()) / "workspace"
                                          : temporary.path() / "workspace";
  std::filesystem::remove_all(place);
  const auto workspace = store::Workspace::open_or_create(place);
  test::fill_sample_workspace(workspace);
  for (const auto appearance : {ui::Appearance::Light, ui::Appearance::Dark}) {
    const QString tone = appearance == ui::Appearance::Light ? "light" : "dark";
    ui::applyTheme(application, appearance);
    ui::SessionModel session;
    ui::CurvesTab curves(&session);
    ui::LorascopeProgram program;
    ui::WeightsTab weights(&session, &program);
    session.openWorkspace(QString::fromStdString(place.string()));
    for (const QSize size : {QSize(660, 660), QSize(1300, 1060)}) {
      curves.resize(size);
      curves.show();
      QTest::qWait(700);
      session.setStepCursor(142);
      QTest::qWait(100);
      curves.grab().save(QStringLiteral("%1/curves-%2-%3.png").arg(folder, tone).arg(size.width()));
      weights.resize(size);
      weights.show();
      QTest::qWait(200);
      weights.grab().save(QStringLiteral("%1/weights-%2-%3.png").arg(folder, tone).arg(size.width()));
    }
  }
}

TEST_CASE("Pictures of cards in other states", "[.look]") {
  QApplication& application = test::qt_application();
  const QString folder = qEnvironmentVariable("LORASCOPE_PICTURES", ".");
  for (const auto appearance : {ui::Appearance::Light, ui::Appearance::Dark}) {
    const QString tone = appearance == ui::Appearance::Light ? "light" : "dark";
    ui::applyTheme(application, appearance);
    ui::PlotCard card(ui::PlotToolbar::XSource | ui::PlotToolbar::LogX | ui::PlotToolbar::LogY |
                      ui::PlotToolbar::Smoothing | ui::PlotToolbar::Grouping | ui::PlotToolbar::Outliers);
    card.emptyState()->setSentence("No points of the training loss yet");
    card.resize(636, 300);
    card.show();
    const auto save = [&](const char* name) {
      QTest::qWait(400);
      card.grab().save(QStringLiteral("%1/card-%2-%3.png").arg(folder, name, tone));
    };
    save("empty");
    card.setFigure(test::loss_figure());
    save("plot");
    card.openExport();
    card.adjustSize();
    card.resize(636, card.minimumSizeHint().height());
    save("export");
    card.toolbar()->tableToggled(true);
    save("table");
  }
}
