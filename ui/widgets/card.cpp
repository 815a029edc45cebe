#include "ui/widgets/card.h"

#include <QHBoxLayout>
#include <QLabel>
#include <QVBoxLayout>

#include "ui/widgets/labels.h"
#include "ui/widgets/theme.h"

namespace lorascope::ui {

Card::Card(const QString& title, QWidget* parent) : QFrame(parent) {
  setProperty("role", "card");
  auto* layout = new QVBoxLayout(this);
  layout->setContentsMargins(kPadding, 10, kPadding, kPadding);
  layout->setSpacing(kGap);
  header_ = new QHBoxLayout;
  header_->setSpacing(kGap);
  title_ = new ElidedLabel;
  title_->setFont(boldFont());
  note_ = new ElidedLabel;
  makeSecondary(note_);
  note_->setFont(captionFont());
  header_->addWidget(title_);
  header_->addWidget(note_, 1);
  // Takes the room while there is no note, so that buttons stay at the right end.
  header_->addItem(new QSpacerItem(0, 0, QSizePolicy::Expanding, QSizePolicy::Minimum));
  layout->addLayout(header_);
  body_ = new QVBoxLayout;
  body_->setSpacing(4);
  layout->addLayout(body_, 1);
  setTitle(title);
  setNote({});
  note_->setAlignment(Qt::AlignRight | Qt::AlignVCenter);
}

void Card::setTitle(const QString& title) {
  title_->setText(title);
  title_->setVisible(!title.isEmpty());
  setAccessibleName(title);
}

void Card::setNote(const QString& note) {
  note_->setText(note);
  note_->setVisible(!note.isEmpty());
}

}  // namespace lorascope::ui
