#include "ui/plots/plot_view.h"

#include <QAccessible>
#include <QSignalSpy>
#include <QTest>
#include <QWheelEvent>
#include <cmath>
#include <limits>

#include "tests/support/catch.h"
#include "tests/support/mouse.h"
#include "tests/support/qt_application.h"
#include "tests/ui/plots/figures.h"
#include "ui/plots/plot_annotations.h"
#include "ui/plots/plot_canvas.h"
#include "ui/plots/plot_state.h"
#include "ui/widgets/theme.h"

using namespace lorascope;
using lorascope::ui::PlotView;

namespace {

constexpr double kNaN = std::numeric_limits<double>::quiet_NaN();

figures::FigureData simple(std::vector<double> x, std::vector<double> y) {
  figures::FigureData figure;
  figure.title = "Test";
  figure.x.label = "step";
  figure.y.label = "loss";
  figures::Line line;
  line.name = "FT";
  line.style.method = "ft";
  line.run_id = 7;
  line.x = std::move(x);
  line.y = std::move(y);
  figure.lines.push_back(std::move(line));
  return figure;
}

void show(PlotView& view, QSize size = {640, 320}) {
  view.resize(size);
  view.show();
  QTest::qWait(20);
}

/// A picture of the plot is not blank: it has pixels of this colour.
int count_pixels(const QImage& image, const QColor& colour) {
  int count = 0;
  for (int y = 0; y < image.height(); ++y) {
    for (int x = 0; x < image.width(); ++x) count += image.pixelColor(x, y).rgb() == colour.rgb() ? 1 : 0;
  }
  return count;
}

QColor method_colour(const char* method, figures::Theme theme) {
  const figures::Rgb rgb = figures::method_colour(method, theme);
  return QColor(rgb.red, rgb.green, rgb.blue);
}

void drag(PlotView& view, QPoint from, QPoint to, Qt::KeyboardModifiers modifiers = {}) {
  QTest::mousePress(&view, Qt::LeftButton, modifiers, from);
  test::move_mouse(view, QPointF(from + to) / 2, Qt::LeftButton, modifiers);
  test::move_mouse(view, to, Qt::LeftButton, modifiers);
  QTest::mouseRelease(&view, Qt::LeftButton, modifiers, to);
  QTest::qWait(10);
}

}  // namespace

TEST_CASE("A plot draws exactly the points of its figure", "[plots]") {
  test::qt_application();
  PlotView view;
  view.setFigure(test::loss_figure(300));
  for (std::size_t i = 0; i < view.figure().lines.size(); ++i) {
    const auto* graph = view.canvas()->graphOf(i);
    const auto& line = view.figure().lines[i];
    REQUIRE(graph->dataCount() == static_cast<int>(line.x.size()));
    for (int k = 0; k < graph->dataCount(); k += 17) {
      CHECK(graph->data()->at(k)->key == line.x[static_cast<std::size_t>(k)]);
      CHECK(graph->data()->at(k)->value == line.y[static_cast<std::size_t>(k)]);
    }
  }
}

TEST_CASE("On a logarithmic axis zeros are gaps and stay in the figure", "[plots]") {
  test::qt_application();
  PlotView view;
  view.setFigure(simple({0, 1, 2, 3, 4}, {1, 0, -1, 0.01, 100}));
  CHECK(view.canvas()->graphOf(0)->data()->at(1)->value == 0);
  view.setLogAxes(false, true);
  const auto points = view.canvas()->graphOf(0)->data();
  REQUIRE(points->size() == 5);
  CHECK(std::isnan(points->at(1)->value));
  CHECK(std::isnan(points->at(2)->value));
  CHECK(points->at(3)->value == 0.01);
  CHECK(view.rangeY().low > 0);
  CHECK(view.rangeY().low < 0.01);
  CHECK(view.rangeY().high > 100);
  CHECK(view.figure().lines[0].y[1] == 0);
  view.setLogAxes(true, true);
  CHECK(view.canvas()->graphOf(0)->data()->size() == 4);  // x = 0 has no place
  CHECK(view.rangeX().low > 0);
  show(view);
  CHECK(count_pixels(view.grab().toImage(), method_colour("ft", figures::Theme::Light)) > 0);
}

TEST_CASE("NaN, infinite, empty and single points are drawn without harm", "[plots]") {
  test::qt_application();
  PlotView view;
  show(view);
  view.setFigure(simple({0, 1, 2, 3}, {1, kNaN, std::numeric_limits<double>::infinity(), 2}));
  QTest::qWait(10);
  CHECK(std::isnan(view.canvas()->graphOf(0)->data()->at(1)->value));
  CHECK(std::isnan(view.canvas()->graphOf(0)->data()->at(2)->value));
  CHECK(view.rangeY().high < 3);
  view.setFigure(simple({}, {}));
  QTest::qWait(10);
  CHECK(view.rangeX().low < view.rangeX().high);
  view.setFigure({});
  QTest::qWait(10);
  view.setFigure(simple({kNaN, 1}, {kNaN, kNaN}));
  QTest::qWait(10);
  CHECK_FALSE(view.grab().isNull());
  view.setFigure(simple({5}, {0.25}));
  QTest::qWait(10);
  CHECK(view.rangeX().low < 5);
  CHECK(view.rangeX().high > 5);
  CHECK(count_pixels(view.grab().toImage(), method_colour("ft", figures::Theme::Light)) > 4);
}

TEST_CASE("Forty lines have names that do not overlap", "[plots]") {
  test::qt_application();
  figures::FigureData figure;
  for (unsigned i = 0; i < 40; ++i) {
    figures::Line line = test::noisy_line("LoRA seed " + std::to_string(i), i % 2 == 0 ? "ft" : "lora", 50, i + 1);
    figure.lines.push_back(std::move(line));
  }
  PlotView view;
  for (const int count : {40, 12, 5}) {
    while (figure.lines.size() > static_cast<std::size_t>(count)) figure.lines.pop_back();
    view.setFigure(figure);
    show(view);
    const auto& labels = view.canvas()->annotations()->labels();
    REQUIRE_FALSE(labels.empty());
    CHECK((labels.size() == static_cast<std::size_t>(count) || view.canvas()->annotations()->isLegend()));
    for (std::size_t a = 0; a < labels.size(); ++a) {
      CHECK(QRectF(view.rect()).adjusted(-1, -12, 1, 12).contains(labels[a].box));
      for (std::size_t b = 0; b < a; ++b) {
        CHECK_FALSE(labels[a].box.adjusted(0, 0.1, 0, -0.1).intersects(labels[b].box.adjusted(0, 0.1, 0, -0.1)));
      }
    }
  }
}

TEST_CASE("Dragging across zooms, Esc and a double-click show everything again", "[plots]") {
  test::qt_application();
  PlotView view;
  view.setFigure(test::loss_figure(1000));
  show(view);
  const ui::Range whole = view.rangeX();
  const QPoint from = view.toPixels(200, 0.5).toPoint();
  const QPoint to = view.toPixels(400, 0.5).toPoint();
  drag(view, from, to);
  CHECK(view.isZoomed());
  CHECK(view.rangeX().low == Approx(200).margin(4));
  CHECK(view.rangeX().high == Approx(400).margin(4));
  QTest::keyClick(&view, Qt::Key_Escape);
  CHECK(view.rangeX() == whole);
  drag(view, from, to + QPoint(0, 60));
  CHECK(view.isZoomed());
  const ui::Range zoomed_y = view.rangeY();
  CHECK(zoomed_y.high < 0.9);
  // An empty corner: no curve is near.
  QTest::mouseDClick(&view, Qt::LeftButton, {}, QPoint(view.width() / 2, 3));
  CHECK_FALSE(view.isZoomed());
  CHECK(view.rangeX() == whole);
}

TEST_CASE("The wheel zooms at the pointer and never beyond the whole", "[plots]") {
  test::qt_application();
  PlotView view;
  view.setFigure(simple({0, 50, 100}, {1, 2, 3}));
  show(view);
  const QPointF at = view.toPixels(25, 2);
  const auto turn = [&](int delta) {
    QWheelEvent event(at, view.mapToGlobal(at), {}, QPoint(0, delta), Qt::NoButton, Qt::NoModifier, Qt::NoScrollPhase,
                      false);
    QApplication::sendEvent(&view, &event);
  };
  turn(120);
  CHECK(view.rangeX().high - view.rangeX().low == Approx(80).margin(0.5));
  CHECK(view.xAt(at.x()) == Approx(25).margin(0.5));
  for (int i = 0; i < 20; ++i) turn(-120);
  CHECK(view.rangeX() == ui::Range{0, 100});
  for (int i = 0; i < 400; ++i) turn(120);  // ends somewhere sane instead of collapsing
  CHECK(view.rangeX().low < view.rangeX().high);
}

TEST_CASE("A double-click on a curve shows it alone", "[plots]") {
  test::qt_application();
  PlotView view;
  view.setFigure(test::score_figure());
  show(view);
  const QPoint on_last = view.toPixels(1000, view.figure().lines[3].y[5]).toPoint();
  QTest::mouseDClick(&view, Qt::LeftButton, {}, on_last);
  REQUIRE(view.solo());
  CHECK(*view.solo() == 3);
  QTest::mouseDClick(&view, Qt::LeftButton, {}, on_last);
  CHECK_FALSE(view.solo());
}

TEST_CASE("A click sets the step cursor to a point, arrows move it along the points", "[plots]") {
  test::qt_application();
  PlotView view;
  view.setFigure(test::score_figure());
  show(view);
  QSignalSpy moved(&view, &PlotView::cursorMoved);
  QTest::mouseClick(&view, Qt::LeftButton, {}, view.toPixels(1010, 5).toPoint());
  REQUIRE(moved.size() == 1);
  CHECK(moved[0][0].toDouble() == 1000);
  view.setCursor(1000, "step 1,000");
  QTest::keyClick(&view, Qt::Key_Right);
  QTest::keyClick(&view, Qt::Key_Left);
  REQUIRE(moved.size() == 3);
  CHECK(moved[1][0].toDouble() == 1200);
  CHECK(moved[2][0].toDouble() == 800);
}

TEST_CASE("Keys switch the axes, and hovering a curve names its run", "[plots]") {
  test::qt_application();
  PlotView view;
  view.setFigure(test::score_figure());
  show(view);
  QSignalSpy axes(&view, &PlotView::axesChanged);
  QTest::keyClick(&view, Qt::Key_L);
  CHECK(view.figure().y.log);
  QTest::keyClick(&view, Qt::Key_X);
  CHECK(view.figure().x.log);
  CHECK(axes.size() == 2);
  QTest::keyClick(&view, Qt::Key_L);
  QTest::keyClick(&view, Qt::Key_X);
  QSignalSpy hovered(&view, &PlotView::runHovered);
  const QPointF at = view.toPixels(1000, view.figure().lines[3].y[5]);
  test::move_mouse(view, at);
  REQUIRE(hovered.size() == 1);
  CHECK(hovered[0][0].toLongLong() == view.figure().lines[3].run_id);
  QSignalSpy smoothing(&view, &PlotView::smoothingRequested);
  QTest::keyClick(&view, Qt::Key_S);
  CHECK(smoothing.size() == 1);
}

TEST_CASE("Appended points are drawn like the same points from the start", "[plots]") {
  test::qt_application();
  const figures::Line line = test::noisy_line("FT", "ft", 5000);
  PlotView whole;
  whole.setFigure(simple(line.x, line.y));
  show(whole);
  PlotView grown;
  grown.setFigure(simple({line.x.begin(), line.x.begin() + 1234}, {line.y.begin(), line.y.begin() + 1234}));
  show(grown);
  for (std::size_t at = 1234; at < 5000; at += 753) {
    const auto end = static_cast<std::ptrdiff_t>(std::min<std::size_t>(5000, at + 753));
    const auto begin = static_cast<std::ptrdiff_t>(at);
    grown.appendPoints(0, {line.x.begin() + begin, line.x.begin() + end},
                       {line.y.begin() + begin, line.y.begin() + end});
  }
  QTest::qWait(30);
  CHECK(grown.figure().lines[0].y == whole.figure().lines[0].y);
  CHECK(grown.canvas()->graphOf(0)->dataCount() == 5000);
  CHECK(grown.rangeX() == whole.rangeX());
  CHECK(grown.grab().toImage() == whole.grab().toImage());
}

TEST_CASE("A change of theme recolours the plot at once", "[plots]") {
  QApplication& application = test::qt_application();
  ui::applyTheme(application, ui::Appearance::Light);
  PlotView view;
  view.setFigure(test::score_figure());
  show(view);
  CHECK(count_pixels(view.grab().toImage(), method_colour("ft", figures::Theme::Light)) > 50);
  ui::applyTheme(application, ui::Appearance::Dark);
  QTest::qWait(20);
  const QImage dark = view.grab().toImage();
  CHECK(count_pixels(dark, method_colour("ft", figures::Theme::Dark)) > 50);
  CHECK(count_pixels(dark, method_colour("ft", figures::Theme::Light)) == 0);
  CHECK(dark.pixelColor(5, 5) == ui::coloursOf(ui::Appearance::Dark).surface);
  ui::applyTheme(application, ui::Appearance::Light);
}

TEST_CASE("A plot tells assistive tools what it shows", "[plots]") {
  test::qt_application();
  PlotView view;
  view.setFigure(test::score_figure());
  QAccessibleInterface* interface = QAccessible::queryAccessibleInterface(&view);
  REQUIRE(interface != nullptr);
  CHECK(interface->role() == QAccessible::Chart);
  CHECK(interface->text(QAccessible::Name) == "Entity F1");
  CHECK(interface->text(QAccessible::Description).contains("FT 5e-5: 11 points"));
}

TEST_CASE("Without outliers one spike does not flatten the rest", "[plots]") {
  test::qt_application();
  figures::Line line = test::noisy_line("FT", "ft", 1000);
  line.y[500] = 1000;
  PlotView view;
  view.setFigure(simple(line.x, line.y));
  CHECK(view.rangeY().high > 900);
  view.setOutliersShown(false);
  CHECK(view.rangeY().high < 2);
}

TEST_CASE("A zoom stays when the figure grows and goes when its x axis changes", "[plots]") {
  test::qt_application();
  PlotView view;
  view.setFigure(simple({0, 50, 100}, {1, 2, 3}));
  view.zoomTo({10, 60});
  view.setFigure(simple({0, 50, 100, 150}, {1, 2, 3, 4}));
  CHECK(view.rangeX() == ui::Range{10, 60});
  figures::FigureData by_epoch = simple({0, 1, 2}, {1, 2, 3});
  by_epoch.x.label = "epoch";
  view.setFigure(by_epoch);
  CHECK(view.rangeX() == ui::Range{0, 2});
}
