#include "ui/main_window/session_model.h"

#include <algorithm>
#include <utility>

#include "core/store/run_store.h"
#include "ui/main_window/spectra_history.h"
#include "ui/main_window/store_worker.h"

namespace lorascope::ui {
namespace {

using Runs = std::vector<store::RunRecord>;

bool sameStructure(const Runs& a, const Runs& b) {
  return std::equal(a.begin(), a.end(), b.begin(), b.end(), [](const auto& left, const auto& right) {
    return left.id == right.id && left.study == right.study && left.group == right.group;
  });
}

template <typename T>
void append(std::vector<T>& to, std::vector<T>&& from) {
  if (to.empty()) {
    to = std::move(from);
  } else {
    to.insert(to.end(), std::make_move_iterator(from.begin()), std::make_move_iterator(from.end()));
  }
}

}  // namespace

SessionModel::SessionModel(QObject* parent) : QObject(parent), runs_(std::make_shared<const Runs>()) {
  worker_ = new StoreWorker;
  worker_->moveToThread(&thread_);
  connect(&thread_, &QThread::finished, worker_, &QObject::deleteLater);
  connect(worker_, &StoreWorker::news, this, &SessionModel::takeNews);
  connect(worker_, &StoreWorker::failed, this, &SessionModel::failed);
  connect(worker_, &StoreWorker::opened, this, [this](const QString& folder) {
    folder_ = folder;
    runs_ = std::make_shared<const Runs>();
    index_.clear();
    data_.clear();
    shown_.clear();
    in_view_.clear();
    selected_.clear();
    cursor_.reset();
    Q_EMIT workspaceOpened();
    Q_EMIT runsChanged(true);
    Q_EMIT shownRunsChanged();
    Q_EMIT selectionChanged();
  });
  thread_.setObjectName(QStringLiteral("store"));
  thread_.start();
}

SessionModel::~SessionModel() {
  thread_.quit();
  thread_.wait();
}

void SessionModel::openWorkspace(const QString& folder, bool create) {
  QMetaObject::invokeMethod(worker_, [worker = worker_, folder, create] { worker->open(folder, create); });
}

const store::RunRecord* SessionModel::run(RunId id) const {
  const auto found = index_.find(id);
  return found != index_.end() ? &(*runs_)[found->second] : nullptr;
}

bool SessionModel::isShown(RunId id) const {
  return std::find(shown_.begin(), shown_.end(), id) != shown_.end();
}

void SessionModel::setEyes(const std::vector<RunId>& ids, bool open) {
  edit([ids, open](const store::Workspace& workspace) {
    store::RunStore runs(workspace);
    for (const RunId id : ids) {
      runs.set_hidden(id, !open);
    }
  });
}

void SessionModel::setStudyInView(const std::string& study, bool in_view) {
  if (in_view ? in_view_.insert(study).second : in_view_.erase(study) > 0) {
    updateShown();
  }
}

void SessionModel::select(const std::vector<RunId>& ids) {
  if (ids == selected_) {
    return;
  }
  selected_ = ids;
  const store::RunRecord* record = run(selectedRun());
  if (record != nullptr && !in_view_.contains(record->study)) {
    in_view_ = {record->study};
    updateShown();
  } else {
    pushInterest();
  }
  Q_EMIT selectionChanged();
}

void SessionModel::setHoverRun(RunId id) {
  if (std::exchange(hover_, id) != id) {
    Q_EMIT hoverRunChanged(id);
  }
}

void SessionModel::setStepCursor(std::optional<std::int64_t> step) {
  if (std::exchange(cursor_, step) != step) {
    Q_EMIT stepCursorChanged();
  }
}

const RunData* SessionModel::data(RunId id) const {
  const auto found = data_.find(id);
  return found != data_.end() ? &found->second : nullptr;
}

void SessionModel::wantSeries(const QStringList& names) {
  const std::size_t before = wanted_series_.size();
  for (const QString& name : names) {
    wanted_series_.insert(name.toStdString());
  }
  if (wanted_series_.size() != before) {
    pushInterest();
  }
}

void SessionModel::wantSpectra() {
  if (!std::exchange(wants_spectra_, true)) {
    pushInterest();
  }
}

void SessionModel::edit(std::function<void(const store::Workspace&)> change) {
  QMetaObject::invokeMethod(worker_, [worker = worker_, change = std::move(change)] { worker->edit(change); });
}

void SessionModel::refresh() {
  QMetaObject::invokeMethod(worker_, [worker = worker_] { worker->poll(true); });
}

void SessionModel::takeNews(const std::shared_ptr<StoreNews>& news) {
  if (news->runs) {
    takeRuns(*news);
  }
  takeData(*news);
}

void SessionModel::takeRuns(const StoreNews& news) {
  const auto before = std::exchange(runs_, news.runs);
  const bool structure = !sameStructure(*before, *runs_);
  if (structure) {
    index_.clear();
    for (std::size_t i = 0; i < runs_->size(); ++i) {
      index_.emplace((*runs_)[i].id, i);
    }
  }
  if (news.studies) {
    studies_ = *news.studies;
  }
  // A study that starts comes into view alone: its runs belong together, those of another task do not.
  if (!runs_->empty() && (before->empty() || runs_->back().id > before->back().id)) {
    const std::string& study = runs_->back().study;
    if (!in_view_.contains(study)) {
      in_view_ = {study};
    }
  }
  std::vector<RunId> alive = selected_;
  std::erase_if(alive, [this](RunId id) { return run(id) == nullptr; });
  const bool selection_changed = alive != selected_;
  selected_ = std::move(alive);
  Q_EMIT runsChanged(structure);
  updateShown();
  if (selection_changed) {
    Q_EMIT selectionChanged();
  }
}

void SessionModel::takeData(StoreNews& news) {
  for (RunNews& run_news : news.data) {
    const RunId id = run_news.id;
    // Late rows of a run that nobody wants any more: its position is forgotten too, it is read again when wanted.
    if (!isShown(id) && id != selectedRun()) {
      continue;
    }
    if (run_news.from_start) {
      if (data_.erase(id) > 0) {
        Q_EMIT dataReset(id);
      }
    } else if (!data_.contains(id)) {
      // The tail of what was dropped in the meantime; all of it follows.
      continue;
    }
    RunData& known = data_[id];
    RunData& found = run_news.data;
    known.series_names = std::move(found.series_names);
    QStringList changed;
    for (auto& [name, points] : found.series) {
      append(known.series[name], std::move(points));
      changed.append(QString::fromStdString(name));
    }
    const bool evaluations = !found.evaluations.empty();
    if (evaluations) {
      known.evaluations = std::move(found.evaluations);
    }
    const bool spectra = !found.spectra.empty();
    append(known.spectra, std::move(found.spectra));
    if (spectra && thinSpectra(known.spectra)) ++known.spectra_thinned;
    const bool events = !found.events.empty() || !found.artifacts.empty() || found.first_batch;
    append(known.events, std::move(found.events));
    if (known.events.size() > 2 * RunData::kMostEvents) {
      const std::size_t num_old = known.events.size() - RunData::kMostEvents;
      known.events.erase(known.events.begin(), known.events.begin() + static_cast<std::ptrdiff_t>(num_old));
      known.num_events_before += num_old;
    }
    if (!found.artifacts.empty()) {
      known.artifacts = std::move(found.artifacts);
    }
    if (found.first_batch) {
      known.first_batch = std::move(found.first_batch);
    }
    if (!changed.isEmpty()) {
      Q_EMIT newPoints(id, changed);
    }
    if (evaluations) {
      Q_EMIT newEvaluations(id);
    }
    if (spectra) {
      Q_EMIT newSpectra(id);
    }
    if (events) {
      Q_EMIT newEvents(id);
    }
  }
}

void SessionModel::updateShown() {
  std::vector<RunId> shown;
  for (const store::RunRecord& record : *runs_) {
    if (!record.hidden && in_view_.contains(record.study)) {
      shown.push_back(record.id);
    }
  }
  if (shown == shown_) {
    return;
  }
  shown_ = std::move(shown);
  pushInterest();
  Q_EMIT shownRunsChanged();
}

void SessionModel::pushInterest() {
  StoreInterest interest{
      .runs = shown_, .selected = selectedRun(), .series = wanted_series_, .spectra = wants_spectra_};
  std::erase_if(data_, [this](const auto& entry) { return !isShown(entry.first) && entry.first != selectedRun(); });
  QMetaObject::invokeMethod(worker_,
                            [worker = worker_, interest = std::move(interest)] { worker->setInterest(interest); });
}

}  // namespace lorascope::ui
