#pragma once

#include <QWidget>

#include "ui/study/study_draft.h"

class QCheckBox;
class QComboBox;
class QLabel;
class QLineEdit;
class QPlainTextEdit;
class QPushButton;
class QSplitter;
class QTableView;
class QTimer;
class QVBoxLayout;

namespace lorascope::ui {

class Card;
class DataField;
class MessageBar;
class MethodList;
class SegmentBar;
class SessionModel;
class SettingsTable;
class GridList;

/// Makes a study: model, data, methods, a grid, seeds. The number of runs, how long they will take, the study file and
/// the command that runs it are always in view, and every problem as core/study finds it.
class StudyEditor : public QWidget {
  Q_OBJECT

 public:
  explicit StudyEditor(SessionModel* session, QWidget* parent = nullptr);

  void setDraft(const StudyDraft& draft);
  StudyDraft draft() const;
  /// The study file as it stands.
  QString toml() const;
  /// Whether it can be started.
  bool isValid() const { return num_runs_ > 0 && !has_problems_; }
  int numRuns() const { return num_runs_; }
  /// A file that was dropped on the window: taken for the first of train, eval and test that is empty.
  void takeDataFile(const QString& file);
  /// Writes the study file into the workspace and asks for its start.
  void start();

 Q_SIGNALS:
  void startRequested(const QString& study_file);
  void closed();

 protected:
  void resizeEvent(QResizeEvent* event) override;

 private:
  void buildForm(QVBoxLayout* form);
  Card* buildBasics();
  Card* buildData();
  Card* buildSettings();
  QWidget* buildResult();
  void applyChosenPreset(int index);
  void showTask();
  void changed();
  void judge();
  void save();
  QString filePath() const;

  SessionModel* session_;
  QTimer* soon_;
  bool is_filling_ = false;
  bool has_problems_ = false;
  int num_runs_ = 0;
  QString preset_;  ///< of the draft; the buttons only choose it
  QSplitter* splitter_;
  SegmentBar* presets_;
  QLineEdit* name_;
  QLineEdit* description_;
  QComboBox* task_;
  QComboBox* model_;
  QLineEdit* seeds_;
  QCheckBox* miniature_;
  QWidget* files_;
  DataField* train_;
  DataField* eval_;
  DataField* test_;
  MethodList* methods_;
  GridList* grid_;
  SettingsTable* settings_;
  QTableView* settings_view_;
  QLabel* count_;
  QLabel* problems_;
  QPlainTextEdit* toml_;
  QLabel* command_;
  QPushButton* start_;
  MessageBar* message_;
};

}  // namespace lorascope::ui
