#pragma once

#include <memory>

#include "core/figures/scalings.h"
#include "ui/widgets/card.h"

class QLabel;
class QStackedWidget;
class QTableView;
class QToolButton;

namespace lorascope::ui {

class ScalingMapView;
class SegmentBar;
class TableDataModel;

/// A gate's scalings as a map with its switches (applied or predicted, panels or dominant adapter, blocks or modules) and
/// its table twin. A click on a block's number unfolds it to its modules. A gate that knows no layers says so.
class ScalingCard : public Card {
  Q_OBJECT

 public:
  explicit ScalingCard(const QString& title, QWidget* parent = nullptr);

  /// Tokens `first` up to `last` of `scalings`; null shows nothing.
  void setScalings(std::shared_ptr<const figures::Scalings> scalings, std::size_t first, std::size_t last);
  ScalingMapView* view() const { return view_; }
  SegmentBar* kindChoice() const { return kind_; }
  SegmentBar* modeChoice() const { return mode_; }
  SegmentBar* rowChoice() const { return row_; }
  QToolButton* tableButton() const { return table_button_; }
  figures::TableData table() const;
  /// The sentence about a gate without layers, or empty.
  QString banner() const;

 Q_SIGNALS:
  void tokenChosen(int token);
  void tokenHovered(int token);
  /// Applied or predicted was chosen.
  void kindChanged();

 protected:
  void resizeEvent(QResizeEvent* event) override;

 private:
  void addSwitches();
  void takeChoices();
  void toggleBlock(int block);
  void updateTable();

  std::shared_ptr<const figures::Scalings> scalings_;
  std::size_t first_ = 0, last_ = 0;
  ScalingMapView* view_;
  QStackedWidget* stack_;
  QTableView* table_;
  TableDataModel* table_model_;
  QLabel* banner_;
  SegmentBar* kind_;
  SegmentBar* mode_;
  SegmentBar* row_;
  QToolButton* table_button_ = nullptr;
  std::optional<int> unfolded_block_;
};

}  // namespace lorascope::ui
