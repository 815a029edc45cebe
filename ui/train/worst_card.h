#pragma once

#include <string>
#include <vector>

#include "core/store/rows.h"
#include "ui/main_window/session_model.h"
#include "ui/widgets/card.h"

class QComboBox;
class QTextBrowser;

namespace lorascope::ui {

/// The predictions of the selected run that are most wrong, of each evaluation that stored them.
class WorstCard : public Card {
  Q_OBJECT

 public:
  explicit WorstCard(SessionModel* session, QWidget* parent = nullptr);

  /// Number of predictions on show.
  int numShown() const { return static_cast<int>(shown_.size()); }
  QString text() const;

 protected:
  void changeEvent(QEvent* event) override;

 private:
  /// One evaluation with stored predictions.
  struct Choice {
    std::string split;  ///< as stored, "eval/worst"
    std::int64_t step = 0;
    bool operator==(const Choice&) const = default;
  };

  void readSoon();
  void read();
  void take(int request, RunId run, const std::vector<Choice>& choices, const Choice& chosen,
            const std::vector<store::Prediction>& rows);
  void draw();

  SessionModel* session_;
  int request_ = 0;
  RunId run_ = 0;
  std::string task_;
  std::size_t num_evaluations_ = 0;
  std::vector<Choice> choices_;
  std::vector<store::Prediction> shown_;
  QComboBox* choice_;
  QTextBrowser* list_;
};

}  // namespace lorascope::ui
