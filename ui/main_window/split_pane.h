#pragma once

#include <QWidget>

class QLabel;
class QVBoxLayout;

namespace lorascope::ui {

/// The right half of the centre: one tab beside the others, under a title with a button that puts it back.
class SplitPane : public QWidget {
  Q_OBJECT

 public:
  explicit SplitPane(QWidget* parent = nullptr);

  /// Takes the page; the pane shows itself.
  void hold(const QString& name, QWidget* page);
  /// Gives the page up and hides the pane; nullptr where it holds none.
  QWidget* release();
  /// Empty while nothing is held.
  const QString& name() const { return name_; }
  QWidget* page() const { return page_; }

 Q_SIGNALS:
  void closeRequested();

 private:
  QString name_;
  QWidget* page_ = nullptr;
  QLabel* title_;
  QVBoxLayout* layout_;
};

}  // namespace lorascope::ui
