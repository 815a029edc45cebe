#include "ui/plots/plot_colours.h"

namespace lorascope::ui {

QColor toColour(const figures::Rgb& rgb) {
  return QColor(rgb.red, rgb.green, rgb.blue);
}

figures::Rgb fromColour(const QColor& colour) {
  return {static_cast<std::uint8_t>(colour.red()), static_cast<std::uint8_t>(colour.green()),
          static_cast<std::uint8_t>(colour.blue())};
}

QColor faded(QColor colour, double opacity) {
  colour.setAlphaF(static_cast<float>(opacity));
  return colour;
}

QColor lineColour(const figures::LineStyle& style, figures::Theme theme) {
  return toColour(figures::line_colour(style, theme));
}

QPen linePen(const figures::LineStyle& style, const QColor& colour, double wider) {
  QPen pen(colour, figures::line_width(style.role) + wider);
  pen.setJoinStyle(Qt::RoundJoin);
  pen.setCapStyle(Qt::FlatCap);
  const std::vector<double> dashes = figures::dash_pattern(style);
  if (!dashes.empty()) pen.setDashPattern(QList<qreal>(dashes.begin(), dashes.end()));
  return pen;
}

}  // namespace lorascope::ui
