#pragma once

#include <QPointF>
#include <QRectF>
#include <QString>
#include <cstdint>
#include <optional>

#include "core/figures/figure_data.h"

namespace lorascope::ui {

/// What a plot shows, apart from pixels: read by everything that paints it.
struct PlotState {
  figures::FigureData figure;
  figures::Theme theme = figures::Theme::Light;
  bool values_at_ends = false;           ///< line labels carry the last value: "FT 43.2"
  std::optional<std::size_t> solo;       ///< the only line in full colour
  std::int64_t highlighted_run = 0;      ///< its line is lit up, the others step back; 0: none
  std::optional<double> cursor;          ///< the step cursor, in x of the figure
  QString cursor_label;                  ///< "step 1,420"
  std::optional<double> crosshair;       ///< x of the point that is read out
  QPointF pointer;                       ///< in pixels, beside which the values are shown
  std::optional<QRectF> zoom_rectangle;  ///< while it is being dragged, in pixels

  /// The strength of a line between 0 and 1 under solo and highlight.
  double presence(std::size_t line) const {
    if (solo) return *solo == line ? 1.0 : 0.15;
    if (highlighted_run == 0) return 1.0;
    return figure.lines[line].run_id == highlighted_run ? 1.0 : 0.3;
  }
};

}  // namespace lorascope::ui
