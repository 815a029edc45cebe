#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "core/figures/content.h"
#include "core/figures/curve_figure.h"
#include "core/figures/spectrum_figure.h"
#include "core/store/run_record.h"

namespace lorascope::figures {

/// The runs of a figure that keeps up: whole groups of a study, so that seeds which arrive later belong to it.
struct RunSelection {
  struct Group {
    std::int64_t study = 0;  ///< 0: runs without a study
    std::string task, method, name;

    bool operator==(const Group&) const = default;
  };
  std::vector<Group> groups;
  std::vector<store::RunId> without;  ///< members that were not chosen

  bool operator==(const RunSelection&) const = default;
};

/// What chooses these runs, now and when more of their groups arrive. `all`: every run of the workspace.
RunSelection selection_of(std::span<const store::RunRecord> chosen, std::span<const store::RunRecord> all);
std::vector<store::RunRecord> selected_runs(const RunSelection& selection, std::span<const store::RunRecord> all);

/// What a pinned figure or table shows. Fixed: content that a child process computed, kept as it is.
enum class ReportKind {
  Curves,
  Spectrum,
  Energy,
  Layers,
  LayerMap,
  Parallel,
  Scores,
  Comparison,
  Settings,
  Runs,
  Numbers,
  PaperTable,
  Fixed,
  Mixtures
};

/// What to compute from the rows of a workspace: the same query and rows give the same content.
struct ReportQuery {
  ReportKind kind = ReportKind::Curves;
  RunSelection runs;
  CurveOptions curves = {};                      ///< grouping counts for all kinds
  std::string series = {};                       ///< of Curves
  std::string module = {};                       ///< of Spectrum, Energy and Numbers
  std::string module_kind = {};                  ///< of Layers
  std::optional<std::int64_t> step = {};         ///< of spectra: the newest up to this step
  SpectrumMeasure measure = SpectrumMeasure::StableRank;  ///< of Layers and LayerMap
  std::string group = {}, minus = {};            ///< of LayerMap: names of groups; empty: the first, nothing
  std::string score = {}, baseline = {};         ///< of Comparison and Settings
  int table = 0;                                 ///< of PaperTable: 1 to 6
  std::optional<Range> x_range = {}, y_range = {};  ///< what a zoomed plot showed
  std::shared_ptr<const Content> fixed = {};     ///< of Fixed: shared with the window that pinned it, never changed

  std::string to_json() const;
  /// Throws StoreError for a kind that this version does not know, and for damaged text.
  static ReportQuery from_json(const std::string& json);
};

}  // namespace lorascope::figures
