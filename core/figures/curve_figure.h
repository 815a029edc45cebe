#pragma once

#include <span>

#include "core/figures/figure_data.h"
#include "core/figures/run_groups.h"
#include "core/figures/run_series.h"

namespace lorascope::figures {

/// Interval: 95 % of the mean over seeds (Student's t), from 5 seeds on; below, the seeds themselves are shown.
enum class BandKind { None, MinMax, Interval };

struct CurveOptions {
  XSource x = XSource::Step;
  bool log_x = false, log_y = false;
  double smoothing = 0;  ///< weight of the debiased moving average, 0 = raw to 1; over the full series
  Grouping grouping = Grouping::None;
  BandKind band = BandKind::MinMax;  ///< over the seeds of a group
  bool outliers = true;              ///< false: the value axis ignores the outermost 2 % on each side
};

/// Curves of one series. Every stored point is in the result, NaN ones as gaps.
/// Alone: the raw curve, or the smoothed one over a thin raw one. Grouped: the mean over the runs that have points, at
/// the steps that all of them have, with the runs as thin lines below 5 and the chosen band.
/// Scores between 0 and 1 (F1, precision, recall, accuracy) are shown in per cent.
FigureData curve_figure(std::span<const RunSeries> runs, const CurveOptions& options = {});

/// Why runs without a step of training (adapters mixed as they are, weights derived from another run) have no curves,
/// and where their scores are; empty where one of them was trained, or without runs.
std::string untrained_reason(std::span<const store::RunRecord* const> runs);

/// "train/loss" as people say it: "training loss"; other names unchanged.
std::string series_label(const std::string& series);

/// Whether a score is stored as a share of 1 and shown in per cent: "f1", "LOC.precision", "accuracy". Those of squad
/// are per cent already.
bool is_share(std::string_view metric, std::string_view task);

}  // namespace lorascope::figures
