#pragma once

#include "ui/main_window/session_model.h"
#include "ui/widgets/card.h"

class QComboBox;
class QDoubleSpinBox;
class QLabel;
class QPushButton;
class QSpinBox;

namespace lorascope::ui {

class LorascopeProgram;
class MessageBar;
class RunBox;

/// Changes a finished run's update without training and saves the result as a derived run with its scores: scaled, cut
/// to a rank or to a share of its energy, merged with another run's adapter, or merged into the base. Done by
/// `lorascope derive` in a child process.
class SurgeryCard : public Card {
  Q_OBJECT

 public:
  enum Operation { Scale, Rank, Energy, Merge, Whole };

  SurgeryCard(SessionModel* session, LorascopeProgram* program, QWidget* parent = nullptr);

  void setRun(RunId run);
  QComboBox* operation() const { return operation_; }
  RunBox* runs() const { return runs_; }
  RunBox* others() const { return others_; }
  QDoubleSpinBox* factor() const { return factor_; }
  QSpinBox* rank() const { return rank_; }
  QPushButton* saveButton() const { return save_; }
  /// The equivalent command, without the workspace; empty while there is nothing to do.
  QStringList arguments() const;
  void save();

 Q_SIGNALS:
  /// An answer or an error is on show.
  void shown();
  void derived(lorascope::ui::RunId run);

 private:
  void buildFields();
  void fillRuns();
  void refresh();

  SessionModel* session_;
  LorascopeProgram* program_;
  bool works_ = false;
  MessageBar* message_;
  RunBox* runs_;
  QComboBox* operation_;
  QDoubleSpinBox* factor_;
  QSpinBox* rank_;
  QDoubleSpinBox* energy_;
  RunBox* others_;
  QDoubleSpinBox* other_weight_;
  QPushButton* save_;
  QLabel* command_;
};

}  // namespace lorascope::ui
