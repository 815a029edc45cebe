#pragma once

#include "core/figures/figure_data.h"

namespace lorascope::test {

/// A line of `num_points` points: x = 0, 1, 2, …, y from a noisy decay that is the same every time.
figures::Line noisy_line(const std::string& name, const std::string& method, std::size_t num_points, unsigned seed = 1);

/// Training loss of full fine-tuning and two LoRA settings: raw under smoothed lines, with a band.
figures::FigureData loss_figure(std::size_t num_points = 2000);

/// Entity F1 at ten evaluations, four lines with dots and a published number.
figures::FigureData score_figure();

}  // namespace lorascope::test
