#pragma once

#include <QWidget>

#include "core/figures/figure_data.h"

class QTableView;

namespace lorascope::ui {

class FigureTableModel;

/// All numbers of a plot as a table; Ctrl+C or the button copies the selection, or everything, as tab-separated values.
class TableTwin : public QWidget {
  Q_OBJECT

 public:
  explicit TableTwin(QWidget* parent = nullptr);

  void setFigure(const figures::FigureData& figure);
  FigureTableModel* model() const { return model_; }
  QTableView* table() const { return table_; }
  void copy() const;

 private:
  FigureTableModel* model_;
  QTableView* table_;
};

}  // namespace lorascope::ui
