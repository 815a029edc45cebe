#pragma once

#include <QFrame>
#include <functional>

class QLabel;

namespace lorascope::ui {

class FlowLayout;

enum class Tone { Info, Warning, Error };

/// A message where it arose: what happened, what to do, buttons that do it. No dialog. Hidden until show…() is called.
class MessageBar : public QFrame {
  Q_OBJECT

 public:
  explicit MessageBar(QWidget* parent = nullptr);

  /// Replaces what was there, buttons too.
  void showMessage(Tone tone, const QString& message, const QString& hint = {});
  /// A button on the message now shown.
  void addAction(const QString& label, const std::function<void()>& action);
  void clear();
  QString message() const;

 private:
  QLabel* icon_;
  QLabel* message_;
  QLabel* hint_;
  FlowLayout* buttons_;
};

}  // namespace lorascope::ui
