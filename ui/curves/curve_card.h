#pragma once

#include <map>
#include <memory>
#include <string>

#include "core/figures/smoothing.h"
#include "ui/main_window/session_model.h"
#include "ui/plots/plot_card.h"

class QPushButton;
class QTimer;
class QToolButton;

namespace lorascope::ui {

class FigureBuilder;

/// One series of all shown runs as a live curve (WORKBENCH.md 4). New rows of a long run are appended to what is drawn;
/// everything else is computed anew, off the UI thread where there are many points.
class CurveCard : public PlotCard {
  Q_OBJECT

 public:
  CurveCard(SessionModel* session, const std::string& series, QWidget* parent = nullptr);
  ~CurveCard() override;

  const std::string& series() const { return series_; }
  void setSeries(const std::string& series);
  /// Adds a button to the header that takes the card away.
  void setRemovable();
  /// Computes the figure anew from what the session has.
  void rebuild();

 Q_SIGNALS:
  void seriesChanged();
  void removeRequested();
  /// The empty state's button: the user wants to see how training stands, or to start one.
  void trainRequested();
  /// The figure drawn is up to date with the session.
  void drawn();

 protected:
  void showEvent(QShowEvent* event) override;

 private:
  void drawInView();
  void addSeriesMenu();
  void fillSeriesMenu();
  void takeNewPoints(RunId id, const QStringList& names);
  bool canAppend() const;
  void appendNewPoints();
  void appendTo(RunId id, const std::vector<store::MetricPoint>& known);
  const std::vector<store::MetricPoint>& points(RunId id) const;
  void takeFigure(figures::FigureData figure);
  void showCursor();
  void updateEmptyState();

  SessionModel* session_;
  std::string series_;
  FigureBuilder* builder_;
  QTimer* soon_;
  QToolButton* series_button_;
  bool is_stale_ = false;    ///< rows came while nobody looked
  bool append_only_ = true;  ///< nothing but new rows happened since the last figure
  std::map<RunId, std::size_t> num_drawn_;
  std::map<RunId, figures::Smoother> smoothers_;  ///< of appended runs, up to their last drawn point
  QPushButton* show_button_ = nullptr;
  QPushButton* train_button_ = nullptr;
};

}  // namespace lorascope::ui
