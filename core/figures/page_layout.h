#pragma once

#include <string>
#include <vector>

#include "core/figures/axis_range.h"
#include "core/figures/render.h"
#include "core/figures/text_measure.h"
#include "core/figures/ticks.h"

namespace lorascope::figures {

// The parts of layout_figure(), shared by its source files only.

/// What all parts need: the figure, the measures of its page and the drawing that grows.
struct Page {
  const FigureData& figure;
  const RenderOptions& options;
  TextMeasure measure;
  Range x_ends, y_ends;
  PlotInk ink;
  double em;   ///< size of ordinary text
  double pad;  ///< air at the page's edges
  Drawing drawing;
  // What a page that is too small for everything leaves out.
  bool header = true, axis_labels = true, reference_labels = true, names = true;

  Page(const FigureData& data, const RenderOptions& chosen);

  double inner_width() const { return drawing.width - 2 * pad; }
  void add(DrawnShape shape) { drawing.shapes.push_back(std::move(shape)); }
};

/// Ticks of one axis with the texts that fit. `upwards`: they are turned because they are long.
struct AxisTexts {
  std::vector<Tick> ticks;
  bool upwards = false;
  double extent = 0;  ///< height of the texts under an x axis, width of those beside a y axis
};

/// How the lines are named: at their ends, in rows inside or under the plot, or not at all.
struct NamePlan {
  enum class Place { None, Ends, Inside, Below };
  struct Name {
    std::string text;
    const Line* line = nullptr;                ///< or
    const ReferenceLine* reference = nullptr;  ///< a horizontal one, named at its end
  };

  Place place = Place::None;
  std::vector<Name> names;
  double size = 0;          ///< of the text
  double column_width = 0;  ///< Ends: room right of the plot; Below: of one legend column
  int num_columns = 1;
  int num_rows = 0;
  std::size_t num_left_out = 0;  ///< legend entries that have no room: "and 12 more"

  double height() const;  ///< Below: of the whole legend
};

NamePlan plan_names(const Page& page, double plot_height);
void draw_names(Page& page, const NamePlan& plan, const PlotArea& area, double legend_top);

/// Lines, bands, bars and reference lines inside the plot.
void draw_marks(Page& page, const PlotArea& area);
/// Width in points of a line of this style on this page.
double drawn_width(const LineStyle& style);

}  // namespace lorascope::figures
