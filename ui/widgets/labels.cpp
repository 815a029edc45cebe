#include "ui/widgets/labels.h"

#include <QPainter>
#include <QStyle>
#include <QStyleOption>

#include "ui/widgets/theme.h"

namespace lorascope::ui {

ElidedLabel::ElidedLabel(const QString& text, QWidget* parent) : QLabel(text, parent) {
  setTextFormat(Qt::PlainText);
  setSizePolicy(QSizePolicy::Preferred, QSizePolicy::Fixed);
}

QSize ElidedLabel::minimumSizeHint() const {
  return {fontMetrics().horizontalAdvance(QStringLiteral("…")), fontMetrics().height()};
}

void ElidedLabel::paintEvent(QPaintEvent*) {
  QPainter painter(this);
  const QString shown = fontMetrics().elidedText(text(), Qt::ElideRight, contentsRect().width());
  if (shown != text() && toolTip() != text()) {
    setToolTip(text());
  }
  QStyleOption option;
  option.initFrom(this);
  style()->drawItemText(&painter, contentsRect(), static_cast<int>(alignment()), option.palette, isEnabled(), shown,
                        foregroundRole());
}

void makeSecondary(QLabel* label) {
  setRole(label, "secondary");
}

void setRole(QWidget* widget, const char* role) {
  widget->setProperty("role", role);
  widget->style()->unpolish(widget);
  widget->style()->polish(widget);
}

QString asSentence(const QString& phrase) { return phrase.left(1).toUpper() + phrase.mid(1); }

QLabel* makeCaption(const QString& text, QWidget* parent) {
  auto* label = new QLabel(text, parent);
  label->setFont(captionFont());
  makeSecondary(label);
  return label;
}

QLabel* makeParagraph(const QString& text, QWidget* parent) {
  auto* label = new QLabel(text, parent);
  label->setWordWrap(true);
  label->setTextInteractionFlags(Qt::TextSelectableByMouse | Qt::TextSelectableByKeyboard);
  return label;
}

QLabel* makeValue(const QString& text, QWidget* parent) {
  auto* label = new QLabel(text, parent);
  label->setAlignment(Qt::AlignRight | Qt::AlignVCenter);
  label->setTextInteractionFlags(Qt::TextSelectableByMouse);
  return label;
}

}  // namespace lorascope::ui
