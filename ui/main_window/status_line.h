#pragma once

#include <QStatusBar>

#include "core/store/run_record.h"

class QLabel;

namespace lorascope::ui {

class ElidedLabel;
class SessionModel;
class StateIcon;

/// The status bar: what the engine is doing, in numbers.
class StatusLine : public QStatusBar {
  Q_OBJECT

 public:
  explicit StatusLine(SessionModel* session, QWidget* parent = nullptr);

  /// What stands in the bar, from left to right, without empty parts.
  QStringList texts() const;

 private:
  void refresh();
  QLabel* addLabel();

  SessionModel* session_;
  StateIcon* state_;
  QLabel* engine_;
  ElidedLabel* run_;
  QLabel* loss_;
  QLabel* rate_;
  QLabel* left_;
  QLabel* memory_;
  QLabel* queue_;
  ElidedLabel* workspace_;
};

}  // namespace lorascope::ui
