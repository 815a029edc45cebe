#pragma once

#include <QDialog>

class QLineEdit;
class QListWidget;
class QTextBrowser;

namespace lorascope::ui {

/// Help: keys and gestures, and a page for every setting and measure. Stays beside the window; not modal.
class HelpWindow : public QDialog {
  Q_OBJECT

 public:
  explicit HelpWindow(QWidget* parent = nullptr);

  /// A topic of help_topics.h; empty: keys and gestures.
  void showTopic(const QString& id);
  QString topic() const;
  QString text() const;

 private:
  void fill();
  void showChosen();

  QLineEdit* search_;
  QListWidget* topics_;
  QTextBrowser* page_;
};

}  // namespace lorascope::ui
