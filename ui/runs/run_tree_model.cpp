#include "ui/runs/run_tree_model.h"

#include <algorithm>

#include "core/figures/run_groups.h"
#include "ui/main_window/session_model.h"
#include "ui/runs/dragged_runs.h"
#include "ui/widgets/final_score.h"
#include "ui/widgets/number_format.h"
#include "ui/widgets/state_icon.h"
#include "ui/widgets/theme.h"

namespace lorascope::ui {

/// A row. Children are in order of creation; a run's shown values are remembered to tell what changed.
struct RunTreeModel::Node {
  RunRow kind = RunRow::Study;
  Node* parent = nullptr;
  int row = 0;
  QString key;
  QString name;
  store::RunId run = 0;
  QColor swatch;
  QString shown;
  std::string own_colour;
  std::vector<std::unique_ptr<Node>> children;

  Node* add(RunRow child_kind, const QString& child_key, const QString& child_name) {
    auto child = std::make_unique<Node>();
    child->kind = child_kind;
    child->parent = this;
    child->row = static_cast<int>(children.size());
    child->key = key + '/' + child_key;
    child->name = child_name;
    children.push_back(std::move(child));
    return children.back().get();
  }

  Node* child(const QString& child_key) {
    const QString full = key + '/' + child_key;
    const auto found = std::find_if(children.begin(), children.end(), [&](const auto& c) { return c->key == full; });
    return found != children.end() ? found->get() : nullptr;
  }

  void collect(std::vector<store::RunId>& ids) const {
    if (kind == RunRow::Run) {
      ids.push_back(run);
    }
    for (const auto& c : children) {
      c->collect(ids);
    }
  }
};

namespace {

QString fromStd(const std::string& text) {
  return QString::fromStdString(text);
}

/// Everything that a run's row shows, as one text.
QString fingerprint(const store::RunRecord& run) {
  return QStringList{fromStd(run.name),
                     statusText(run),
                     QString::number(static_cast<int>(run.state)),
                     QString::number(qRound(progressOf(run.heartbeat) * 100)),
                     fromStd(run.colour),
                     fromStd(run.reason),
                     QString::number(run.starred),
                     QString::number(run.hidden)}
      .join('\n');
}

QColor colourOf(figures::Rgb rgb) {
  return QColor(rgb.red, rgb.green, rgb.blue);
}

}  // namespace

RunTreeModel::RunTreeModel(SessionModel* session, QObject* parent)
    : QAbstractItemModel(parent), session_(session), appearance_(Appearance::Light), root_(std::make_unique<Node>()) {
  connect(session, &SessionModel::runsChanged, this, [this](bool structure) { structure ? rebuild() : refresh(); });
  connect(session, &SessionModel::shownRunsChanged, this, [this] {
    for (const auto& study : root_->children) {
      Q_EMIT dataChanged(createIndex(study->row, 0, study.get()), createIndex(study->row, Eye, study.get()));
    }
  });
  rebuild();
}

RunTreeModel::~RunTreeModel() = default;

void RunTreeModel::setAppearance(Appearance appearance) {
  appearance_ = appearance;
  assignSwatches();
}

RunTreeModel::Node* RunTreeModel::nodeOf(const QModelIndex& index) const {
  return index.isValid() ? static_cast<Node*>(index.internalPointer()) : root_.get();
}

std::vector<store::RunId> RunTreeModel::runIds(const QModelIndex& index) const {
  std::vector<store::RunId> ids;
  if (index.isValid()) {
    nodeOf(index)->collect(ids);
  }
  return ids;
}

QModelIndex RunTreeModel::indexOf(store::RunId id) const {
  const auto found = run_nodes_.find(id);
  return found != run_nodes_.end() ? createIndex(found->second->row, Name, found->second) : QModelIndex();
}

const store::RunRecord* RunTreeModel::record(const QModelIndex& index) const {
  return index.isValid() ? session_->run(nodeOf(index)->run) : nullptr;
}

void RunTreeModel::rebuild() {
  beginResetModel();
  root_ = std::make_unique<Node>();
  run_nodes_.clear();
  std::unordered_map<std::string, Node*> studies;
  std::unordered_map<std::string, Node*> groups;
  for (const store::RunRecord& run : session_->runs()) {
    Node*& study = studies[run.study];
    if (study == nullptr) {
      study = root_->add(RunRow::Study, fromStd(run.study), run.study.empty() ? tr("Single runs") : fromStd(run.study));
    }
    Node*& group = groups[run.study + '\n' + run.group];
    if (group == nullptr) {
      group = study->add(RunRow::Group, fromStd(run.group), run.group.empty() ? methodText(run) : fromStd(run.group));
    }
    Node* node = group->add(RunRow::Run, QString::number(run.id), {});
    node->run = run.id;
    node->shown = fingerprint(run);
    node->own_colour = run.colour;
    run_nodes_.emplace(run.id, node);
  }
  // The newest study on top: what was just started is what one looks for.
  std::reverse(root_->children.begin(), root_->children.end());
  for (std::size_t i = 0; i < root_->children.size(); ++i) {
    root_->children[i]->row = static_cast<int>(i);
  }
  assignSwatches();
  endResetModel();
}

void RunTreeModel::assignSwatches() {
  const figures::Theme theme = appearance_ == Appearance::Dark ? figures::Theme::Dark : figures::Theme::Light;
  for (const auto& study : root_->children) {
    std::vector<store::RunId> ids;
    study->collect(ids);
    std::vector<const store::RunRecord*> records;
    for (const store::RunId id : ids) {
      if (const store::RunRecord* run = session_->run(id)) {
        records.push_back(run);
      }
    }
    for (const figures::RunGroup& group : figures::group_runs(records, figures::Grouping::Setting)) {
      for (const std::size_t member : group.members) {
        Node* node = run_nodes_.at(records[member]->id);
        node->swatch = colourOf(figures::line_colour(group.style, theme));
        node->parent->swatch = node->swatch;
      }
    }
  }
}

void RunTreeModel::refresh() {
  bool colours_changed = false;
  for (const store::RunRecord& run : session_->runs()) {
    Node* node = run_nodes_.at(run.id);
    QString shown = fingerprint(run);
    if (shown == node->shown) {
      continue;
    }
    colours_changed = colours_changed || node->own_colour != run.colour;
    node->own_colour = run.colour;
    node->shown = std::move(shown);
    const QModelIndex first = createIndex(node->row, 0, node);
    Q_EMIT dataChanged(first, createIndex(node->row, NumColumns - 1, node));
    // Eyes and counts of the rows above are made of those below.
    for (Node* above = node->parent; above != root_.get(); above = above->parent) {
      Q_EMIT dataChanged(createIndex(above->row, 0, above), createIndex(above->row, NumColumns - 1, above));
    }
  }
  if (colours_changed) {
    assignSwatches();
  }
}

QModelIndex RunTreeModel::index(int row, int column, const QModelIndex& parent) const {
  const Node* node = nodeOf(parent);
  if (row < 0 || column < 0 || column >= NumColumns || row >= static_cast<int>(node->children.size())) {
    return {};
  }
  return createIndex(row, column, node->children[static_cast<std::size_t>(row)].get());
}

QModelIndex RunTreeModel::parent(const QModelIndex& index) const {
  if (!index.isValid()) {
    return {};
  }
  Node* above = nodeOf(index)->parent;
  return above == root_.get() ? QModelIndex() : createIndex(above->row, 0, above);
}

int RunTreeModel::rowCount(const QModelIndex& parent) const {
  return parent.column() > 0 ? 0 : static_cast<int>(nodeOf(parent)->children.size());
}

int RunTreeModel::columnCount(const QModelIndex&) const {
  return NumColumns;
}

int RunTreeModel::eyeOf(const Node& node) const {
  if (node.kind == RunRow::Study) {
    const store::RunRecord* first = session_->run(node.children.front()->children.front()->run);
    if (first == nullptr || !session_->studiesInView().contains(first->study)) {
      return 0;
    }
  }
  std::vector<store::RunId> ids;
  node.collect(ids);
  const auto open = std::count_if(ids.begin(), ids.end(), [this](store::RunId id) {
    const store::RunRecord* run = session_->run(id);
    return run != nullptr && !run->hidden;
  });
  return open == 0 ? 0 : open == static_cast<std::ptrdiff_t>(ids.size()) ? 2 : 1;
}

QVariant RunTreeModel::data(const QModelIndex& index, int role) const {
  if (!index.isValid()) {
    return {};
  }
  const Node& node = *nodeOf(index);
  switch (role) {
    case RowRole:
      return static_cast<int>(node.kind);
    case KeyRole:
      return node.key;
    case EyeRole:
      return eyeOf(node);
    case Qt::TextAlignmentRole:
      return index.column() == Name ? QVariant() : QVariant(Qt::AlignRight | Qt::AlignVCenter);
    default:
      break;
  }
  if (node.kind != RunRow::Run) {
    return parentData(node, index.column(), role);
  }
  const store::RunRecord* run = session_->run(node.run);
  return run != nullptr ? runData(node, *run, index.column(), role) : QVariant();
}

QVariant RunTreeModel::parentData(const Node& node, int column, int role) const {
  switch (role) {
    case Qt::DisplayRole:
    case Qt::ToolTipRole:
    case Qt::AccessibleTextRole:
      if (column == Name) {
        return node.name;
      }
      return column == Score ? parentData(node, column, StatusRole) : QVariant();
    case StatusRole: {
      std::vector<store::RunId> ids;
      node.collect(ids);
      if (ids.size() == 1) {
        return tr("1 run");
      }
      return (node.kind == RunRow::Group ? tr("%1 seeds") : tr("%1 runs")).arg(ids.size());
    }
    case SwatchRole:
      return node.kind == RunRow::Group ? QVariant(node.swatch) : QVariant();
    default:
      return {};
  }
}

QVariant RunTreeModel::runData(const Node& node, const store::RunRecord& run, int column, int role) const {
  switch (role) {
    case IdRole:
      return static_cast<qint64>(run.id);
    case StateRole:
      return static_cast<int>(run.state);
    case ProgressRole:
      return progressOf(run.heartbeat);
    case SwatchRole:
      return run.colour.empty() ? QVariant() : QVariant(node.swatch);
    case ReasonRole:
      return run.state == store::RunState::Failed || run.state == store::RunState::Lost ? fromStd(run.reason)
                                                                                        : QString();
    case StarRole:
      return run.starred;
    case StatusRole:
      return statusText(run);
    case Qt::EditRole:
      return column == Name ? fromStd(run.name) : QVariant();
    case Qt::ToolTipRole: {
      const QString state = QString::fromUtf8(store::text(run.state).data());
      QStringList lines{QStringLiteral("%1 · %2 · %3").arg(fromStd(run.name), methodText(run), state)};
      const FinalScore score = finalScore(run);
      if (score.isKnown()) {
        lines.append(QStringLiteral("%1 %2").arg(score.name(), scoreText(score.metric, score.value, run.task)));
      }
      if (!run.reason.empty()) lines.append(fromStd(run.reason));
      if (!run.hint.empty()) lines.append(fromStd(run.hint));
      return lines.join('\n');
    }
    case Qt::AccessibleTextRole:
      return QStringLiteral("%1, %2, %3")
          .arg(fromStd(run.name), QString::fromUtf8(store::text(run.state).data()), statusText(run));
    case Qt::DisplayRole:
      return column == Name ? QVariant(fromStd(run.name)) : column == Score ? QVariant(statusText(run)) : QVariant();
    default:
      return {};
  }
}

bool RunTreeModel::setData(const QModelIndex& index, const QVariant& value, int role) {
  const store::RunRecord* run = record(index);
  const QString name = value.toString().trimmed();
  if (run == nullptr || role != Qt::EditRole || index.column() != Name || name.isEmpty()) {
    return false;
  }
  if (name != fromStd(run->name)) {
    Q_EMIT renameRequested(run->id, name);
  }
  return true;
}

Qt::ItemFlags RunTreeModel::flags(const QModelIndex& index) const {
  Qt::ItemFlags flags = QAbstractItemModel::flags(index);
  if (!index.isValid()) return flags;
  flags |= Qt::ItemIsDragEnabled;
  return nodeOf(index)->kind == RunRow::Run && index.column() == Name ? flags | Qt::ItemIsEditable : flags;
}

QStringList RunTreeModel::mimeTypes() const {
  return {QString::fromUtf8(kRunsMimeType)};
}

QMimeData* RunTreeModel::mimeData(const QModelIndexList& indexes) const {
  std::vector<store::RunId> ids;
  for (const QModelIndex& index : indexes) {
    if (index.column() != Name) continue;
    for (const store::RunId id : runIds(index)) {
      if (std::find(ids.begin(), ids.end(), id) == ids.end()) ids.push_back(id);
    }
  }
  return mimeOf(ids);
}

}  // namespace lorascope::ui
