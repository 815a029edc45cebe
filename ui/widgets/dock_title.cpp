#include "ui/widgets/dock_title.h"

#include <QHBoxLayout>
#include <QLabel>

#include "ui/widgets/theme.h"

namespace lorascope::ui {

DockTitle::DockTitle(const QString& title, QWidget* parent) : QWidget(parent) {
  layout_ = new QHBoxLayout(this);
  layout_->setContentsMargins(kPadding, kPadding, kPadding, kGap);
  layout_->setSpacing(kGap);
  label_ = new QLabel(title);
  label_->setFont(titleFont());
  layout_->addWidget(label_, 1);
  setMinimumHeight(kControlHeight + kPadding + kGap);
}

void DockTitle::setTitle(const QString& title) {
  label_->setText(title);
}

void DockTitle::addButton(QWidget* button) {
  layout_->addWidget(button);
}

}  // namespace lorascope::ui
