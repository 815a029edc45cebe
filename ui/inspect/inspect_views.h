#pragma once

#include <QWidget>
#include <memory>
#include <string>
#include <vector>

#include "ui/inspect/inspect_answer.h"

class QGridLayout;

namespace lorascope::ui {

class GateCard;
class PairCard;
class PathCard;
class PlotCard;
class ScalingCard;
class SegmentBar;
class SessionModel;
class TokenStrip;

/// Everything that is drawn of an answer, below one another: tokens, scalings, distances, paths, bars of the chosen
/// token; of a pair also the alignment. One token is chosen in all of them.
class InspectViews : public QWidget {
  Q_OBJECT

 public:
  explicit InspectViews(SessionModel* session, QWidget* parent = nullptr);

  /// `method` colours the tuned model's lines; "base" where there is nothing to compare.
  void setMethod(const std::string& method);
  /// `before` is the answer without a what-if.
  void setAnswer(std::shared_ptr<const InspectAnswer> answer, std::shared_ptr<const InspectAnswer> before);
  void setPair(const PairAnswer& pair);
  void clearPair();
  void clear();

  std::size_t row() const { return row_; }
  int token() const { return token_; }
  void chooseToken(int token);
  /// Marks a token of the row in every panel while somebody points at it; -1: none.
  void hoverToken(int token);

  TokenStrip* strip() const { return strip_; }
  SegmentBar* rowChoice() const { return rows_; }
  SegmentBar* wordChoice() const { return words_; }
  ScalingCard* scalings() const { return scalings_; }
  PlotCard* distances() const { return distances_; }
  PathCard* paths() const { return paths_; }
  PlotCard* bars() const { return bars_; }
  PlotCard* pairDistances() const { return pair_distances_; }
  PairCard* pair() const { return pair_; }
  GateCard* gate() const { return gate_; }

 Q_SIGNALS:
  void tokenChosen(int token);

 protected:
  void resizeEvent(QResizeEvent* event) override;

 private:
  void chooseRow(int row);
  void draw();
  /// The plots that are shown, two in a row where there is room.
  void placePlots();

  std::string method_ = "base";
  std::shared_ptr<const InspectAnswer> answer_, before_;
  std::size_t row_ = 0;
  int token_ = -1;
  QWidget* strip_area_;
  QGridLayout* plots_;
  std::vector<QWidget*> placed_;  ///< in the grid now
  int placed_columns_ = 0;
  TokenStrip* strip_;
  SegmentBar *rows_, *words_;
  ScalingCard* scalings_;
  PlotCard *distances_, *bars_, *pair_distances_;
  PathCard* paths_;
  PairCard* pair_;
  GateCard* gate_;
};

}  // namespace lorascope::ui
