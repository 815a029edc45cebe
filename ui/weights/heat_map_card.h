#pragma once

#include <optional>
#include <span>
#include <string>
#include <vector>

#include "core/figures/spectrum_figure.h"
#include "ui/widgets/card.h"

class QToolButton;

namespace lorascope::ui {

class ExportPanel;
class HeatMapView;
class MapTwin;
class SegmentBar;

/// A measure of the update by layer and module for one group of runs, or the difference of the first two groups; with
/// its table twin. A click on a cell chooses the module that the rest of the tab speaks about.
class HeatMapCard : public Card {
  Q_OBJECT

 public:
  explicit HeatMapCard(QWidget* parent = nullptr);

  void setSpectra(std::span<const figures::RunSpectra> runs, const std::vector<figures::RunGroup>& groups,
                  std::optional<std::int64_t> step);
  HeatMapView* view() const;
  ExportPanel* exportPanel();
  figures::SpectrumMeasure measure() const { return measure_; }
  void setMeasure(figures::SpectrumMeasure measure);

  int chosenLayer() const { return layer_; }
  const std::string& chosenKind() const { return kind_; }
  void choose(int layer, const std::string& kind);

 Q_SIGNALS:
  /// Another measure or group was chosen: call setSpectra again.
  void wished();
  void moduleChosen(int layer, const std::string& kind);

 private:
  void addMeasureMenu();
  void chooseCell(int row, int column);
  /// Index of the largest of `values` among the cells that every group has a spectrum of; of all where there is none.
  std::size_t largestSharedCell(const std::vector<double>& values, std::span<const figures::RunSpectra> runs,
                                const std::vector<figures::RunGroup>& groups, std::optional<std::int64_t> step) const;
  void showChosen();

  SegmentBar* group_choice_;
  QToolButton* measure_button_;
  MapTwin* twin_ = nullptr;
  figures::SpectrumMeasure measure_ = figures::SpectrumMeasure::RelativeNorm;
  std::vector<int> layers_;
  std::vector<std::string> kinds_;
  int layer_ = -1;
  std::string kind_;
};

}  // namespace lorascope::ui
