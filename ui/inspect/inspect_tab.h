#pragma once

#include <QHash>
#include <QJsonObject>
#include <QList>
#include <QWidget>
#include <memory>

#include "ui/inspect/example_source.h"
#include "ui/inspect/inspect_answer.h"
#include "ui/main_window/session_model.h"
#include "ui/process/inspector_process.h"

class QLabel;
class QScrollArea;
class QStackedWidget;
class QVBoxLayout;

namespace lorascope::ui {

class AggregateCard;
class EmptyState;
class InspectViews;
class LorascopeProgram;
class MessageBar;
class PlotCard;
class SegmentBar;
class SentenceInput;
class WhatIfPanel;

/// Asks the selected run's model about texts, in a child process that lives while the tab looks at this run: tokens with
/// their predictions, scalings, distances from the base, what if parts were off, pairs, means over a file. Nothing
/// waits: an answer draws itself when it comes.
class InspectTab : public QWidget {
  Q_OBJECT

 public:
  InspectTab(SessionModel* session, LorascopeProgram* program, QWidget* parent = nullptr);

  /// Asks about what stands in the boxes.
  void ask();
  /// Loads an adapter's, an X-LoRA's or a model's folder instead of the selected run, until another run is selected;
  /// `base` is the model under an adapter where its files name none that is on this machine.
  void openFolder(const QString& folder, const QString& base = {});
  /// Whether a folder (or the newest checkpoint in it) could be opened so.
  static bool isInspectable(const QString& folder);
  const QString& folder() const { return folder_; }
  /// Asks about a text with switches set as they were pinned.
  void open(const QJsonObject& content);
  /// The card whose export the window's "export" means.
  PlotCard* mainPlot() const;

  SentenceInput* input() const { return input_; }
  /// Of runs of several tasks: which one is asked about.
  SegmentBar* taskChoice() const { return tasks_; }
  InspectViews* views() const { return views_; }
  WhatIfPanel* panel() const { return panel_; }
  AggregateCard* aggregate() const { return aggregate_; }
  MessageBar* messages() const { return messages_; }
  InspectorProcess* process() const { return process_; }
  /// Milliseconds from the last question to its full answer; 0 before.
  double answerMilliseconds() const { return answer_ms_; }
  double whatIfMilliseconds() const { return what_if_ms_; }

 Q_SIGNALS:
  void trainRequested();
  void answered();

 protected:
  void showEvent(QShowEvent* event) override;
  void resizeEvent(QResizeEvent* event) override;
  void dragEnterEvent(QDragEnterEvent* event) override;
  void dropEvent(QDropEvent* event) override;

 private:
  void buildPage();
  /// The panel beside the views, or below them where that leaves them too little room.
  void arrange();
  void connectParts();
  void followRun();
  void followProcess();
  void takeAnswer(const InspectorProcess::Reply& reply, bool changed);
  void askWhatIf();
  void askPair();
  void askNearest();
  void askAggregate(const QString& name, QJsonObject question);
  void askPinned();
  void chooseFolder();
  void chooseBase();
  /// Nothing is shown of what was loaded before.
  void forget();
  void load(const QStringList& arguments);
  void loadRun(const QString& task);
  void readExamples(const std::string& task, bool is_of_several);
  /// Boxes and examples for the task of the loaded model, where only that says which one it is.
  void takeTask();
  void showToken();
  void readPins();
  void remember(const QJsonObject& input);
  void fillPairs();
  bool showError(const InspectorProcess::Reply& reply);
  bool canInspect() const;
  bool isLoaded() const { return run_ != 0 || !folder_.isEmpty(); }

  SessionModel* session_;
  LorascopeProgram* program_;
  ExampleSource* examples_source_;
  InspectorProcess* process_;
  QStackedWidget* pages_;
  EmptyState* empty_;
  SegmentBar* tasks_;
  SentenceInput* input_;
  QLabel* status_;
  MessageBar* messages_;
  InspectViews* views_;
  WhatIfPanel* panel_;
  AggregateCard* aggregate_;
  QVBoxLayout* column_ = nullptr;
  QScrollArea* side_ = nullptr;
  QVBoxLayout* side_column_ = nullptr;

  RunId run_ = 0;
  QString folder_;             ///< instead of a run
  RunId run_before_folder_ = 0;  ///< selected while the folder was opened
  std::vector<QJsonObject> pinned_;  ///< inputs of the pinned texts
  ExampleSource::Examples examples_;
  std::size_t next_worst_ = 0;
  QHash<QString, QList<QJsonObject>> history_;  ///< by task
  QJsonObject asked_;
  std::shared_ptr<const InspectAnswer> plain_, changed_;
  int question_ = 0, what_if_question_ = 0, pair_question_ = 0, nearest_question_ = 0, file_question_ = 0;
  bool what_if_waits_ = false;  ///< switches moved while an answer was under way
  double answer_ms_ = 0, what_if_ms_ = 0;
};

}  // namespace lorascope::ui
