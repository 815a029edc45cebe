#pragma once

#include "ui/main_window/session_model.h"
#include "ui/widgets/card.h"

class QTableView;
class QTimer;

namespace lorascope::ui {

class ScoreTableModel;

/// Scores of the shown runs by setting: mean and spread over seeds, the seeds below. Columns that have no room are left
/// out on screen, the least important first; copies always have all of them.
class ScoreTableCard : public Card {
  Q_OBJECT

 public:
  explicit ScoreTableCard(SessionModel* session, QWidget* parent = nullptr);

  QTableView* view() const { return view_; }
  ScoreTableModel* model() const { return model_; }
  void rebuild();

 protected:
  void resizeEvent(QResizeEvent* event) override;
  bool eventFilter(QObject* watched, QEvent* event) override;

 private:
  enum class Format { TabSeparated, Csv, Latex, Markdown };

  void addCopyMenu();
  void copy(Format format) const;
  void fit();

  SessionModel* session_;
  ScoreTableModel* model_;
  QTableView* view_;
  QTimer* soon_;
};

}  // namespace lorascope::ui
