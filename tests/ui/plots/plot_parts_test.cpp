#include <QTest>
#include <cmath>
#include <limits>

#include "tests/support/catch.h"
#include "tests/support/mouse.h"
#include "tests/support/qt_application.h"
#include "tests/ui/plots/figures.h"
#include "ui/plots/figure_range.h"
#include "ui/plots/figure_table_model.h"
#include "ui/plots/heat_map_view.h"
#include "ui/plots/legend_spot.h"
#include "ui/plots/number_text.h"
#include "ui/plots/plot_overlay.h"
#include "ui/plots/smoothing_field.h"

using namespace lorascope;

namespace {

constexpr double kNaN = std::numeric_limits<double>::quiet_NaN();

}  // namespace

TEST_CASE("Values read well", "[plots]") {
  CHECK(ui::valueText(0) == "0");
  CHECK(ui::valueText(1420) == "1,420");
  CHECK(ui::valueText(1234567.25, 9) == "1,234,567.25");
  CHECK(ui::valueText(0.0412) == "0.0412");
  CHECK(ui::valueText(-12345.6) == QString::fromUtf8("−12,346"));
  CHECK(ui::valueText(0.000031) == QString::fromUtf8("3.1·10⁻⁵"));
  CHECK(ui::valueText(kNaN) == QString::fromUtf8("–"));
  CHECK(ui::valueText(-INFINITY) == QString::fromUtf8("−∞"));
}

TEST_CASE("The nearest point skips gaps", "[plots]") {
  figures::Line line;
  line.x = {0, 1, 2, 3, 4};
  line.y = {1, kNaN, kNaN, 2, kNaN};
  CHECK(ui::nearestPoint(line, -5) == std::size_t{0});
  CHECK(ui::nearestPoint(line, 1) == std::size_t{0});
  CHECK(ui::nearestPoint(line, 2) == std::size_t{3});
  CHECK(ui::nearestPoint(line, 99) == std::size_t{3});
  line.y.assign(5, kNaN);
  CHECK_FALSE(ui::nearestPoint(line, 2));
  CHECK_FALSE(ui::nearestPoint({}, 2));
}

TEST_CASE("The value axis fits what is in view", "[plots]") {
  figures::FigureData figure;
  figures::Line line;
  for (int i = 0; i <= 100; ++i) {
    line.x.push_back(i);
    line.y.push_back(100.0 - i);
  }
  figure.lines.push_back(line);
  CHECK(ui::fittingRangeY(figure, {0, 100}, true) == figures::y_range(figure));
  const ui::Range part = ui::fittingRangeY(figure, {40, 50}, true);
  CHECK(part.low > 45);
  CHECK(part.low <= 50);
  CHECK(part.high >= 60);
  CHECK(part.high < 65);
}

TEST_CASE("A summary has the ranges of the whole figure, also after it grew", "[plots]") {
  figures::FigureData figure = test::loss_figure(500);
  figure.lines[0].y[7] = kNaN;
  figure.lines[2].y[9] = -3;
  figure.references.push_back({.vertical = false, .value = 1.7, .label = {}, .style = {}});
  for (const bool log : {true, false}) {
    figure.y.log = log;
    figures::FigureData summary = ui::summaryOf(figure);
    CHECK(figures::x_range(summary) == figures::x_range(figure));
    CHECK(figures::y_range(summary) == figures::y_range(figure));
    figures::FigureData grown = figure;
    grown.lines[1].x.insert(grown.lines[1].x.end(), {500, 501});
    grown.lines[1].y.insert(grown.lines[1].y.end(), {0.001, 9});
    ui::extendSummary(summary, 1, grown.lines[1], 500);
    CHECK(figures::x_range(summary) == figures::x_range(grown));
    CHECK(figures::y_range(summary) == figures::y_range(grown));
  }
}

TEST_CASE("A read-out gives all lines at their points, raw beside smoothed", "[plots]") {
  const figures::FigureData figure = test::loss_figure(100);
  std::size_t left_out = 0;
  const auto rows = ui::readOuts(figure, 50, 5, 0.3, 10, left_out);
  REQUIRE(rows.size() == 3);
  CHECK(left_out == 0);
  for (std::size_t i = 0; i < rows.size(); ++i) {
    const figures::Line& smooth = figure.lines[rows[i].line];
    CHECK(rows[i].y == smooth.y[50]);
    CHECK(rows[i].value == ui::valueText(smooth.y[50], 6));
    CHECK(rows[i].raw == "raw " + ui::valueText(figure.lines[rows[i].line - 1].y[50], 6));
    if (i > 0) CHECK(rows[i].y <= rows[i - 1].y);
  }
  CHECK(ui::readOuts(figure, 50, 5, 0.3, 2, left_out).size() == 2);
  CHECK(left_out == 1);
  CHECK(ui::readOuts(figure, 500, 5, 0.3, 10, left_out).empty());
}

TEST_CASE("The table twin has every point of the figure", "[plots]") {
  test::qt_application();
  const figures::FigureData figure = test::loss_figure(700);
  ui::FigureTableModel model;
  model.setFigure(figure);
  REQUIRE(model.rowCount() == 700);
  REQUIRE(model.columnCount() == 1 + 6 + 6);
  for (int row = 0; row < 700; row += 7) {
    CHECK(model.data(model.index(row, 0), Qt::UserRole).toDouble() == figure.lines[0].x[static_cast<std::size_t>(row)]);
    for (int line = 0; line < 6; ++line) {
      const double expected = figure.lines[static_cast<std::size_t>(line)].y[static_cast<std::size_t>(row)];
      CHECK(model.data(model.index(row, line + 1), Qt::UserRole).toDouble() == expected);
    }
    CHECK(model.data(model.index(row, 7), Qt::UserRole).toDouble() ==
          figure.bands[0].low[static_cast<std::size_t>(row)]);
  }
  const QStringList lines = model.table()->tabSeparated(model.table()->all()).split('\n');
  REQUIRE(lines.size() == 702);
  CHECK(lines[0].startsWith("step\tLoRA lr 5e-5 (raw)\tLoRA lr 5e-5\t"));
  CHECK(lines[12].split('\t')[1].toDouble() == figure.lines[0].y[11]);
}

TEST_CASE("The table twin lines points of different steps up and keeps repeated ones", "[plots]") {
  test::qt_application();
  figures::FigureData figure;
  figure.lines.resize(3);
  figure.lines[0].x = {1, 2, 4};
  figure.lines[0].y = {10, kNaN, 40};
  figure.lines[1].x = {3, 2, 2};
  figure.lines[1].y = {300, 200, 201};
  ui::FigureTableModel model;
  model.setFigure(figure);
  REQUIRE(model.rowCount() == 5);
  const auto cell = [&](int row, int column) { return model.data(model.index(row, column), Qt::UserRole); };
  CHECK(cell(0, 1).toDouble() == 10);
  CHECK_FALSE(cell(0, 2).isValid());
  CHECK(std::isnan(cell(1, 1).toDouble()));
  CHECK(cell(1, 2).toDouble() == 200);
  CHECK(cell(2, 0).toDouble() == 2);
  CHECK(cell(2, 2).toDouble() == 201);
  CHECK_FALSE(cell(2, 1).isValid());
  CHECK(cell(3, 2).toDouble() == 300);
  CHECK_FALSE(cell(0, 3).isValid());
  CHECK(model.table()->tabSeparated(model.partAround({model.index(1, 1), model.index(2, 2)})).split('\n')[1] == "nan\t200");
}

TEST_CASE("The legend lies where it hides the least", "[plots]") {
  const QRectF area(0, 0, 100, 100);
  std::vector<QPointF> points;
  for (int i = 0; i < 100; ++i) points.emplace_back(i, i);
  CHECK(ui::legendSpot(area, {20, 20}, points) == QRectF(80, 0, 20, 20));
  for (int i = 0; i < 100; ++i) points.emplace_back(i, 5);
  CHECK(ui::legendSpot(area, {20, 20}, points) == QRectF(0, 80, 20, 20));
}

TEST_CASE("Smoothing is typed, stepped, dragged and switched", "[plots]") {
  test::qt_application();
  ui::SmoothingField field;
  field.resize(field.sizeHint());
  field.show();
  field.setValue(0.6);
  CHECK(field.text() == "smooth 0.6");
  field.toggle();
  CHECK(field.value() == 0);
  field.toggle();
  CHECK(field.value() == 0.6);
  QTest::keyClick(&field, Qt::Key_Up);
  CHECK(field.value() == Approx(0.65));
  auto* edit = field.findChild<QWidget*>("qt_spinbox_lineedit");
  REQUIRE(edit != nullptr);
  QTest::mousePress(edit, Qt::LeftButton, {}, QPoint(10, 5));
  test::move_mouse(*edit, QPointF(40, 5), Qt::LeftButton);
  QTest::mouseRelease(edit, Qt::LeftButton, {}, QPoint(40, 5));
  CHECK(field.value() == Approx(0.8));
  field.selectAll();
  QTest::keyClicks(&field, "0.25");
  QTest::keyClick(&field, Qt::Key_Return);
  CHECK(field.value() == 0.25);
}

TEST_CASE("A heat map colours cells by value and is walked with the arrow keys", "[plots]") {
  test::qt_application();
  ui::HeatMapView view;
  ui::HeatMap map;
  map.title = "Map";
  map.rows = {"layer 1", "layer 0"};
  map.columns = {"query", "value"};
  map.values = {1, 4, kNaN, 2};
  map.text = [](double value) { return ui::valueText(value); };
  view.setMap(map);
  view.resize(400, 160);
  view.show();
  const auto lightness = [&](double value) { return view.colourOf(value).lightnessF(); };
  CHECK(lightness(1) > lightness(2));
  CHECK(lightness(2) > lightness(4));
  const QImage image = view.grab().toImage();
  const QPointF corner = view.cellRect(0, 1).topLeft() + QPointF(6, 6);
  CHECK(image.pixel(corner.toPoint()) == view.colourOf(4).rgb());
  int row = -1, column = -1;
  QObject::connect(&view, &ui::HeatMapView::cellChosen, &view, [&](int r, int c) { row = r, column = c; });
  QTest::mouseClick(&view, Qt::LeftButton, {}, view.cellRect(0, 1).center().toPoint());
  CHECK((row == 0 && column == 1));
  QTest::keyClick(&view, Qt::Key_Down);
  CHECK((row == 1 && column == 1));
  QTest::keyClick(&view, Qt::Key_Down);
  CHECK(view.chosenRow() == 1);
  CHECK(view.accessibleDescription().contains("2 rows"));
  view.setMap({});
  view.grab();
}
