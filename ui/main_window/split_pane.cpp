#include "ui/main_window/split_pane.h"

#include <QHBoxLayout>
#include <QLabel>
#include <QToolButton>
#include <QVBoxLayout>
#include <utility>

#include "ui/widgets/icons.h"
#include "ui/widgets/theme.h"

namespace lorascope::ui {

SplitPane::SplitPane(QWidget* parent) : QWidget(parent), title_(new QLabel), layout_(new QVBoxLayout(this)) {
  layout_->setContentsMargins(0, 0, 0, 0);
  layout_->setSpacing(0);
  auto* bar = new QHBoxLayout;
  bar->setContentsMargins(kPadding, 4, kGap, 0);
  title_->setFont(boldFont());
  auto* close = makeIconButton(QStringLiteral("close"), tr("Put this tab back beside the others"));
  connect(close, &QToolButton::clicked, this, &SplitPane::closeRequested);
  bar->addWidget(title_, 1);
  bar->addWidget(close);
  layout_->addLayout(bar);
  hide();
}

void SplitPane::hold(const QString& name, QWidget* page) {
  name_ = name;
  page_ = page;
  title_->setText(name);
  layout_->addWidget(page, 1);
  page->show();
  show();
}

QWidget* SplitPane::release() {
  name_.clear();
  hide();
  if (page_ != nullptr) layout_->removeWidget(page_);
  return std::exchange(page_, nullptr);
}

}  // namespace lorascope::ui
