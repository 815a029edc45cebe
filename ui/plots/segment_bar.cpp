#include "ui/plots/segment_bar.h"

#include <QHBoxLayout>
#include <QMenu>
#include <QToolButton>
#include <algorithm>

#include "ui/widgets/icons.h"
#include "ui/widgets/theme.h"

namespace lorascope::ui {
namespace {

constexpr qsizetype kMostLetters = 32;  ///< of all names together beside one another

}  // namespace

SegmentBar::SegmentBar(const QString& name, QWidget* parent) : QWidget(parent), row_(new QHBoxLayout(this)) {
  row_->setContentsMargins(0, 0, 0, 0);
  row_->setSpacing(2);
  setAccessibleName(name);
}

void SegmentBar::setSegments(const QStringList& segments, const QStringList& tips) {
  if (segments == segments_) return;
  const QString before = segments_.value(chosen_);
  segments_ = segments;
  for (QToolButton* button : buttons_) {
    button->hide();
    button->deleteLater();
  }
  buttons_.clear();
  if (menu_button_ != nullptr) {
    menu_button_->hide();
    menu_button_->deleteLater();
  }
  chosen_ = static_cast<int>(std::max<qsizetype>(0, segments_.indexOf(before)));
  makeButtons(tips);
  makeMenu();
  showForm();
}

void SegmentBar::setFolded(bool folded) {
  folded_ = folded;
  showForm();
}

void SegmentBar::showForm() {
  const bool as_menu = folded_ || segments_.join(QString()).size() > kMostLetters;
  for (QToolButton* button : buttons_) button->setVisible(!as_menu);
  if (menu_button_ != nullptr) menu_button_->setVisible(as_menu);
  row_->invalidate();
  updateGeometry();
}

void SegmentBar::makeButtons(const QStringList& tips) {
  for (int i = 0; i < segments_.size(); ++i) {
    auto* button = new QToolButton(this);
    button->setText(segments_[i]);
    button->setFont(captionFont());
    button->setCheckable(true);
    button->setChecked(i == chosen_);
    button->setFocusPolicy(Qt::TabFocus);
    button->setToolTip(tips.value(i));
    button->setAccessibleName(accessibleName() + QStringLiteral(": ") + segments_[i]);
    connect(button, &QToolButton::clicked, this, [this, i] { choose(i); });
    row_->addWidget(button);
    buttons_.push_back(button);
  }
}

void SegmentBar::makeMenu() {
  menu_button_ = new QToolButton(this);
  menu_button_->setText(segments_.value(chosen_));
  menu_button_->setFont(captionFont());
  menu_button_->setFocusPolicy(Qt::TabFocus);
  menu_button_->setAccessibleName(accessibleName());
  menu_button_->setPopupMode(QToolButton::InstantPopup);
  menu_button_->setToolButtonStyle(Qt::ToolButtonTextBesideIcon);
  menu_button_->setIcon(themedIcon(QStringLiteral("arrow-down"), IconTone::Secondary));
  menu_button_->setIconSize(QSize(10, 10));
  menu_button_->setLayoutDirection(Qt::RightToLeft);
  auto* menu = new QMenu(menu_button_);
  for (int i = 0; i < segments_.size(); ++i) menu->addAction(segments_[i], this, [this, i] { choose(i); });
  menu_button_->setMenu(menu);
  row_->addWidget(menu_button_);
}

void SegmentBar::choose(int index) {
  const int before = chosen_;
  chosen_ = std::clamp(index, 0, std::max(0, static_cast<int>(segments_.size()) - 1));
  for (std::size_t i = 0; i < buttons_.size(); ++i) buttons_[i]->setChecked(static_cast<int>(i) == chosen_);
  if (menu_button_ != nullptr) menu_button_->setText(segments_.value(chosen_));
  if (chosen_ != before) Q_EMIT chosenChanged(chosen_);
}

}  // namespace lorascope::ui
