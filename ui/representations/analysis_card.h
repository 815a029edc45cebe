#pragma once

#include <QJsonObject>
#include <QStringList>
#include <functional>

#include "ui/widgets/card.h"

class QLabel;
class QPushButton;

namespace lorascope::ui {

class CommandProgress;
class LorascopeProgram;
class MessageBar;
class SessionModel;
struct ProgramResult;

/// A card around one `lorascope analyse --what …` of the chosen runs: a button that computes, progress and cancel while
/// it runs, errors where they arise, and what was computed earlier in this workspace.
class AnalysisCard : public Card {
  Q_OBJECT

 public:
  AnalysisCard(const QString& title, const QString& what, SessionModel* session, LorascopeProgram* program);

  /// What comes after `analyse --what WHAT --workspace W --json`: runs and options; asked when the button is pressed.
  /// Empty: nothing can be computed, and `missing` says why.
  std::function<QStringList()> arguments;
  QString missing;

  /// Computes, or cancels what is being computed.
  void press();
  bool isRunning() const;
  /// The newest analysis of this kind that the workspace keeps.
  void loadStored();
  const QJsonObject& analysis() const { return analysis_; }
  QPushButton* button() const { return button_; }
  MessageBar* message() const { return message_; }
  /// Under the figure: what n, floors and warnings there are.
  void setCaption(const QString& caption);
  QString caption() const;

 Q_SIGNALS:
  /// An analysis is on show.
  void analysed();
  /// A command has ended, well or not.
  void ended();

 protected:
  /// Shows `analysis()`; an empty one: nothing was computed.
  virtual void showAnalysis() = 0;

 private:
  void finish(const ProgramResult& result, bool cancelled);
  void take(const QJsonObject& analysis);
  void showState();

  QString what_;
  SessionModel* session_;
  QStringList last_arguments_;
  QJsonObject analysis_;
  QPushButton* button_;
  CommandProgress* progress_;
  MessageBar* message_;
  QLabel* caption_;
};

}  // namespace lorascope::ui
