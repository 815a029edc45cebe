#pragma once

#include <QEvent>
#include <QObject>
#include <QString>
#include <functional>

class QUndoStack;
class QWidget;

namespace lorascope::ui {

/// A choice in a view that has just been made and that undo takes back.
struct Undoable {
  QString text;  ///< what undo says: "smoothing of Training loss"
  std::function<void()> redo, undo;
  const QObject* source = nullptr;  ///< whose choice it is; forgotten with it
  bool merges = false;              ///< steps of one drag become one
};

class UndoableEvent : public QEvent {
 public:
  explicit UndoableEvent(Undoable choice) : QEvent(kType), choice_(std::move(choice)) {}

  static const QEvent::Type kType;
  const Undoable& choice() const { return choice_; }

 private:
  Undoable choice_;
};

/// Tells the window about the choice. False where nobody keeps it.
bool announceChoice(QWidget* from, Undoable choice);

/// Puts the choices made anywhere in a window onto its undo stack.
class UndoReceiver : public QObject {
  Q_OBJECT

 public:
  UndoReceiver(QWidget* window, QUndoStack* stack);

 protected:
  bool eventFilter(QObject* watched, QEvent* event) override;

 private:
  QUndoStack* stack_;
};

}  // namespace lorascope::ui
