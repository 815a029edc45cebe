#pragma once

#include <QImage>
#include <QWidget>
#include <memory>
#include <vector>

#include "core/figures/scalings.h"

namespace lorascope::ui {

/// Scalings of tokens as cells: blocks (or modules) from below upwards, tokens from left to right; one panel an adapter,
/// or one panel in which each cell has the colour of its largest adapter, the paler the less decided. Cells are never
/// interpolated; where there are more tokens than pixels a pixel shows the mean of its tokens. A click or the arrow keys
/// choose a token; a click on a row's name unfolds it.
class ScalingMapView : public QWidget {
  Q_OBJECT

 public:
  enum class Mode { Panels, Dominant };

  explicit ScalingMapView(QWidget* parent = nullptr);

  /// Tokens `first` up to `last` of `scalings`.
  void setScalings(std::shared_ptr<const figures::Scalings> scalings, std::size_t first, std::size_t last);
  void setKind(figures::ScalingKind kind);
  void setMode(Mode mode);
  void setUnfolding(const figures::Unfolding& unfolded);
  /// Chosen token among those shown, or -1.
  void setChosen(int token);
  int chosen() const { return chosen_; }
  /// Token that is marked because somebody points at it, here or elsewhere; -1: none.
  void setHovered(int token);
  int hovered() const { return hovered_; }

  Mode mode() const { return mode_; }
  figures::ScalingKind kind() const { return kind_; }
  const std::vector<figures::ScalingRow>& rows() const { return rows_; }
  std::size_t numTokens() const { return last_ - first_; }
  /// Where a cell stands; for tests.
  QRectF cellRect(std::size_t panel, std::size_t row, std::size_t token) const;
  std::size_t numPanels() const;

  QSize sizeHint() const override;
  QSize minimumSizeHint() const override;
  bool hasHeightForWidth() const override { return true; }
  int heightForWidth(int width) const override;

 Q_SIGNALS:
  void tokenChosen(int token);
  /// The pointer went to another token; -1: it left.
  void tokenHovered(int token);
  /// A row's name was clicked; -1 for rows outside blocks.
  void blockClicked(int block);

 protected:
  bool event(QEvent* event) override;
  void paintEvent(QPaintEvent* event) override;
  void resizeEvent(QResizeEvent* event) override;
  void changeEvent(QEvent* event) override;
  void mousePressEvent(QMouseEvent* event) override;
  void mouseMoveEvent(QMouseEvent* event) override;
  void leaveEvent(QEvent* event) override;
  void keyPressEvent(QKeyEvent* event) override;

 private:
  /// A panel's cells, and how panels are put side by side or below each other.
  struct Grid {
    int columns = 1;       ///< panels in a row
    double panel_width = 0, panel_height = 0, label_width = 0, label_height = 0, cell_height = 0;
  };

  Grid gridFor(int width) const;
  QRectF area(const Grid& grid, std::size_t panel) const;
  void compute();
  void fitHeight();
  void describe();
  /// One pixel a cell, at most as wide as the panel.
  QImage panelImage(std::size_t panel, int width) const;
  void paintPanel(QPainter& painter, const Grid& grid, std::size_t panel);
  void paintTokens(QPainter& painter, const QRectF& cells) const;
  void paintMarks(QPainter& painter, const QRectF& cells) const;
  int tokenAt(const QPointF& position) const;
  QString textAt(const QPointF& position) const;

  std::shared_ptr<const figures::Scalings> scalings_;
  std::size_t first_ = 0, last_ = 0;
  figures::ScalingKind kind_ = figures::ScalingKind::Applied;
  Mode mode_ = Mode::Panels;
  figures::Unfolding unfolded_;
  std::vector<figures::ScalingRow> rows_;
  std::vector<std::vector<double>> means_;
  std::vector<figures::Dominance> dominance_;
  double least_ = 0, greatest_ = 1;
  int chosen_ = -1, hovered_ = -1;
  std::vector<QImage> images_;  ///< by panel; empty: to be made
};

}  // namespace lorascope::ui
