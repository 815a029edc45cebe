#pragma once

#include <QWidget>
#include <functional>

class QHBoxLayout;
class QLabel;
class QPushButton;

namespace lorascope::ui {

/// What a view shows while it has nothing to show: an icon, one sentence and what to do about it.
class EmptyState : public QWidget {
  Q_OBJECT

 public:
  EmptyState(const QString& icon, const QString& sentence, QWidget* parent = nullptr);

  void setSentence(const QString& sentence);
  /// A second line in secondary colour.
  void setDetail(const QString& detail);
  QPushButton* addButton(const QString& label, bool primary, const std::function<void()>& action);

 private:
  QLabel* sentence_;
  QLabel* detail_;
  QHBoxLayout* buttons_;
};

}  // namespace lorascope::ui
