#include "ui/widgets/empty_state.h"

#include <QHBoxLayout>
#include <QLabel>
#include <QPainter>
#include <QPushButton>
#include <QVBoxLayout>

#include "ui/widgets/icons.h"
#include "ui/widgets/labels.h"
#include "ui/widgets/theme.h"

namespace lorascope::ui {
namespace {

/// Repaints its icon by itself when the theme changes: a pixmap in a label would keep the old colour.
class IconView : public QWidget {
 public:
  explicit IconView(const QString& icon) : icon_(themedIcon(icon, IconTone::Secondary)) { setFixedSize(32, 32); }

 protected:
  void paintEvent(QPaintEvent*) override {
    QPainter painter(this);
    icon_.paint(&painter, rect());
  }

 private:
  QIcon icon_;
};

}  // namespace

EmptyState::EmptyState(const QString& icon, const QString& sentence, QWidget* parent) : QWidget(parent) {
  auto* layout = new QVBoxLayout(this);
  layout->setContentsMargins(kSectionGap, kSectionGap, kSectionGap, kSectionGap);
  layout->setSpacing(kGap);
  layout->addStretch(2);
  layout->addWidget(new IconView(icon), 0, Qt::AlignHCenter);
  sentence_ = new QLabel;
  sentence_->setFont(titleFont());
  sentence_->setAlignment(Qt::AlignHCenter);
  sentence_->setWordWrap(true);
  layout->addWidget(sentence_);
  detail_ = new QLabel;
  detail_->setAlignment(Qt::AlignHCenter);
  detail_->setWordWrap(true);
  makeSecondary(detail_);
  layout->addWidget(detail_);
  layout->addSpacing(kGap);
  auto* row = new QHBoxLayout;
  row->addStretch(1);
  buttons_ = new QHBoxLayout;
  buttons_->setSpacing(kGap);
  row->addLayout(buttons_);
  row->addStretch(1);
  layout->addLayout(row);
  layout->addStretch(3);
  setSentence(sentence);
  setDetail({});
}

void EmptyState::setSentence(const QString& sentence) {
  sentence_->setText(sentence);
  setAccessibleName(sentence);
}

void EmptyState::setDetail(const QString& detail) {
  detail_->setText(detail);
  detail_->setVisible(!detail.isEmpty());
  setAccessibleDescription(detail);
}

QPushButton* EmptyState::addButton(const QString& label, bool primary, const std::function<void()>& action) {
  auto* button = new QPushButton(label);
  if (primary) {
    button->setProperty("role", "primary");
  }
  connect(button, &QPushButton::clicked, this, [action] { action(); });
  buttons_->addWidget(button);
  return button;
}

}  // namespace lorascope::ui
