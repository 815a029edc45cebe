#include "ui/main_window/torn_tab.h"

#include <QCloseEvent>
#include <QVBoxLayout>

#include "ui/widgets/icons.h"

namespace lorascope::ui {

TornTab::TornTab(const QString& name, QWidget* page, QWidget* parent)
    : QWidget(parent, Qt::Window), name_(name), page_(page) {
  setWindowTitle(tr("%1 – Lorascope").arg(name));
  setWindowIcon(applicationIcon());
  auto* layout = new QVBoxLayout(this);
  layout->setContentsMargins(0, 0, 0, 0);
  layout->addWidget(page);
  resize(page->size().expandedTo(QSize(640, 480)));
  page->show();
}

void TornTab::closeEvent(QCloseEvent* event) {
  event->accept();
  Q_EMIT closed(name_);
}

}  // namespace lorascope::ui
