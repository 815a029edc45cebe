#pragma once

#include <string>
#include <vector>

#include "core/figures/axis_range.h"
#include "core/figures/drawing.h"
#include "core/figures/render.h"
#include "core/figures/table_data.h"

namespace lorascope::figures {

/// A matrix of numbers as coloured cells. values [rows x columns], row by row; NaN = no value.
struct HeatMapData {
  std::string title, note;
  std::string row_label, column_label;  ///< of the axes; may be empty
  std::vector<std::string> rows;        ///< from top to bottom
  std::vector<std::string> columns;
  std::vector<double> values;
  std::string unit;        ///< "%": values are shares and shown times 100
  bool diverging = false;  ///< centred on 0: differences

  double at(std::size_t row, std::size_t column) const { return values[row * columns.size() + column]; }
  /// As it stands in a cell: "2.3 %", "0.041"; empty for NaN.
  std::string text(double value) const;
};

/// Least and greatest finite value, symmetric about 0 where diverging; 0 to 1 without any.
Range value_range(const HeatMapData& map);

/// Cells as rectangles (never an image, so that no viewer blurs them), their values where they fit, a colour bar.
Drawing layout_heat_map(const HeatMapData& map, const RenderOptions& options = {});
std::string render(const HeatMapData& map, ImageFormat format, const RenderOptions& options = {});

/// One row a row of the map: for the table twin and CSV.
TableData heat_map_table(const HeatMapData& map);

/// One paragraph for people who cannot see it: size, range, where the greatest value is.
std::string describe(const HeatMapData& map);

}  // namespace lorascope::figures
