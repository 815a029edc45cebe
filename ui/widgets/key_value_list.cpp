#include "ui/widgets/key_value_list.h"

#include <QGridLayout>

#include "ui/widgets/labels.h"
#include "ui/widgets/theme.h"

namespace lorascope::ui {

KeyValueList::KeyValueList(QWidget* parent) : QWidget(parent) {
  grid_ = new QGridLayout(this);
  grid_->setContentsMargins(0, 0, 0, 0);
  grid_->setHorizontalSpacing(kPadding);
  grid_->setVerticalSpacing(4);
  grid_->setColumnStretch(1, 1);
}

void KeyValueList::clear() {
  while (QLayoutItem* item = grid_->takeAt(0)) {
    delete item->widget();
    delete item;
  }
  num_rows_ = 0;
}

void KeyValueList::addRow(const QString& key, const QString& value, const QString& toolTip) {
  auto* name = new QLabel(key);
  makeSecondary(name);
  auto* label = makeValue(value);
  label->setWordWrap(true);
  label->setToolTip(toolTip);
  label->setAccessibleName(key);
  grid_->addWidget(name, num_rows_, 0, Qt::AlignTop);
  grid_->addWidget(label, num_rows_, 1);
  ++num_rows_;
}

}  // namespace lorascope::ui
