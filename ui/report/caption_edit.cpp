#include "ui/report/caption_edit.h"

#include <QFontMetrics>

#include "ui/widgets/theme.h"

namespace lorascope::ui {

CaptionEdit::CaptionEdit(QWidget* parent) : QPlainTextEdit(parent) {
  constexpr int kLines = 3;
  setTabChangesFocus(true);
  setProperty("role", "field");
  setAccessibleName(tr("Caption"));
  setFixedHeight(QFontMetrics(bodyFont()).lineSpacing() * kLines + kPadding);
}

void CaptionEdit::setCaption(const QString& own, const QString& generated) {
  generated_ = generated;
  before_ = own;
  const QString text = own.isEmpty() ? generated : own;
  // What is being typed is not taken away by numbers that arrive.
  if (hasFocus() && toPlainText() != shown_) return;
  shown_ = text;
  if (toPlainText() != text) setPlainText(text);
}

QString CaptionEdit::own() const {
  const QString text = toPlainText().simplified();
  return text == generated_.simplified() ? QString() : text;
}

void CaptionEdit::focusOutEvent(QFocusEvent* event) {
  QPlainTextEdit::focusOutEvent(event);
  if (own() != before_) Q_EMIT edited();
}

}  // namespace lorascope::ui
