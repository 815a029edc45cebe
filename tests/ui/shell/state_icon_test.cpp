#include "ui/widgets/state_icon.h"

#include <QImage>
#include <QPainter>
#include <set>

#include "tests/support/catch.h"
#include "tests/support/qt_application.h"

namespace lorascope::ui {
namespace {

using store::RunState;

const std::vector<RunState> kStates = {RunState::Queued,  RunState::Starting, RunState::Running,
                                       RunState::Paused,  RunState::Stopping, RunState::Finished,
                                       RunState::Stopped, RunState::Failed,   RunState::Lost};

/// The drawing without its colour: where there is ink.
QByteArray ink_of(RunState state, double progress) {
  QImage image(16, 16, QImage::Format_ARGB32_Premultiplied);
  image.fill(Qt::transparent);
  Colours colours = coloursOf(Appearance::Light);
  QPainter painter(&image);
  paintRunState(painter, QRectF(0, 0, 16, 16), state, progress, colours);
  painter.end();
  QByteArray ink;
  for (int y = 0; y < 16; ++y) {
    for (int x = 0; x < 16; ++x) ink.append(static_cast<char>(qAlpha(image.pixel(x, y))));
  }
  return ink;
}

TEST_CASE("Every state has a shape of its own, colour aside", "[ui]") {
  test::qt_application();
  std::set<StateShape> shapes;
  std::set<QByteArray> drawings;
  for (const RunState state : kStates) {
    shapes.insert(shapeOf(state));
    drawings.insert(ink_of(state, 0.5));
  }
  CHECK(shapes.size() == kStates.size());
  CHECK(drawings.size() == kStates.size());
}

TEST_CASE("Running shows its progress as an arc", "[ui]") {
  test::qt_application();
  const auto pixels = [](double progress) {
    QImage image(16, 16, QImage::Format_ARGB32);
    image.fill(Qt::white);
    QPainter painter(&image);
    paintRunState(painter, QRectF(0, 0, 16, 16), RunState::Running, progress, coloursOf(Appearance::Light));
    painter.end();
    int number = 0;
    for (int y = 0; y < 16; ++y) {
      for (int x = 0; x < 16; ++x) number += image.pixelColor(x, y).lightness() < 140 ? 1 : 0;
    }
    return number;
  };
  CHECK(pixels(0.0) < pixels(0.5));
  CHECK(pixels(0.5) < pixels(1.0));
}

TEST_CASE("Progress is steps done of all, and 0 while the number is not known", "[ui]") {
  CHECK(progressOf({}) == 0);
  store::Heartbeat beat;
  beat.step = 30;
  beat.total_steps = 40;
  CHECK(progressOf(beat) == Approx(0.75));
  beat.step = 50;
  CHECK(progressOf(beat) == 1.0);
}

TEST_CASE("The state icon says its state to screen readers", "[ui]") {
  test::qt_application();
  StateIcon icon;
  icon.setState(RunState::Lost, 0);
  CHECK(icon.accessibleName() == "lost");
  CHECK(icon.toolTip() == "lost");
}

}  // namespace
}  // namespace lorascope::ui
