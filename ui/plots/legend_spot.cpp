#include "ui/plots/legend_spot.h"

#include <algorithm>

namespace lorascope::ui {

QRectF legendSpot(const QRectF& area, const QSizeF& size, const std::vector<QPointF>& points) {
  const double right = area.right() - size.width();
  const double bottom = area.bottom() - size.height();
  const double middle = area.left() + (area.width() - size.width()) / 2;
  const QPointF corners[] = {{right, area.top()},   {area.left(), area.top()}, {right, bottom},
                             {area.left(), bottom}, {middle, area.top()},      {middle, bottom}};
  QRectF best;
  std::size_t fewest = points.size() + 1;
  for (const QPointF& corner : corners) {
    const QRectF spot(corner, size);
    const auto hidden = static_cast<std::size_t>(
        std::count_if(points.begin(), points.end(), [&](const QPointF& point) { return spot.contains(point); }));
    if (hidden < fewest) {
      fewest = hidden;
      best = spot;
    }
  }
  return best;
}

}  // namespace lorascope::ui
