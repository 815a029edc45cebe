#include "core/figures/figure_data.h"

#include <algorithm>
#include <cmath>

#include "core/figures/number_text.h"

namespace lorascope::figures {

std::string Axis::full_label() const {
  return unit.empty() ? label : label + " (" + unit + ")";
}

bool FigureData::empty() const {
  return std::none_of(lines.begin(), lines.end(), [](const Line& line) {
    return std::any_of(line.y.begin(), line.y.end(), [](double value) { return std::isfinite(value); });
  });
}

std::string describe(const FigureData& figure) {
  std::string text = figure.title;
  if (figure.empty())
    return text + ": " + (figure.empty_reason.empty() ? "nothing to show" : figure.empty_reason) + ".";
  if (!figure.note.empty()) text += ", " + figure.note;
  text += ". " + figure.y.full_label() + " against " + figure.x.full_label() + ".";
  for (const Line& line : figure.lines) {
    if (line.style.role != Role::Main) continue;
    double first = NAN, last = NAN, least = INFINITY, greatest = -INFINITY;
    std::size_t num_points = 0;
    for (const double y : line.y) {
      if (!std::isfinite(y)) continue;
      if (num_points++ == 0) first = y;
      last = y;
      least = std::min(least, y);
      greatest = std::max(greatest, y);
    }
    if (num_points == 0) continue;
    text += " " + line.name + ": " + std::to_string(num_points) + (num_points == 1 ? " point" : " points") + ", from " +
            short_number(first) + " to " + short_number(last) + ", least " + short_number(least) + ", greatest " +
            short_number(greatest) + ".";
  }
  return text;
}

}  // namespace lorascope::figures
