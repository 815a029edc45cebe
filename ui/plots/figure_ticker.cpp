#include "ui/plots/figure_ticker.h"

#include <algorithm>
#include <cmath>

#include "core/figures/ticks.h"

namespace lorascope::ui {

void FigureTicker::generate(const QCPRange& range, const QLocale&, QChar, int, QVector<double>& ticks,
                            QVector<double>* sub_ticks, QVector<QString>* labels) {
  ticks.clear();
  if (sub_ticks != nullptr) sub_ticks->clear();
  if (labels != nullptr) labels->clear();
  if (!axis_.categories.empty()) {
    const auto count = static_cast<int>(axis_.categories.size());
    const int first = std::max(0, static_cast<int>(std::ceil(range.lower)));
    const int last = std::min(count - 1, static_cast<int>(std::floor(range.upper)));
    const int stride = std::max(1, (last - first + 1 + max_count_ - 1) / std::max(1, max_count_));
    for (int i = first; i <= last; i += stride) {
      ticks.append(i);
      if (labels != nullptr) labels->append(QString::fromStdString(axis_.categories[static_cast<std::size_t>(i)]));
    }
    return;
  }
  if (!(range.lower < range.upper) || (axis_.log && range.lower <= 0)) return;
  for (const figures::Tick& tick : figures::axis_ticks({range.lower, range.upper}, axis_, max_count_)) {
    ticks.append(tick.value);
    if (labels != nullptr) labels->append(QString::fromStdString(tick.text));
  }
}

}  // namespace lorascope::ui
