#include "ui/main_window/help_window.h"

#include <QFile>
#include <QHBoxLayout>
#include <QLineEdit>
#include <QListWidget>
#include <QTextBrowser>
#include <QTextDocument>
#include <QVBoxLayout>

#include "ui/widgets/help_topics.h"
#include "ui/widgets/resources.h"
#include "ui/widgets/theme.h"

namespace lorascope::ui {
namespace {

QString keysPage() {
  loadResources();
  QFile file(QStringLiteral(":/help/keys.html"));
  return file.open(QIODevice::ReadOnly) ? QString::fromUtf8(file.readAll()) : QString();
}

}  // namespace

HelpWindow::HelpWindow(QWidget* parent)
    : QDialog(parent), search_(new QLineEdit), topics_(new QListWidget), page_(new QTextBrowser) {
  setWindowTitle(tr("Help"));
  setAttribute(Qt::WA_DeleteOnClose);
  auto* row = new QHBoxLayout(this);
  row->setContentsMargins(kPadding, kPadding, kPadding, kPadding);
  row->setSpacing(kPadding);
  auto* left = new QVBoxLayout;
  left->setSpacing(kGap);
  search_->setPlaceholderText(tr("Search help"));
  search_->setAccessibleName(tr("Search help"));
  search_->setClearButtonEnabled(true);
  search_->setMaximumWidth(220);
  topics_->setAccessibleName(tr("Topics"));
  topics_->setMaximumWidth(220);
  page_->setAccessibleName(tr("Help page"));
  page_->document()->setDocumentMargin(kGap);
  left->addWidget(search_);
  left->addWidget(topics_, 1);
  row->addLayout(left);
  row->addWidget(page_, 1);
  resize(940, 680);
  connect(search_, &QLineEdit::textChanged, this, &HelpWindow::fill);
  connect(topics_, &QListWidget::currentRowChanged, this, &HelpWindow::showChosen);
  fill();
}

void HelpWindow::fill() {
  const QString wanted = search_->text().trimmed();
  const QString chosen = topic();
  topics_->clear();
  const auto add = [&](const QString& title, const QString& id, const QString& text) {
    if (!wanted.isEmpty() && !text.contains(wanted, Qt::CaseInsensitive) && !id.contains(wanted, Qt::CaseInsensitive)) {
      return;
    }
    auto* item = new QListWidgetItem(title);
    item->setData(Qt::UserRole, id);
    topics_->addItem(item);
    if (id == chosen) topics_->setCurrentItem(item);
  };
  add(tr("Keys and gestures"), {}, keysPage());
  for (const QString& id : helpIds()) add(helpTitle(id), id, helpHtml(id));
  if (topics_->currentRow() < 0 && topics_->count() > 0) topics_->setCurrentRow(0);
}

QString HelpWindow::topic() const {
  const QListWidgetItem* item = topics_->currentItem();
  return item != nullptr ? item->data(Qt::UserRole).toString() : QString();
}

QString HelpWindow::text() const {
  return page_->toPlainText();
}

void HelpWindow::showChosen() {
  if (topics_->currentItem() == nullptr) return;
  const QString id = topic();
  page_->setHtml(id.isEmpty() ? keysPage() : helpHtml(id));
}

void HelpWindow::showTopic(const QString& id) {
  search_->clear();
  for (int row = 0; row < topics_->count(); ++row) {
    if (topics_->item(row)->data(Qt::UserRole).toString() == id) topics_->setCurrentRow(row);
  }
  show();
  raise();
}

}  // namespace lorascope::ui
