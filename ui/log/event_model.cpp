#include "ui/log/event_model.h"

#include <QColor>
#include <algorithm>

#include "ui/main_window/session_model.h"
#include "ui/widgets/number_format.h"
#include "ui/widgets/theme.h"

namespace lorascope::ui {
namespace {

int rankOf(const std::string& level) {
  if (level == "debug") return 0;
  if (level == "warning") return 2;
  if (level == "error") return 3;
  return 1;
}

}  // namespace

bool isShown(const std::string& event_level, LogLevel least) {
  return rankOf(event_level) >= static_cast<int>(least);
}

EventModel::EventModel(SessionModel* session, QObject* parent) : QAbstractTableModel(parent), session_(session) {
  connect(session, &SessionModel::selectionChanged, this, &EventModel::startAnew);
  connect(session, &SessionModel::dataReset, this, [this](store::RunId id) {
    if (id == session_->selectedRun()) startAnew();
  });
  connect(session, &SessionModel::newEvents, this, [this](store::RunId id) {
    if (id == session_->selectedRun()) takeNew();
  });
  startAnew();
}

void EventModel::setLevel(LogLevel least) {
  least_ = least;
  startAnew();
}

QString EventModel::newestLine() const {
  if (events_.empty()) {
    return {};
  }
  return clockText(events_.back().time) + QStringLiteral("  ") + QString::fromStdString(events_.back().text);
}

void EventModel::startAnew() {
  beginResetModel();
  events_.clear();
  num_taken_ = 0;
  endResetModel();
  takeNew();
}

void EventModel::takeNew() {
  const RunData* data = session_->data(session_->selectedRun());
  if (data == nullptr) {
    Q_EMIT grown();
    return;
  }
  std::vector<store::Event> shown;
  num_taken_ = std::max(num_taken_, data->num_events_before);
  for (; num_taken_ < data->num_events_before + data->events.size(); ++num_taken_) {
    const store::Event& event = data->events[num_taken_ - data->num_events_before];
    if (isShown(event.level, least_)) shown.push_back(event);
  }
  if (!shown.empty()) {
    const int first = static_cast<int>(events_.size());
    beginInsertRows({}, first, first + static_cast<int>(shown.size()) - 1);
    events_.insert(events_.end(), shown.begin(), shown.end());
    endInsertRows();
  }
  if (events_.size() > 2 * RunData::kMostEvents) {
    const std::size_t num_old = events_.size() - RunData::kMostEvents;
    beginRemoveRows({}, 0, static_cast<int>(num_old) - 1);
    events_.erase(events_.begin(), events_.begin() + static_cast<std::ptrdiff_t>(num_old));
    endRemoveRows();
  }
  Q_EMIT grown();
}

int EventModel::rowCount(const QModelIndex& parent) const {
  return parent.isValid() ? 0 : static_cast<int>(events_.size());
}

int EventModel::columnCount(const QModelIndex&) const {
  return NumColumns;
}

QVariant EventModel::data(const QModelIndex& index, int role) const {
  if (!index.isValid()) {
    return {};
  }
  const store::Event& event = events_[static_cast<std::size_t>(index.row())];
  const Colours& colours = coloursOf(nullptr);
  switch (role) {
    case Qt::DisplayRole:
      return index.column() == Time ? clockText(event.time) : QString::fromStdString(event.text);
    case Qt::ToolTipRole:
    case Qt::AccessibleTextRole:
      return QStringLiteral("%1: %2").arg(QString::fromStdString(event.level), QString::fromStdString(event.text));
    case Qt::ForegroundRole:
      if (index.column() == Time) return colours.secondary;
      if (event.level == "error") return colours.error;
      if (event.level == "warning") return colours.warning;
      return colours.text;
    default:
      return {};
  }
}

}  // namespace lorascope::ui
