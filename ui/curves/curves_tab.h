#pragma once

#include <QWidget>
#include <vector>

#include "ui/main_window/session_model.h"

class QStackedWidget;
class QToolButton;
class QVBoxLayout;

namespace lorascope::ui {

class CurveCard;
class EmptyState;
class ScoreTableCard;

/// Curves of the shown runs, one card a series, with one step cursor through all of them, and the score table below.
class CurvesTab : public QWidget {
  Q_OBJECT

 public:
  explicit CurvesTab(SessionModel* session, QWidget* parent = nullptr);

  const std::vector<CurveCard*>& cards() const { return cards_; }
  ScoreTableCard* scores() const { return scores_; }
  /// Adds a card for a series at the end of the plots.
  CurveCard* addCard(const std::string& series);

 Q_SIGNALS:
  /// The empty state's button: the user wants to start a run.
  void trainRequested();

 private:
  void addMoreButton();
  void removeCard(CurveCard* card);
  void connectOptions(CurveCard* card);
  void alignPlots();
  /// All plots reach as far as the longest, and zoom together.
  void shareRange();
  void shareZoom(CurveCard* from);
  void chooseScore();
  void updatePage();
  void keep() const;

  SessionModel* session_;
  QStackedWidget* pages_;
  EmptyState* empty_;
  QVBoxLayout* column_;
  QToolButton* more_;
  std::vector<CurveCard*> cards_;
  ScoreTableCard* scores_;
  bool sharing_zoom_ = false;
  bool score_chosen_ = false;  ///< by the user; otherwise it follows what the runs have
};

}  // namespace lorascope::ui
