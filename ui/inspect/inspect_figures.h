#pragma once

#include <string>

#include "core/figures/figure_data.h"
#include "ui/inspect/inspect_answer.h"
#include "ui/plots/heat_map_view.h"

namespace lorascope::ui {

/// How far the tuned model is from its base by layer: of a row's pooled states, and of one token (-1: none). `method` is
/// that of the run; `before` is the answer without a what-if, drawn beside where it is another.
figures::FigureData distanceFigure(const InspectAnswer& answer, const InspectAnswer& before, std::size_t row, int token,
                                   const std::string& method);

/// A token's path over the layers in the plane of the two leading principal components, base and tuned; without a token
/// the paths of the row's means.
figures::FigureData pathFigure(const InspectAnswer& answer, std::size_t row, int token, const std::string& method);

/// Distance between both texts of a pair by layer.
figures::FigureData pairFigure(const PairAnswer& pair, const std::string& method);

/// Distance of aligned tokens by layer: of the tuned model, or how much larger than in the base.
HeatMap pairMap(const PairAnswer& pair, bool difference);

}  // namespace lorascope::ui
