#include "ui/widgets/message_bar.h"

#include <QHBoxLayout>
#include <QLabel>
#include <QPushButton>
#include <QStyle>
#include <QToolButton>
#include <QVBoxLayout>

#include "ui/widgets/flow_layout.h"
#include "ui/widgets/icons.h"
#include "ui/widgets/labels.h"
#include "ui/widgets/theme.h"

namespace lorascope::ui {

MessageBar::MessageBar(QWidget* parent) : QFrame(parent) {
  setProperty("role", "message");
  auto* layout = new QHBoxLayout(this);
  layout->setContentsMargins(kPadding, kGap, kGap, kGap);
  layout->setSpacing(kGap);
  icon_ = new QLabel;
  icon_->setFixedWidth(16);
  layout->addWidget(icon_, 0, Qt::AlignTop);
  auto* texts = new QVBoxLayout;
  texts->setSpacing(2);
  message_ = makeParagraph({});
  hint_ = makeParagraph({});
  makeSecondary(hint_);
  texts->addWidget(message_);
  texts->addWidget(hint_);
  buttons_ = new FlowLayout(nullptr, kGap);
  texts->addLayout(buttons_);
  layout->addLayout(texts, 1);
  auto* close = new QToolButton;
  close->setProperty("role", "icon");
  close->setIcon(themedIcon(QStringLiteral("close"), IconTone::Secondary));
  close->setAccessibleName(tr("Dismiss the message"));
  close->setToolTip(tr("Dismiss"));
  connect(close, &QToolButton::clicked, this, &MessageBar::clear);
  layout->addWidget(close, 0, Qt::AlignTop);
  hide();
}

void MessageBar::showMessage(Tone tone, const QString& message, const QString& hint) {
  clear();
  const bool error = tone == Tone::Error;
  const bool warning = tone == Tone::Warning;
  setProperty("tone", error ? "error" : warning ? "warning" : "info");
  style()->unpolish(this);
  style()->polish(this);
  const QIcon icon = error     ? themedIcon(QStringLiteral("error"), IconTone::Error)
                     : warning ? themedIcon(QStringLiteral("warning"), IconTone::Warning)
                               : themedIcon(QStringLiteral("info"), IconTone::Accent);
  icon_->setPixmap(icon.pixmap(QSize(16, 16), devicePixelRatioF()));
  message_->setText(message);
  hint_->setText(hint);
  hint_->setVisible(!hint.isEmpty());
  setAccessibleName(message);
  setAccessibleDescription(hint);
  show();
}

void MessageBar::addAction(const QString& label, const std::function<void()>& action) {
  auto* button = new QPushButton(label);
  // The message stays until it is dismissed or replaced: the action may fail, or only look.
  connect(button, &QPushButton::clicked, this, [action] { action(); });
  buttons_->addWidget(button);
  layout()->activate();
}

void MessageBar::clear() {
  while (QLayoutItem* item = buttons_->takeAt(0)) {
    if (item->widget() != nullptr) {
      item->widget()->hide();
      item->widget()->deleteLater();
    }
    delete item;
  }
  hide();
}

QString MessageBar::message() const {
  return isHidden() ? QString() : message_->text();
}

}  // namespace lorascope::ui
