#include "ui/inspect/path_card.h"

#include <QHBoxLayout>
#include <QPainter>
#include <QPainterPath>
#include <QStackedWidget>
#include <QToolButton>
#include <QVBoxLayout>
#include <algorithm>
#include <cmath>

#include "ui/plots/plot_colours.h"
#include "ui/plots/table_twin.h"
#include "ui/widgets/icons.h"
#include "ui/widgets/theme.h"

namespace lorascope::ui {
namespace {

constexpr double kDot = 3.5;
constexpr double kMargin = 26;  ///< room for dots and numbers on the edge

figures::Theme themeOf(const QWidget* widget) {
  return appearanceOf(widget) == Appearance::Dark ? figures::Theme::Dark : figures::Theme::Light;
}

}  // namespace

PathView::PathView(QWidget* parent) : QWidget(parent) {
  setFocusPolicy(Qt::TabFocus);
  setAccessibleName(tr("Path through the layers"));
  setSizePolicy(QSizePolicy::Expanding, QSizePolicy::Expanding);
}

void PathView::setFigure(figures::FigureData figure) {
  figure_ = std::move(figure);
  pointed_.clear();
  setAccessibleName(QString::fromStdString(figure_.title));
  setAccessibleDescription(QString::fromStdString(figures::describe(figure_)));
  update();
}

void PathView::setPointed(std::vector<figures::Line> lines) {
  if (lines.empty() && pointed_.empty()) return;
  pointed_ = std::move(lines);
  update();
}

QRectF PathView::range() const {
  double left = INFINITY, right = -INFINITY, top = INFINITY, bottom = -INFINITY;
  for (const figures::Line& line : figure_.lines)
    for (std::size_t i = 0; i < line.x.size(); ++i) {
      if (!std::isfinite(line.x[i]) || !std::isfinite(line.y[i])) continue;
      left = std::min(left, line.x[i]);
      right = std::max(right, line.x[i]);
      top = std::min(top, line.y[i]);
      bottom = std::max(bottom, line.y[i]);
    }
  return left <= right ? QRectF(left, top, std::max(1e-9, right - left), std::max(1e-9, bottom - top)) : QRectF();
}

QPointF PathView::place(const figures::Line& of, std::size_t point) const {
  const QRectF data = range();
  const QRectF room = QRectF(rect()).adjusted(kMargin, kMargin / 2, -kMargin, -kMargin);
  const double scale = std::min(room.width() / data.width(), room.height() / data.height());
  const QPointF middle = data.center();
  return {room.center().x() + (of.x[point] - middle.x()) * scale, room.center().y() - (of.y[point] - middle.y()) * scale};
}

void PathView::paintLine(QPainter& painter, const figures::Line& line, bool is_pointed) const {
  QColor colour = lineColour(line.style, themeOf(this));
  if (is_pointed) colour.setAlphaF(0.4F);
  QPainterPath path;
  for (std::size_t i = 0; i < line.x.size(); ++i) {
    if (!std::isfinite(line.x[i])) return;
    i == 0 ? path.moveTo(place(line, i)) : path.lineTo(place(line, i));
  }
  painter.setBrush(Qt::NoBrush);
  painter.setPen(linePen(line.style, colour));
  painter.drawPath(path);
  const QFontMetricsF metrics(painter.font());
  for (std::size_t i = 0; i < line.x.size(); ++i) {
    const QPointF at = place(line, i);
    painter.setPen(Qt::NoPen);
    painter.setBrush(colour);
    painter.drawEllipse(at, kDot, kDot);
    if (is_pointed) continue;
    painter.setPen(coloursOf(this).secondary);
    const bool is_last = i + 1 == line.x.size();
    const QString text = is_last ? QStringLiteral("%1 %2").arg(i).arg(QString::fromStdString(line.name)) : QString::number(i);
    const double width = metrics.horizontalAdvance(text);
    const double left = at.x() + 6 + width > this->width() ? at.x() - 6 - width : at.x() + 6;
    painter.drawText(QPointF(left, at.y() - 5), text);
  }
}

void PathView::paintEvent(QPaintEvent*) {
  QPainter painter(this);
  painter.setRenderHint(QPainter::Antialiasing);
  painter.setFont(captionFont());
  const Colours& colours = coloursOf(this);
  painter.setPen(colours.secondary);
  if (figure_.empty()) {
    painter.drawText(rect(), Qt::AlignCenter, QString::fromStdString(figure_.empty_reason));
    return;
  }
  painter.drawText(QRectF(0, height() - 18, width(), 18), Qt::AlignHCenter | Qt::AlignVCenter,
                   tr("%1, %2 (one scale)").arg(QString::fromStdString(figure_.x.label), QString::fromStdString(figure_.y.label)));
  for (const figures::Line& line : pointed_) paintLine(painter, line, true);
  for (const figures::Line& line : figure_.lines) paintLine(painter, line, false);
  if (!hasFocus()) return;
  painter.setPen(QPen(colours.accent, 1));
  painter.setBrush(Qt::NoBrush);
  painter.drawRect(QRectF(rect()).adjusted(0.5, 0.5, -0.5, -0.5));
}

PathCard::PathCard(QWidget* parent)
    : Card(tr("Through the layers"), parent),
      stack_(new QStackedWidget),
      view_(new PathView),
      table_(new TableTwin),
      table_button_(makeIconButton(QStringLiteral("table"), tr("Show the path as a table"))) {
  auto* copy = makeIconButton(QStringLiteral("copy"), tr("Copy the path's numbers"));
  table_button_->setCheckable(true);
  header()->addWidget(table_button_);
  header()->addWidget(copy);
  stack_->addWidget(view_);
  stack_->addWidget(table_);
  body()->addWidget(stack_, 1);
  connect(table_button_, &QToolButton::toggled, this, [this](bool open) { stack_->setCurrentIndex(open ? 1 : 0); });
  connect(copy, &QToolButton::clicked, table_, &TableTwin::copy);
}

void PathCard::setFigure(figures::FigureData figure) {
  setTitle(QString::fromStdString(figure.title));
  setNote(QString::fromStdString(figure.note));
  table_->setFigure(figure);
  view_->setFigure(std::move(figure));
}

}  // namespace lorascope::ui
