#include "ui/plots/drawing_view.h"

#include <QEvent>
#include <QMouseEvent>
#include <QPainter>
#include <QPainterPath>
#include <algorithm>
#include <cmath>

#include "ui/plots/plot_colours.h"
#include "ui/widgets/theme.h"

namespace lorascope::ui {
namespace {

constexpr double kPixelsPerInch = 96;
constexpr double kCmPerInch = 2.54;

class ShapePainter {
 public:
  explicit ShapePainter(QPainter& painter) : painter_(painter) {}

  void operator()(const figures::DrawnPath& path) const {
    QPolygonF polygon;
    for (const figures::Point& point : path.points) polygon.append({point.x, point.y});
    const QColor colour = faded(toColour(path.colour), path.opacity);
    if (path.filled) {
      painter_.setPen(Qt::NoPen);
      painter_.setBrush(colour);
      painter_.drawPolygon(polygon);
      return;
    }
    QPen pen(colour, path.width);
    pen.setCapStyle(Qt::FlatCap);
    if (!path.dashes.empty() && path.width > 0) {
      QList<qreal> dashes;
      for (const double dash : path.dashes) dashes.append(dash / path.width);
      if (dashes.size() % 2 == 0) pen.setDashPattern(dashes);
    }
    painter_.setPen(pen);
    painter_.setBrush(Qt::NoBrush);
    painter_.drawPolyline(polygon);
  }

  void operator()(const figures::DrawnDots& dots) const {
    painter_.setPen(Qt::NoPen);
    painter_.setBrush(faded(toColour(dots.colour), dots.opacity));
    for (const figures::Point& point : dots.points) {
      painter_.drawEllipse(QPointF(point.x, point.y), dots.diameter / 2, dots.diameter / 2);
    }
  }

  void operator()(const figures::DrawnText& text) const {
    // Sizes are in points of the page, which the painter's scale turns into pixels.
    QFont font = bodyFont();
    font.setPixelSize(std::max(1, static_cast<int>(std::lround(text.size))));
    font.setWeight(text.bold ? QFont::DemiBold : QFont::Normal);
    painter_.setFont(font);
    painter_.setPen(toColour(text.colour));
    const QString words = QString::fromStdString(text.text);
    const double width = QFontMetricsF(font).horizontalAdvance(words);
    const double shift = text.anchor == figures::Anchor::Start    ? 0
                         : text.anchor == figures::Anchor::Middle ? width / 2
                                                                  : width;
    painter_.save();
    painter_.translate(text.at.x, text.at.y);
    if (text.upwards) painter_.rotate(-90);
    painter_.drawText(QPointF(-shift, 0), words);
    painter_.restore();
  }

 private:
  QPainter& painter_;
};

}  // namespace

DrawingView::DrawingView(QWidget* parent) : QWidget(parent) {
  setMouseTracking(true);
  setFocusPolicy(Qt::StrongFocus);
  setSizePolicy(QSizePolicy::Expanding, QSizePolicy::Expanding);
}

double DrawingView::pointsPerPixel() {
  return 72 / kPixelsPerInch;
}

void DrawingView::setLayoutFunction(Layout layout) {
  layout_ = std::move(layout);
  arrange();
}

void DrawingView::arrange() {
  const double width_cm = width() / kPixelsPerInch * kCmPerInch, height_cm = height() / kPixelsPerInch * kCmPerInch;
  if (!layout_ || width_cm < 3 || height_cm < 2.5) return;
  const auto theme = appearanceOf(this) == Appearance::Dark ? figures::Theme::Dark : figures::Theme::Light;
  drawing_ = layout_(width_cm, height_cm, theme);
  setAccessibleName(QString::fromStdString(drawing_.title));
  setAccessibleDescription(QString::fromStdString(drawing_.description));
  update();
}

void DrawingView::paintEvent(QPaintEvent*) {
  QPainter painter(this);
  painter.setRenderHint(QPainter::Antialiasing);
  painter.scale(1 / pointsPerPixel(), 1 / pointsPerPixel());
  const ShapePainter paint(painter);
  for (const figures::DrawnShape& shape : drawing_.shapes) std::visit(paint, shape);
  if (!hasFocus()) return;
  painter.setPen(QPen(coloursOf(this).accent, 0.75));
  painter.setBrush(Qt::NoBrush);
  painter.drawRoundedRect(QRectF(0.5, 0.5, width() * pointsPerPixel() - 1, height() * pointsPerPixel() - 1), 3, 3);
}

void DrawingView::resizeEvent(QResizeEvent*) {
  arrange();
}

void DrawingView::changeEvent(QEvent* event) {
  QWidget::changeEvent(event);
  if (event->type() == QEvent::PaletteChange) arrange();
}

void DrawingView::mouseMoveEvent(QMouseEvent* event) {
  Q_EMIT pointed(event->position().x() * pointsPerPixel(), event->position().y() * pointsPerPixel());
}

void DrawingView::mousePressEvent(QMouseEvent* event) {
  setFocus(Qt::MouseFocusReason);
  Q_EMIT clicked(event->position().x() * pointsPerPixel(), event->position().y() * pointsPerPixel());
}

void DrawingView::leaveEvent(QEvent*) {
  Q_EMIT pointed(NAN, NAN);
}

}  // namespace lorascope::ui
