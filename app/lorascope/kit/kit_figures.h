#pragma once

#include <string>
#include <vector>

#include "core/figures/figure_data.h"
#include "core/figures/spectrum_figure.h"
#include "core/store/run_record.h"
#include "core/store/workspace.h"

namespace lorascope::app {

/// A figure with the stem of its files: "training-loss".
struct NamedFigure {
  std::string stem;
  figures::FigureData figure;
};

/// Every figure of the kit for runs of one task: curves of all series that are more than a point (means over seeds),
/// spectra and energy of the first and last layer, and the measures of all layers. Figures without data are left out.
std::vector<NamedFigure> kit_figures(const store::Workspace& workspace, const std::vector<store::RunRecord>& runs);

/// The stored spectra of the runs, hidden behind no default.
std::vector<figures::RunSpectra> load_spectra(const store::Workspace& workspace,
                                              const std::vector<store::RunRecord>& runs);

/// The newest spectra of all modules in full: run, group, step, module, i, sigma.
std::string spectra_csv(const std::vector<figures::RunSpectra>& runs);

}  // namespace lorascope::app
