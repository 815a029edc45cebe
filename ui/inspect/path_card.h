#pragma once

#include "core/figures/figure_data.h"
#include "ui/widgets/card.h"

class QStackedWidget;
class QToolButton;

namespace lorascope::ui {

class TableTwin;

/// Lines in a plane whose points are layers: unlike curves they may turn back. Axes have one scale, since distances count.
class PathView : public QWidget {
  Q_OBJECT

 public:
  explicit PathView(QWidget* parent = nullptr);

  void setFigure(figures::FigureData figure);
  const figures::FigureData& figure() const { return figure_; }
  /// Where a point of a line stands.
  QPointF place(std::size_t line, std::size_t point) const;

  QSize sizeHint() const override { return {320, 200}; }
  QSize minimumSizeHint() const override { return {200, 140}; }

 protected:
  void paintEvent(QPaintEvent* event) override;

 private:
  QRectF range() const;
  void paintLine(QPainter& painter, std::size_t line) const;

  figures::FigureData figure_;
};

/// The same with its table twin.
class PathCard : public Card {
  Q_OBJECT

 public:
  explicit PathCard(QWidget* parent = nullptr);

  void setFigure(figures::FigureData figure);
  PathView* view() const { return view_; }
  QToolButton* tableButton() const { return table_button_; }

 private:
  QStackedWidget* stack_;
  PathView* view_;
  TableTwin* table_;
  QToolButton* table_button_;
};

}  // namespace lorascope::ui
