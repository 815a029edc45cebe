#pragma once

#include <QStringList>
#include <functional>

#include "core/figures/figure_data.h"
#include "ui/representations/analysis_card.h"

namespace lorascope::ui {

class PlotCard;
class SegmentBar;

/// An analysis as lines over the layers, with a choice of what they show.
class LinesCard : public AnalysisCard {
  Q_OBJECT

 public:
  struct View {
    QString label, tip;
    std::function<figures::FigureData(const QJsonObject&)> figure;
  };

  LinesCard(const QString& title, const QString& what, SessionModel* session, LorascopeProgram* program);

  /// More than one view makes a row of segments.
  void setViews(std::vector<View> views);
  /// What stands below the plot.
  void setCaptionFunction(std::function<QString(const QJsonObject&)> caption);
  PlotCard* plot() const { return plot_; }
  SegmentBar* viewChoice() const { return choice_; }
  void refresh() { showAnalysis(); }

 protected:
  void showAnalysis() override;

 private:
  std::vector<View> views_;
  std::function<QString(const QJsonObject&)> caption_function_;
  SegmentBar* choice_;
  PlotCard* plot_;
};

}  // namespace lorascope::ui
