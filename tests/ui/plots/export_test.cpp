#include <QClipboard>
#include <QFile>
#include <QImage>
#include <QLineEdit>
#include <QScrollBar>
#include <QSignalSpy>
#include <QTableView>
#include <QTest>
#include <QToolButton>

#include "tests/support/catch.h"
#include "tests/support/qt_application.h"
#include "tests/support/temporary_folder.h"
#include "tests/ui/plots/figures.h"
#include "ui/plots/export_panel.h"
#include "ui/plots/picture_preview.h"
#include "ui/plots/plot_card.h"
#include "ui/plots/plot_view.h"
#include "ui/plots/table_card.h"
#include "ui/plots/table_data_model.h"
#include "ui/plots/table_twin.h"
#include "ui/widgets/message_bar.h"

using namespace lorascope;

namespace {

QByteArray content(const QString& file) {
  QFile opened(file);
  return opened.open(QIODevice::ReadOnly) ? opened.readAll() : QByteArray();
}

QToolButton* button(QWidget& parent, const QString& text) {
  for (auto* found : parent.findChildren<QToolButton*>()) {
    if (found->text() == text) return found;
  }
  return nullptr;
}

}  // namespace

TEST_CASE("An export is written in every format, and a failure is said in the panel", "[plots]") {
  test::qt_application();
  test::TemporaryFolder folder;
  ui::ExportPanel panel;
  panel.setSource(ui::exportable(test::loss_figure(2000)));
  const QString base = QString::fromStdString((folder.path() / "figure").string());
  const std::pair<const char*, const char*> formats[] = {
      {".pdf", "%PDF"}, {".svg", "<?xml"}, {".png", "\x89PNG"}, {".csv", "line"}, {".tex", "% needs"}, {".md", "| line"}};
  for (const auto& [ending, start] : formats) {
    panel.setFile(base + ending);
    REQUIRE(panel.save());
    CHECK(content(base + ending).startsWith(start));
  }
  CHECK(content(base + ".csv").count('\n') > 6 * 2000);
  QImage picture;
  REQUIRE(picture.load(base + ".png"));
  CHECK(picture.width() == Approx(panel.options().width_cm / 2.54 * panel.options().dpi).margin(2));
  panel.setFile("/proc/no-such-place/figure.pdf");
  CHECK_FALSE(panel.save());
  CHECK_FALSE(panel.findChild<ui::MessageBar*>()->message().isEmpty());
  panel.setFile({});
  CHECK_FALSE(panel.save());
}

TEST_CASE("The preview is the export itself", "[plots]") {
  test::qt_application();
  ui::ExportPanel panel;
  panel.resize(800, 300);
  panel.setSource(ui::exportable(test::score_figure()));
  QSignalSpy ready(&panel, &ui::ExportPanel::previewReady);
  panel.show();
  REQUIRE(ready.wait(5000));
  figures::RenderOptions options = panel.options();
  options.dpi = 150;
  const std::string expected = ui::exportedBytes(test::score_figure(), ui::ExportFormat::Png, options);
  QImage image;
  REQUIRE(image.loadFromData(QByteArray::fromStdString(expected)));
  const QImage shown = panel.findChild<ui::PicturePreview*>()->picture();
  REQUIRE(shown.size() == image.size());
  CHECK(shown == image);
}

TEST_CASE("A card shows plot, table and export in the same place", "[plots]") {
  QApplication& application = test::qt_application();
  ui::PlotCard card(ui::PlotToolbar::LogY | ui::PlotToolbar::Smoothing);
  card.resize(900, 400);
  card.setFigure(test::score_figure());
  card.show();
  QTest::qWait(10);
  REQUIRE(card.view()->isVisible());
  QTest::mouseClick(button(card, "table"), Qt::LeftButton);
  CHECK(card.tableTwin()->isVisible());
  CHECK_FALSE(card.view()->isVisible());
  QTest::mouseClick(button(card, "copy"), Qt::LeftButton);
  CHECK(QTest::qWaitFor([&] { return application.clipboard()->text().startsWith("step\tFT 5e-5"); }));
  QTest::mouseClick(button(card, "table"), Qt::LeftButton);
  CHECK(card.view()->isVisible());
  QTest::mouseClick(button(card, "copy"), Qt::LeftButton);
  CHECK(QTest::qWaitFor([&] { return !application.clipboard()->image().isNull(); }));
  QTest::mouseClick(button(card, "copy"), Qt::LeftButton);
  QTest::mouseClick(button(card, "table"), Qt::LeftButton);
  QTest::mouseClick(button(card, "copy"), Qt::LeftButton);
  QTest::qWait(200);
  CHECK(application.clipboard()->text().startsWith("step\tFT 5e-5"));
  QTest::mouseClick(button(card, "table"), Qt::LeftButton);
  QTest::mouseClick(button(card, "export"), Qt::LeftButton);
  CHECK(card.exportPanel()->isVisible());
  QTest::keyClick(card.exportPanel(), Qt::Key_Escape);
  CHECK(card.view()->isVisible());
  CHECK_FALSE(button(card, "export")->isChecked());

  QTest::keyClick(card.view(), Qt::Key_L);
  CHECK(card.options().log_y);
  CHECK(button(card, "log y")->isChecked());
  QTest::mouseClick(button(card, "log y"), Qt::LeftButton);
  CHECK_FALSE(card.view()->figure().y.log);
  QSignalSpy wished(&card, &ui::PlotCard::figureWished);
  QTest::keyClick(card.view(), Qt::Key_S);
  CHECK(wished.size() == 1);
  CHECK(card.options().smoothing == 0.6);
  card.setFigure({});
  CHECK_FALSE(card.view()->isVisible());
  card.setFigure(test::score_figure());
  CHECK(card.view()->isVisible());
}

TEST_CASE("Every control of a card has a name", "[plots]") {
  test::qt_application();
  ui::PlotCard card(ui::PlotToolbar::XSource | ui::PlotToolbar::LogX | ui::PlotToolbar::LogY |
                    ui::PlotToolbar::Smoothing | ui::PlotToolbar::Grouping | ui::PlotToolbar::Outliers);
  card.setFigure(test::score_figure());
  card.show();
  for (auto* control : card.findChildren<QToolButton*>()) {
    INFO(control->text().toStdString());
    CHECK_FALSE(control->accessibleName().isEmpty());
    CHECK((control->focusPolicy() & Qt::TabFocus) != 0);
  }
}

TEST_CASE("A table card drops the least important columns and copies all of them", "[plots]") {
  test::qt_application();
  figures::TableData table;
  for (const char* name : {"run", "test F1", "recall", "time", "memory"}) table.columns.emplace_back().name = name;
  figures::TableRow row;
  row.run_id = 3;
  row.cells.resize(5);
  row.cells[0].text = "LoRA";
  row.cells[1].value = 41.25;
  row.cells[1].spread = 0.5;
  table.rows.push_back(row);
  ui::TableCard card("Scores");
  card.setFirstToGo({"memory", "recall"});
  card.setTable(table);
  card.resize(210, 200);
  card.show();
  QTest::qWait(10);
  const QTableView* view = card.view();
  CHECK(view->isColumnHidden(4));
  CHECK(view->isColumnHidden(2));
  CHECK_FALSE(view->isColumnHidden(1));
  CHECK_FALSE(view->isColumnHidden(3));
  CHECK(card.text(ui::TableCard::Format::TabSeparated).startsWith("run\ttest F1\trecall\ttime\tmemory\nLoRA\t41.25"));
  CHECK(card.text(ui::TableCard::Format::Markdown).contains("test F1"));
  CHECK(card.text(ui::TableCard::Format::Latex).contains("tabular"));
  CHECK(card.model()->runOf(0) == 3);
}

TEST_CASE("Columns of a table card that may not go are scrolled to, however long their texts are", "[plots]") {
  test::qt_application();
  figures::TableData table;
  for (const char* name : {"setting", "FT", "LoRA"}) table.columns.emplace_back().name = name;
  figures::TableRow row;
  row.cells.resize(3);
  row.cells[0].text = "data.train";
  row.cells[1].text = std::string(400, 'x');
  row.cells[2].text = "train.conll";
  table.rows.push_back(row);
  ui::TableCard card("Settings that differ");
  card.setTable(table);
  card.resize(320, 200);
  card.show();
  QTest::qWait(10);
  CHECK_FALSE(card.view()->isColumnHidden(1));
  CHECK_FALSE(card.view()->isColumnHidden(2));
  CHECK(card.view()->columnWidth(1) < 300);
  CHECK(card.view()->horizontalScrollBar()->maximum() > 0);
  CHECK(card.view()->viewport()->height() >= card.view()->rowHeight(0));
  const QVariant tip = card.model()->data(card.model()->index(0, 1), Qt::ToolTipRole);
  CHECK(tip.toString().size() == 400);
}
