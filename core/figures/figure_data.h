#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "core/figures/plot_style.h"

namespace lorascope::figures {

/// One axis. Its range comes from the data unless minimum or maximum is set.
struct Axis {
  std::string label;                    ///< "training loss"
  std::string unit;                     ///< "s"; empty: none. Shown as "label (unit)"
  bool log = false;                     ///< values at or below 0 are not drawn on a log axis (they stay in the data)
  bool whole_numbers = false;           ///< ticks at integers only: steps, ranks, layers
  std::vector<std::string> categories;  ///< names of positions 0, 1, 2, …; empty: a numeric axis
  std::optional<double> minimum, maximum;

  /// "label (unit)", or the label alone.
  std::string full_label() const;
};

enum class Shape { Line, Bars };

/// One curve, row of dots or row of bars. x and y have the same length; NaN in y is a gap. Every value is here; drawing
/// thins out, the data never.
struct Line {
  std::string name;  ///< shown at the line's end, in the legend and in tables; short: "LoRA r8 lr 1e-3"
  std::vector<double> x, y;
  LineStyle style;
  Shape shape = Shape::Line;
  std::int64_t run_id = 0;  ///< the run that it belongs to; 0: a group of several
};

/// A filled area between two curves, drawn under the lines.
struct Band {
  std::string name;  ///< what it is: "LoRA r8: smallest to largest of 3 seeds"
  std::vector<double> x, low, high;
  LineStyle style;
};

/// A thin dotted line across the plot with its label: rank of an adapter, a published number, 90 % of the energy.
struct ReferenceLine {
  bool vertical = false;  ///< at x = value, otherwise at y = value
  double value = 0;
  std::string label;
  std::optional<LineStyle> style;  ///< nothing: secondary text colour
};

/// Everything that one plot shows: drawn in the window, shown as a table, exported to PDF, SVG, PNG and CSV from the
/// same object. No colours and no pixels in here.
struct FigureData {
  std::string title;
  std::string note;  ///< one phrase beside the title: "mean of 3 seeds, smallest to largest"
  Axis x, y;
  std::vector<Band> bands;
  std::vector<Line> lines;  ///< drawn in this order, the last on top
  std::vector<ReferenceLine> references;
  std::string empty_reason;  ///< why nothing is shown, when there are no lines: "no run has eval/f1 yet"

  /// Whether there is no line with a finite point.
  bool empty() const;
};

/// One paragraph for people who cannot see the plot: title, axes, and for each named line first, last, least and
/// greatest.
std::string describe(const FigureData& figure);

}  // namespace lorascope::figures
