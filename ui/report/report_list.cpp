#include "ui/report/report_list.h"

#include <QDropEvent>
#include <QKeyEvent>

#include "core/figures/content.h"
#include "ui/widgets/icons.h"
#include "ui/widgets/theme.h"

namespace lorascope::ui {
namespace {

constexpr int kIdRole = Qt::UserRole;
constexpr int kItemHeight = 44;

QString rowText(const figures::ReportItem& item) {
  QString title = QString::fromStdString(figures::title_of(item.content));
  if (title.isEmpty()) title = QString::fromStdString(item.record.label);
  if (item.pending) return title + '\n' + QObject::tr("computing…");
  return title + '\n' +
         (item.problem.empty() ? QString::fromStdString(item.record.label) : QString::fromStdString(item.problem));
}

}  // namespace

ReportList::ReportList(QWidget* parent) : QListWidget(parent) {
  setAccessibleName(tr("Figures and tables of the report"));
  setProperty("role", "surface");
  setDragDropMode(QAbstractItemView::InternalMove);
  setDefaultDropAction(Qt::MoveAction);
  setIconSize(QSize(16, 16));
  setTextElideMode(Qt::ElideRight);
  setSizeAdjustPolicy(QAbstractScrollArea::AdjustIgnored);
  setHorizontalScrollBarPolicy(Qt::ScrollBarAlwaysOff);
  setToolTip(tr("Drag to order, or Alt with the arrow keys; Delete removes"));
  connect(this, &QListWidget::currentRowChanged, this, [this] {
    if (!filling_) Q_EMIT itemChosen();
  });
}

void ReportList::setItems(const std::vector<ReportBook::Item>& items) {
  const std::int64_t before = chosen();
  const int row = currentRow();
  filling_ = true;
  clear();
  for (const ReportBook::Item& item : items) {
    const bool table = figures::is_table(item->content);
    const bool wrong = !item->problem.empty();
    auto* entry = new QListWidgetItem(
        themedIcon(wrong ? QStringLiteral("warning") : table ? QStringLiteral("table") : QStringLiteral("curves"),
                   wrong ? IconTone::Warning : IconTone::Secondary),
        rowText(*item), this);
    entry->setData(kIdRole, QVariant::fromValue<qint64>(item->record.id));
    entry->setToolTip(QString::fromStdString(wrong ? item->problem : item->caption));
    entry->setSizeHint(QSize(0, kItemHeight));
  }
  choose(before);
  if (currentRow() < 0 && count() > 0) setCurrentRow(std::clamp(row, 0, count() - 1));
  filling_ = false;
  Q_EMIT itemChosen();
}

std::int64_t ReportList::chosen() const {
  return currentItem() != nullptr ? currentItem()->data(kIdRole).toLongLong() : 0;
}

void ReportList::choose(std::int64_t id) {
  for (int i = 0; i < count(); ++i) {
    if (item(i)->data(kIdRole).toLongLong() == id) setCurrentRow(i);
  }
}

std::vector<std::int64_t> ReportList::ids() const {
  std::vector<std::int64_t> ids;
  for (int i = 0; i < count(); ++i) ids.push_back(item(i)->data(kIdRole).toLongLong());
  return ids;
}

void ReportList::moveChosen(int by) {
  const int row = currentRow(), to = row + by;
  if (row < 0 || to < 0 || to >= count()) return;
  const std::vector<std::int64_t> before = ids();
  filling_ = true;
  QListWidgetItem* moved = takeItem(row);
  insertItem(to, moved);
  setCurrentRow(to);
  filling_ = false;
  Q_EMIT ordered(before, ids());
}

void ReportList::keyPressEvent(QKeyEvent* event) {
  const bool alt = event->modifiers().testFlag(Qt::AltModifier);
  if (alt && (event->key() == Qt::Key_Up || event->key() == Qt::Key_Down)) {
    moveChosen(event->key() == Qt::Key_Up ? -1 : 1);
  } else if (event->key() == Qt::Key_Delete) {
    Q_EMIT removeRequested();
  } else {
    QListWidget::keyPressEvent(event);
  }
}

void ReportList::dropEvent(QDropEvent* event) {
  const std::vector<std::int64_t> before = ids();
  const std::int64_t dragged = chosen();
  filling_ = true;
  QListWidget::dropEvent(event);
  choose(dragged);
  filling_ = false;
  if (ids() != before) Q_EMIT ordered(before, ids());
}

}  // namespace lorascope::ui
