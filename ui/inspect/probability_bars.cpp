#include "ui/inspect/probability_bars.h"

#include <QPainter>
#include <algorithm>
#include <cmath>

#include "ui/widgets/theme.h"

namespace lorascope::ui {
namespace {

constexpr int kLine = 22;
constexpr double kBarHeight = 7;

QString changeText(double change) {
  return (change < 0 ? QStringLiteral("−") : QStringLiteral("+")) + QString::number(std::abs(change), 'f', 2);
}

}  // namespace

ProbabilityBars::ProbabilityBars(QWidget* parent) : QWidget(parent) {
  setAccessibleName(tr("Probabilities"));
  setSizePolicy(QSizePolicy::Expanding, QSizePolicy::Fixed);
}

void ProbabilityBars::setBars(std::vector<Bar> bars, bool with_changes) {
  bars_ = std::move(bars);
  with_changes_ = with_changes;
  QStringList parts;
  for (const Bar& bar : bars_)
    parts.append(QStringLiteral("%1 %2").arg(bar.name).arg(bar.value, 0, 'f', 2) +
                 (with_changes ? QStringLiteral(" (%1)").arg(changeText(bar.change)) : QString()));
  setAccessibleDescription(parts.join(QStringLiteral(", ")));
  updateGeometry();
  update();
}

QSize ProbabilityBars::sizeHint() const { return {200, static_cast<int>(bars_.size()) * kLine}; }

void ProbabilityBars::paintEvent(QPaintEvent*) {
  QPainter painter(this);
  painter.setRenderHint(QPainter::Antialiasing);
  painter.setFont(captionFont());
  const Colours& colours = coloursOf(this);
  const QFontMetricsF metrics(painter.font());
  double names = 0;
  for (const Bar& bar : bars_) names = std::max(names, metrics.horizontalAdvance(bar.name));
  names = std::min(names, width() * 0.45) + 8;
  const double number = metrics.horizontalAdvance(QStringLiteral("0.00")) + 8;
  const double change = with_changes_ ? metrics.horizontalAdvance(QStringLiteral("+0.00")) + 8 : 0;
  const double room = std::max(10.0, width() - names - number - change);
  for (std::size_t i = 0; i < bars_.size(); ++i) {
    const Bar& bar = bars_[i];
    const double top = static_cast<double>(i) * kLine;
    painter.setPen(colours.secondary);
    painter.drawText(QRectF(0, top, names - 8, kLine), Qt::AlignLeft | Qt::AlignVCenter,
                     metrics.elidedText(bar.name, Qt::ElideRight, names - 8));
    const double length = std::max(2.0, room * std::clamp(bar.value, 0.0, 1.0));
    painter.setPen(Qt::NoPen);
    painter.setBrush(colours.accent);
    painter.drawRoundedRect(QRectF(names, top + (kLine - kBarHeight) / 2, length, kBarHeight), 2, 2);
    painter.setPen(colours.text);
    painter.drawText(QRectF(names + room, top, number, kLine), Qt::AlignRight | Qt::AlignVCenter,
                     QString::number(bar.value, 'f', 2));
    if (!with_changes_) continue;
    painter.setPen(colours.secondary);
    painter.drawText(QRectF(width() - change, top, change, kLine), Qt::AlignRight | Qt::AlignVCenter,
                     changeText(bar.change));
  }
}

}  // namespace lorascope::ui
