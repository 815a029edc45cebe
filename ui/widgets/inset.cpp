#include "ui/widgets/inset.h"

#include <QEvent>
#include <QVBoxLayout>

namespace lorascope::ui {

Inset::Inset(QWidget* child, const QMargins& margins, QWidget* parent) : QWidget(parent) {
  const bool is_hidden = child->isHidden();
  auto* layout = new QVBoxLayout(this);
  layout->setContentsMargins(margins);
  layout->addWidget(child);
  child->setHidden(is_hidden);
  setHidden(is_hidden);
  child->installEventFilter(this);
}

bool Inset::eventFilter(QObject* watched, QEvent* event) {
  if (event->type() == QEvent::ShowToParent || event->type() == QEvent::HideToParent) {
    setHidden(event->type() == QEvent::HideToParent);
  }
  return QWidget::eventFilter(watched, event);
}

}  // namespace lorascope::ui
