#include "ui/runs/run_tree_view.h"

#include <QHeaderView>
#include <QMouseEvent>
#include <QScopedValueRollback>
#include <algorithm>

#include "ui/main_window/session_model.h"
#include "ui/runs/run_delegate.h"
#include "ui/widgets/theme.h"

namespace lorascope::ui {
namespace {

constexpr int kMarkColumn = 22;
/// A study with more runs starts with its groups folded.
constexpr std::size_t kRunsToUnfold = 60;

}  // namespace

RunFilterProxy::RunFilterProxy(RunTreeModel* model, QObject* parent) : QSortFilterProxyModel(parent), model_(model) {
  setSourceModel(model);
  setRecursiveFilteringEnabled(true);
}

void RunFilterProxy::setFilter(const RunFilter& filter) {
  filter_ = filter;
  invalidateFilter();
}

bool RunFilterProxy::filterAcceptsRow(int row, const QModelIndex& parent) const {
  if (filter_.isEmpty()) {
    return true;
  }
  const store::RunRecord* run = model_->record(model_->index(row, 0, parent));
  return run != nullptr && filter_.matches(*run);
}

RunTreeView::RunTreeView(SessionModel* session, QWidget* parent) : QTreeView(parent), session_(session) {
  model_ = new RunTreeModel(session, this);
  proxy_ = new RunFilterProxy(model_, this);
  delegate_ = new RunDelegate(this);
  setModel(proxy_);
  setItemDelegate(delegate_);
  setHeaderHidden(true);
  setIndentation(12);
  setSelectionMode(ExtendedSelection);
  setSelectionBehavior(SelectRows);
  setEditTriggers(EditKeyPressed | SelectedClicked);
  setDragEnabled(true);
  setDragDropMode(DragOnly);
  setMouseTracking(true);
  setAllColumnsShowFocus(true);
  setHorizontalScrollBarPolicy(Qt::ScrollBarAlwaysOff);
  setContextMenuPolicy(Qt::CustomContextMenu);
  setAccessibleName(tr("Runs"));
  setAccessibleDescription(tr("Studies, groups and runs. Space shows or hides a run in the plots, F2 renames it."));
  header()->setStretchLastSection(false);
  header()->setMinimumSectionSize(kMarkColumn);
  header()->setSectionResizeMode(RunTreeModel::Name, QHeaderView::Stretch);
  header()->setSectionResizeMode(RunTreeModel::Score, QHeaderView::Fixed);
  header()->resizeSection(RunTreeModel::Score, QFontMetrics(captionFont()).horizontalAdvance(tr("step 12,420")) + 8);
  for (const int column : {RunTreeModel::Star, RunTreeModel::Eye}) {
    header()->setSectionResizeMode(column, QHeaderView::Fixed);
    header()->resizeSection(column, kMarkColumn);
  }
  connect(proxy_, &QAbstractItemModel::modelReset, this, &RunTreeView::restoreRows);
  connect(selectionModel(), &QItemSelectionModel::selectionChanged, this, &RunTreeView::takeSelection);
  connect(session, &SessionModel::selectionChanged, this, &RunTreeView::showSelection);
  connect(session, &SessionModel::hoverRunChanged, this, [this](store::RunId id) {
    delegate_->setHoverRun(id);
    viewport()->update();
  });
  const auto remember = [this](const QModelIndex& index, bool open) {
    if (is_updating_ || is_filtered_) return;
    const QString key = index.data(RunTreeModel::KeyRole).toString();
    (open ? expanded_ : collapsed_).insert(key);
    (open ? collapsed_ : expanded_).remove(key);
  };
  connect(this, &QTreeView::expanded, this, [remember](const QModelIndex& index) { remember(index, true); });
  connect(this, &QTreeView::collapsed, this, [remember](const QModelIndex& index) { remember(index, false); });
  model_->setAppearance(appearanceOf(this));
}

void RunTreeView::setFilter(const RunFilter& filter) {
  is_filtered_ = !filter.isEmpty();
  proxy_->setFilter(filter);
  restoreRows();
}

std::vector<store::RunId> RunTreeView::selectedRuns() const {
  std::vector<store::RunId> ids;
  QModelIndexList rows = selectionModel()->selectedRows();
  std::sort(rows.begin(), rows.end(),
            [this](const auto& a, const auto& b) { return visualRect(a).top() < visualRect(b).top(); });
  for (const QModelIndex& row : rows) {
    for (const store::RunId id : model_->runIds(proxy_->mapToSource(row))) {
      if (std::find(ids.begin(), ids.end(), id) == ids.end()) {
        ids.push_back(id);
      }
    }
  }
  return ids;
}

void RunTreeView::restoreRows() {
  const QScopedValueRollback guard(is_updating_, true);
  expandRows({});
  showSelection();
}

void RunTreeView::expandRows(const QModelIndex& parent) {
  for (int row = 0; row < proxy_->rowCount(parent); ++row) {
    const QModelIndex index = proxy_->index(row, 0, parent);
    if (!proxy_->hasChildren(index)) {
      continue;
    }
    const QString key = index.data(RunTreeModel::KeyRole).toString();
    const bool is_study = !parent.isValid();
    const QModelIndex study = is_study ? index : parent;
    const bool is_small = model_->runIds(proxy_->mapToSource(study)).size() <= kRunsToUnfold;
    const bool at_first = is_study ? row < 3 : is_small;
    const bool open = is_filtered_ || expanded_.contains(key) || (at_first && !collapsed_.contains(key));
    setExpanded(index, open);
    expandRows(index);
  }
}

void RunTreeView::takeSelection() {
  if (is_updating_) {
    return;
  }
  const QScopedValueRollback guard(is_updating_, true);
  session_->select(selectedRuns());
}

void RunTreeView::showSelection() {
  const std::vector<store::RunId>& ids = session_->selectedRuns();
  if (selectedRuns() == ids) {
    return;
  }
  const QScopedValueRollback guard(is_updating_, true);
  QItemSelection selection;
  for (const store::RunId id : ids) {
    const QModelIndex index = proxy_->mapFromSource(model_->indexOf(id));
    if (index.isValid()) {
      selection.select(index, index);
    }
  }
  selectionModel()->select(selection, QItemSelectionModel::ClearAndSelect | QItemSelectionModel::Rows);
  if (!selection.isEmpty()) {
    selectionModel()->setCurrentIndex(selection.indexes().front(), QItemSelectionModel::NoUpdate);
    scrollTo(selection.indexes().front());
  }
}

bool RunTreeView::clickMark(const QModelIndex& index) {
  const auto row = static_cast<RunRow>(index.data(RunTreeModel::RowRole).toInt());
  const std::vector<store::RunId> ids = model_->runIds(proxy_->mapToSource(index));
  if (ids.empty()) {
    return false;
  }
  if (index.column() == RunTreeModel::Star && row == RunRow::Run) {
    Q_EMIT starClicked(ids.front(), !index.data(RunTreeModel::StarRole).toBool());
    return true;
  }
  if (index.column() == RunTreeModel::Eye) {
    const bool open = index.data(RunTreeModel::EyeRole).toInt() == 0;
    if (row == RunRow::Study) {
      Q_EMIT studyEyeClicked(ids.front(), open);
    } else {
      Q_EMIT eyeClicked(ids, open);
    }
    return true;
  }
  return false;
}

void RunTreeView::mousePressEvent(QMouseEvent* event) {
  const QModelIndex index = indexAt(event->pos());
  if (event->button() == Qt::LeftButton && index.isValid() && clickMark(index)) {
    event->accept();
    return;
  }
  QTreeView::mousePressEvent(event);
}

void RunTreeView::mouseMoveEvent(QMouseEvent* event) {
  session_->setHoverRun(indexAt(event->pos()).data(RunTreeModel::IdRole).toLongLong());
  QTreeView::mouseMoveEvent(event);
}

void RunTreeView::leaveEvent(QEvent* event) {
  session_->setHoverRun(0);
  QTreeView::leaveEvent(event);
}

void RunTreeView::changeEvent(QEvent* event) {
  QTreeView::changeEvent(event);
  if (event->type() == QEvent::PaletteChange && model_ != nullptr) {
    model_->setAppearance(appearanceOf(this));
    viewport()->update();
  }
}

}  // namespace lorascope::ui
