#pragma once

#include <QToolButton>
#include <vector>

#include "core/store/run_record.h"

class QMenu;

namespace lorascope::ui {

class SessionModel;

/// Which finished runs the analyses look at: at first the newest of each method; a menu ticks others.
class RunChoice : public QToolButton {
  Q_OBJECT

 public:
  explicit RunChoice(SessionModel* session, QWidget* parent = nullptr);

  /// In order of creation.
  const std::vector<store::RunId>& chosen() const { return chosen_; }
  void choose(std::vector<store::RunId> runs);

 Q_SIGNALS:
  void chosenChanged();

 private:
  /// Runs that left weights: finished or stopped, of a method that is analysed.
  std::vector<const store::RunRecord*> candidates() const;
  void chooseNewest();
  void fillMenu();
  void showChosen();

  SessionModel* session_;
  std::vector<store::RunId> chosen_;
  bool is_own_choice_ = false;
};

}  // namespace lorascope::ui
