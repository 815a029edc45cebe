#pragma once

#include <QWidget>
#include <optional>
#include <string>
#include <vector>

#include "core/figures/spectrum_figure.h"
#include "ui/main_window/session_model.h"

class QLabel;
class QStackedWidget;
class QToolButton;

namespace lorascope::ui {

class AdaptersCard;
class DirectionsCard;
class EmptyState;
class HeatMapCard;
class IntrudersCard;
class KeptShareCard;
class LorascopeProgram;
class MatricesCard;
class PlotCard;
class SegmentBar;
class SpectraBook;
class StepSlider;
class SurgeryCard;
class TableCard;

/// What training did to the weights: a measure of the update by layer and module as a map; the chosen module's spectrum
/// of all shown runs, FT and LoRA overlaid, at any recorded step; the ranks layer by layer; the numbers. Live.
class WeightsTab : public QWidget {
  Q_OBJECT

 public:
  WeightsTab(SessionModel* session, LorascopeProgram* program, QWidget* parent = nullptr);

  HeatMapCard* map() const { return map_; }
  PlotCard* spectrum() const { return spectrum_; }
  PlotCard* layers() const { return layers_; }
  AdaptersCard* adapters() const { return adapters_; }
  IntrudersCard* intruders() const { return intruders_; }
  MatricesCard* matrices() const { return matrices_; }
  KeptShareCard* keptShare() const { return kept_share_; }
  SurgeryCard* surgery() const { return surgery_; }
  DirectionsCard* directions() const { return directions_; }
  /// The spectra that other tabs may share.
  SpectraBook* book() const { return book_; }
  /// Shows the adapters, also while no run has spectra.
  void openAdapter(const QString& folder);
  TableCard* numbers() const { return numbers_; }
  StepSlider* slider() const { return slider_; }
  /// The card whose export the window's "export" means.
  PlotCard* mainPlot() const { return spectrum_; }

  void chooseModule(int layer, const std::string& kind);

 Q_SIGNALS:
  void trainRequested();

 protected:
  void showEvent(QShowEvent* event) override;

 private:
  enum class View { Spectrum, Energy, History };

  void makePage();
  void setPinQueries();
  void makeSpectrumCard();
  void makeLayersCard();
  void refresh();
  /// At once in view, else when the tab is shown: figures of a tab that nobody sees would only block the window.
  void refreshInView();
  void updateMap();
  void updateSpectrum();
  void updateLayers();
  void updateNumbers();
  figures::FigureData spectrumFigure(const std::string& module) const;
  std::optional<std::int64_t> step() const { return session_->stepCursor(); }

  SessionModel* session_;
  SpectraBook* book_;
  QStackedWidget* pages_;
  HeatMapCard* map_;
  PlotCard* spectrum_;
  PlotCard* layers_;
  TableCard* numbers_;
  AdaptersCard* adapters_;
  IntrudersCard* intruders_;
  MatricesCard* matrices_;
  KeptShareCard* kept_share_;
  DirectionsCard* directions_;
  SurgeryCard* surgery_;
  StepSlider* slider_;
  SegmentBar* view_choice_;
  SegmentBar* measure_choice_;
  QLabel* layer_floor_;
  bool is_stale_ = false;
};

}  // namespace lorascope::ui
