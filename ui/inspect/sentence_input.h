#pragma once

#include <QJsonObject>
#include <QWidget>

class QGridLayout;
class QLineEdit;
class QMenu;
class QPlainTextEdit;
class QPushButton;

namespace lorascope::ui {

/// The boxes of a question by task: a sentence; a question and its text; a beginning and four endings; and a second text
/// to compare with. Beside them what was asked before, a random and a badly predicted example, and minimal pairs.
class SentenceInput : public QWidget {
  Q_OBJECT

 public:
  explicit SentenceInput(QWidget* parent = nullptr);

  /// Shows the boxes of a task and empties them.
  void setTask(const QString& task);
  const QString& task() const { return task_; }
  /// As `lorascope inspect --serve` takes it; empty where nothing was typed.
  QJsonObject input() const;
  /// The same with the second text in the first one's place; empty without a second.
  QJsonObject second() const;
  void setInput(const QJsonObject& input);
  void setSecond(const QString& text);
  void setSecondShown(bool shown);

  /// What was asked before, the newest first; kept by the caller.
  void setHistory(const QList<QJsonObject>& history);
  QMenu* pairsMenu() const { return pairs_menu_; }
  QMenu* historyMenu() const { return history_menu_; }
  QPushButton* randomButton() const { return random_; }
  QPushButton* worstButton() const { return worst_; }
  QPushButton* folderButton() const { return folder_; }
  QPushButton* askButton() const { return ask_; }
  QPushButton* secondButton() const { return second_button_; }
  QLineEdit* textField() const { return text_; }
  QLineEdit* secondField() const { return second_; }
  QPlainTextEdit* contextField() const { return context_; }
  QLineEdit* questionField() const { return question_; }
  const std::vector<QLineEdit*>& endingFields() const { return endings_; }

 Q_SIGNALS:
  /// Return was pressed, or something was taken from a menu.
  void asked();
  void randomRequested();
  void worstRequested();
  void folderRequested();
  /// The pairs menu is about to open: fill it.
  void pairsRequested();

 private:
  QJsonObject typed() const;
  QLineEdit* addField(const QString& name, const QString& placeholder);
  void addButtons();

  QString task_;
  QJsonObject given_;  ///< what setInput() was given: words as they are, while nothing was typed
  QGridLayout* grid_;
  QLineEdit *question_, *text_, *start_, *second_;
  QPlainTextEdit* context_;
  std::vector<QLineEdit*> endings_;
  QMenu *history_menu_, *pairs_menu_;
  QPushButton *history_button_ = nullptr, *pairs_button_ = nullptr, *second_button_ = nullptr, *random_ = nullptr, *worst_ = nullptr,
              *ask_ = nullptr, *folder_ = nullptr;
};

/// One line of an input, for menus.
QString inputText(const QJsonObject& input);

}  // namespace lorascope::ui
