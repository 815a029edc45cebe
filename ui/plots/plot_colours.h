#pragma once

#include <QColor>
#include <QPen>

#include "core/figures/plot_style.h"

namespace lorascope::ui {

QColor toColour(const figures::Rgb& rgb);
figures::Rgb fromColour(const QColor& colour);
/// The same colour at an opacity from 0 to 1.
QColor faded(QColor colour, double opacity);
QColor lineColour(const figures::LineStyle& style, figures::Theme theme);
/// Pen of a line by its role and method in this colour; `wider` px are added to its width.
QPen linePen(const figures::LineStyle& style, const QColor& colour, double wider = 0);

}  // namespace lorascope::ui
