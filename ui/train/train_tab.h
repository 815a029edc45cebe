#pragma once

#include <QTimer>
#include <QWidget>

#include "core/base/error.h"
#include "ui/main_window/session_model.h"
#include "ui/study/study_draft.h"

class QStackedWidget;

namespace lorascope::ui {

class Card;
class EmptyState;
class FirstBatchView;
class LorascopeProgram;
class MessageBar;
class ProblemsCard;
class ResultCard;
class RunControl;
class RunHeader;
class StudyEditor;
class WorstCard;

/// Starting studies and watching one run: what is offered while there is nothing, then progress, loss, first batch and
/// result of the selected run. A study file can be dropped on it.
class TrainTab : public QWidget {
  Q_OBJECT

 public:
  TrainTab(SessionModel* session, RunControl* control, QWidget* parent = nullptr);

  /// Starts a study file, or shows all that is wrong with it.
  void openStudy(const QString& path);
  void showProblems(const QString& path, const std::vector<Problem>& problems);
  /// The study editor in the page's place; empty: the draft that was there last.
  void openEditor();
  void openEditor(const StudyDraft& draft);
  void closeEditor();
  StudyEditor* editor() const { return editor_; }
  WorstCard* worst() const { return worst_; }
  RunHeader* runHeader() const { return header_; }
  FirstBatchView* firstBatch() const { return batch_; }
  ProblemsCard* problems() const { return problems_; }
  EmptyState* emptyState() const { return empty_; }

 Q_SIGNALS:
  void workspaceRequested();
  void adapterRequested();
  void compareRequested();
  void inspectRequested();
  void curvesRequested();
  void weightsRequested();
  void exportRequested();

 protected:
  void dragEnterEvent(QDragEnterEvent* event) override;
  void dropEvent(QDropEvent* event) override;

 private:
  void buildEmptyState();
  QWidget* buildRunPage();
  void refresh();
  void showBatch();
  void showResult();

  SessionModel* session_;
  RunControl* control_;
  QString study_path_;
  store::RunId batch_of_ = 0;
  QStackedWidget* pages_;
  EmptyState* empty_;
  ProblemsCard* problems_;
  RunHeader* header_ = nullptr;
  ResultCard* result_ = nullptr;
  Card* batch_card_ = nullptr;
  FirstBatchView* batch_ = nullptr;
  WorstCard* worst_ = nullptr;
  StudyEditor* editor_ = nullptr;
  bool is_editing_ = false;
  QTimer result_soon_;
};

}  // namespace lorascope::ui
