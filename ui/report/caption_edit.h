#pragma once

#include <QPlainTextEdit>

namespace lorascope::ui {

/// The caption of a figure: the generated one in secondary colour until a person writes another.
class CaptionEdit : public QPlainTextEdit {
  Q_OBJECT

 public:
  explicit CaptionEdit(QWidget* parent = nullptr);

  /// An empty `own` shows the generated one.
  void setCaption(const QString& own, const QString& generated);
  /// Empty: the generated one is to be used.
  QString own() const;

 Q_SIGNALS:
  /// The text was changed and left.
  void edited();

 protected:
  void focusOutEvent(QFocusEvent* event) override;

 private:
  QString generated_, before_;
  QString shown_;  ///< what was set last
};

}  // namespace lorascope::ui
