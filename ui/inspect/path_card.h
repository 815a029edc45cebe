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
  /// Paths that are drawn pale behind those of the figure, without numbers: of what somebody points at.
  void setPointed(std::vector<figures::Line> lines);
  const std::vector<figures::Line>& pointed() const { return pointed_; }
  /// Where a point of a line stands.
  QPointF place(std::size_t line, std::size_t point) const { return place(figure_.lines[line], point); }

  QSize sizeHint() const override { return {320, 200}; }
  QSize minimumSizeHint() const override { return {200, 140}; }

 protected:
  void paintEvent(QPaintEvent* event) override;

 private:
  QRectF range() const;
  QPointF place(const figures::Line& line, std::size_t point) const;
  void paintLine(QPainter& painter, const figures::Line& line, bool is_pointed) const;

  figures::FigureData figure_;
  std::vector<figures::Line> pointed_;
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
