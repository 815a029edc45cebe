#pragma once

#include <QRectF>
#include <QSizeF>
#include <vector>

namespace lorascope::ui {

/// The corner or edge of `area` where a box of `size` hides the fewest of `points`; the top right one of equals.
QRectF legendSpot(const QRectF& area, const QSizeF& size, const std::vector<QPointF>& points);

}  // namespace lorascope::ui
