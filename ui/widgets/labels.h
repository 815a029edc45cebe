#pragma once

#include <QLabel>

namespace lorascope::ui {

/// One line that ends in "…" where there is no room, with the whole text as tool tip then.
class ElidedLabel : public QLabel {
  Q_OBJECT

 public:
  explicit ElidedLabel(const QString& text = {}, QWidget* parent = nullptr);

  QSize minimumSizeHint() const override;

 protected:
  void paintEvent(QPaintEvent* event) override;
};

/// Secondary text colour, also after a change of theme.
void makeSecondary(QLabel* label);
/// Sets the style-sheet role ("secondary", "error", "warning", "ok", or "" for plain) and applies it at once.
void setRole(QWidget* widget, const char* role);

/// "nothing was trained here" with a capital at its beginning.
QString asSentence(const QString& phrase);

QLabel* makeCaption(const QString& text, QWidget* parent = nullptr);
/// Body text that wraps, can be selected and copied.
QLabel* makeParagraph(const QString& text, QWidget* parent = nullptr);
/// A number or name that can be selected and copied, right-aligned.
QLabel* makeValue(const QString& text, QWidget* parent = nullptr);

}  // namespace lorascope::ui
