#pragma once

#include <QWidget>

#include "core/store/run_record.h"

class QHBoxLayout;
class QLabel;
class QLineEdit;
class QPlainTextEdit;
class QToolButton;
class QVBoxLayout;

namespace lorascope::ui {

class ArtifactList;
class Card;
class Chip;
class FlowLayout;
class KeyValueList;
class MessageBar;
class RunControl;
class RunEdits;
class SessionModel;
class SettingsCard;

/// The right dock: everything about the selected run that is not a curve. Settings (changed ones first), the equivalent
/// command, notes, tags, artifacts, environment.
class DetailsPanel : public QWidget {
  Q_OBJECT

 public:
  DetailsPanel(SessionModel* session, RunControl* control, RunEdits* edits, QWidget* parent = nullptr);

 Q_SIGNALS:
  /// `output`: what the process itself has written.
  void logRequested(bool output);
  /// A new study with this run's settings, to be changed.
  void cloneRequested(lorascope::store::RunId id);

 protected:
  bool eventFilter(QObject* watched, QEvent* event) override;

 private:
  void build();
  QWidget* buildHeader();
  QWidget* buildCommand();
  QWidget* buildNotes();
  void showRun();
  void refresh();
  void showChips(const store::RunRecord& run);
  void showTrouble(const store::RunRecord& run);
  void showEnvironment(const store::RunRecord& run);
  void saveNote();
  void openFolder();

  SessionModel* session_;
  RunControl* control_;
  RunEdits* edits_;
  store::RunId shown_ = 0;
  std::string shown_marks_;
  QWidget* content_ = nullptr;
  QLabel* empty_ = nullptr;
  QLabel* name_ = nullptr;
  QLabel* subtitle_ = nullptr;
  QToolButton* star_ = nullptr;
  QWidget* chips_ = nullptr;
  MessageBar* trouble_ = nullptr;
  SettingsCard* settings_ = nullptr;
  QLabel* command_ = nullptr;
  QPlainTextEdit* note_ = nullptr;
  Card* artifacts_card_ = nullptr;
  ArtifactList* artifacts_ = nullptr;
  KeyValueList* environment_ = nullptr;
};

}  // namespace lorascope::ui
