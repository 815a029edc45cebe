#pragma once

#include <string>

#include "ui/inspect/inspect_answer.h"
#include "ui/widgets/card.h"

class QLabel;
class QStackedWidget;
class QTableView;

namespace lorascope::ui {

class HeatMapView;
class SegmentBar;
class TableDataModel;

/// Two texts side by side: tokens that belong together with the tokens that have no partner, and a map of the distance
/// of aligned tokens by layer, of the tuned model or as difference to the base, with its table twin.
class PairCard : public Card {
  Q_OBJECT

 public:
  explicit PairCard(QWidget* parent = nullptr);

  void setPair(const PairAnswer& pair, bool has_base);
  /// Marks a token of the first text, its partner and their column; -1: none.
  void setHovered(int token);
  HeatMapView* map() const { return map_; }
  SegmentBar* choice() const { return choice_; }
  QString alignedText() const;

 Q_SIGNALS:
  /// The pointer went to the column of another token of the first text; -1: it left.
  void tokenHovered(int token);

 protected:
  void changeEvent(QEvent* event) override;

 private:
  void draw();
  void writeTexts();
  QString textOf(const InspectAnswer& answer, bool second) const;

  PairAnswer pair_;
  int hovered_ = -1;  ///< place among the aligned tokens
  QLabel *first_, *second_;
  HeatMapView* map_;
  SegmentBar* choice_;
  QStackedWidget* stack_;
  QTableView* table_;
  TableDataModel* table_model_;
};

}  // namespace lorascope::ui
