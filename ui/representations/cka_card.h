#pragma once

#include "ui/representations/analysis_card.h"

class QStackedWidget;
class QTableView;
class QToolButton;

namespace lorascope::ui {

class ExportPanel;
class HeatMapView;
class SegmentBar;
class TableDataModel;

/// Layers of a tuned model against those of the base as a map of CKA, with n and floor below it; with table twin and
/// export.
class CkaCard : public AnalysisCard {
  Q_OBJECT

 public:
  CkaCard(SessionModel* session, LorascopeProgram* program);

  HeatMapView* map() const { return map_; }
  TableDataModel* table() const { return model_; }
  SegmentBar* modelChoice() const { return choice_; }

 protected:
  void showAnalysis() override;

 private:
  void addTwins();
  void showPage(QWidget* page);

  SegmentBar* choice_;
  QStackedWidget* stack_;
  HeatMapView* map_;
  QTableView* view_;
  TableDataModel* model_;
  ExportPanel* export_;
  QToolButton* table_button_ = nullptr;
  QToolButton* export_button_ = nullptr;
};

}  // namespace lorascope::ui
