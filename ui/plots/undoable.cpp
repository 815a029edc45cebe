#include "ui/plots/undoable.h"

#include <QCoreApplication>
#include <QPointer>
#include <QUndoStack>
#include <QWidget>
#include <utility>

namespace lorascope::ui {
namespace {

constexpr int kMergingId = 500;

class ChoiceCommand : public QUndoCommand {
 public:
  explicit ChoiceCommand(Undoable choice)
      : QUndoCommand(choice.text), choice_(std::move(choice)), source_(const_cast<QObject*>(choice_.source)) {}

  int id() const override { return choice_.merges ? kMergingId : -1; }
  bool mergeWith(const QUndoCommand* other) override {
    const auto* next = static_cast<const ChoiceCommand*>(other);
    if (next->source_ != source_ || next->text() != text()) return false;
    choice_.redo = next->choice_.redo;
    return true;
  }
  void redo() override {
    // The first time the choice has been made already.
    if (std::exchange(is_done_, true)) apply(choice_.redo);
  }
  void undo() override { apply(choice_.undo); }

 private:
  void apply(const std::function<void()>& change) {
    if (source_ == nullptr) {
      setObsolete(true);
    } else {
      change();
    }
  }

  Undoable choice_;
  QPointer<QObject> source_;
  bool is_done_ = false;
};

}  // namespace

const QEvent::Type UndoableEvent::kType = static_cast<QEvent::Type>(QEvent::registerEventType());

bool announceChoice(QWidget* from, Undoable choice) {
  UndoableEvent event(std::move(choice));
  for (QWidget* widget = from; widget != nullptr; widget = widget->parentWidget()) {
    event.ignore();
    if (QCoreApplication::sendEvent(widget, &event) && event.isAccepted()) return true;
  }
  return false;
}

UndoReceiver::UndoReceiver(QWidget* window, QUndoStack* stack) : QObject(window), stack_(stack) {
  window->installEventFilter(this);
}

bool UndoReceiver::eventFilter(QObject* watched, QEvent* event) {
  if (event->type() != UndoableEvent::kType) return QObject::eventFilter(watched, event);
  stack_->push(new ChoiceCommand(static_cast<const UndoableEvent*>(event)->choice()));
  event->accept();
  return true;
}

}  // namespace lorascope::ui
