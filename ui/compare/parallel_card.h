#pragma once

#include "core/figures/parallel_figure.h"
#include "ui/widgets/card.h"

class QStackedWidget;
class QTableView;
class QToolButton;

namespace lorascope::ui {

class DrawingView;
class EmptyState;
class ExportPanel;
class TableDataModel;

/// Parallel coordinates over settings and scores: pointing at a line lights its run everywhere, a click selects it;
/// with table twin and export.
class ParallelCard : public Card {
  Q_OBJECT

 public:
  explicit ParallelCard(QWidget* parent = nullptr);

  void setData(figures::ParallelData data);
  void setHighlightedRun(qint64 run);
  DrawingView* view() const { return view_; }
  const figures::ParallelData& data() const { return data_; }

 Q_SIGNALS:
  void runHovered(qint64 run_id);
  void runActivated(qint64 run_id);

 private:
  void showPage(QWidget* page);
  void refresh();
  /// The run whose line is nearest to a place on the page; 0 = none near.
  qint64 runAt(double x, double y) const;

  figures::ParallelData data_;
  qint64 highlighted_ = 0;
  QStackedWidget* stack_;
  DrawingView* view_;
  EmptyState* empty_;
  QTableView* table_;
  TableDataModel* model_;
  ExportPanel* export_;
  QToolButton* table_button_;
  QToolButton* export_button_;
};

}  // namespace lorascope::ui
