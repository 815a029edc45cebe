#pragma once

#include <cstddef>
#include <vector>

#include "ui/plots/qcustomplot_header.h"

namespace lorascope::ui {

/// A piece of a line: x ascends.
struct LinePiece {
  const double* x = nullptr;
  const double* y = nullptr;
  std::size_t size = 0;
  bool log_y = false;  ///< values that are not above 0 have no place
};

/// What a picture needs of a long line, however many points it has: for each column between two neighbouring `edges` (x,
/// ascending) the lowest and the highest point in the order in which they come, or their mean where `means`; and the
/// points at both ends. A column without any drawable value becomes a gap.
QVector<QCPGraphData> sampleOf(const LinePiece& line, const std::vector<double>& edges, bool means);

}  // namespace lorascope::ui
