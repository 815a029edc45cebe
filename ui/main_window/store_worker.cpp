#include "ui/main_window/store_worker.h"

#include <algorithm>
#include <utility>

#include "core/base/clock.h"
#include "core/base/error.h"
#include "core/store/liveness.h"
#include "core/store/run_store.h"
#include "ui/main_window/spectra_history.h"

namespace lorascope::ui {
namespace {

constexpr int kPollMilliseconds = 200;
constexpr int kPollsUntilLostCheck = 5;
/// Nothing is written to a run that ended longer ago than this: it is not looked at again.
constexpr double kSecondsUntilSettled = 10;

}  // namespace

StoreWorker::StoreWorker() = default;
StoreWorker::~StoreWorker() = default;

template <typename Work>
void StoreWorker::guarded(Work work) {
  try {
    work();
  } catch (const Error& error) {
    Q_EMIT failed(QString::fromStdString(error.message()), QString::fromStdString(error.hint()));
  } catch (const std::exception& error) {
    Q_EMIT failed(QString::fromUtf8(error.what()), {});
  }
}

void StoreWorker::open(const QString& folder, bool create) {
  guarded([&] {
    const std::filesystem::path path = folder.toStdString();
    store::Workspace opened_workspace = create ? store::Workspace::open_or_create(path) : store::Workspace::open(path);
    workspace_ = std::move(opened_workspace);
    runs_.reset();
    positions_.clear();
    version_ = -1;
    Q_EMIT opened(QString::fromStdString(workspace_->folder().string()));
    if (timer_ == nullptr) {
      timer_ = std::make_unique<QTimer>();
      timer_->setInterval(kPollMilliseconds);
      connect(timer_.get(), &QTimer::timeout, this, [this] { poll(false); });
    }
    timer_->start();
  });
  poll(true);
}

void StoreWorker::setInterest(const StoreInterest& interest) {
  // What is no longer wanted is dropped by the model too: it is read from the start when it is wanted again.
  std::set<RunId> kept(interest.runs.begin(), interest.runs.end());
  kept.insert(interest.selected);
  std::erase_if(positions_, [&](const auto& entry) { return !kept.contains(entry.first); });
  interest_ = interest;
  poll(true);
}

void StoreWorker::edit(const std::function<void(const store::Workspace&)>& change) {
  if (!workspace_) {
    return;
  }
  guarded([&] { change(*workspace_); });
  poll(true);
}

void StoreWorker::poll(bool force) {
  if (!workspace_) {
    return;
  }
  guarded([&] {
    if (++num_polls_ % kPollsUntilLostCheck == 0 && !store::mark_lost_runs(*workspace_).empty()) {
      force = true;
    }
    const std::int64_t version = workspace_->data_version();
    if (!force && version == version_) {
      return;
    }
    version_ = version;
    auto records = std::make_shared<StoreNews>();
    readRuns(*records);
    Q_EMIT news(records);
    std::vector<RunId> wanted = interest_.runs;
    if (interest_.selected != 0 && std::find(wanted.begin(), wanted.end(), interest_.selected) == wanted.end()) {
      wanted.push_back(interest_.selected);
    }
    for (const RunId id : wanted) {
      // A run at a time: the window draws the first while the next is read.
      auto rows = std::make_shared<StoreNews>();
      readRun(id, force, *rows);
      if (!rows->data.empty()) {
        Q_EMIT news(rows);
      }
    }
  });
}

void StoreWorker::readRuns(StoreNews& news) {
  auto records = std::make_shared<std::vector<store::RunRecord>>(store::RunStore(*workspace_).list());
  news.studies = store::StudyStore(*workspace_).list();
  runs_ = records;
  news.runs = runs_;
}

bool StoreWorker::wentBack(const store::RunRecord& record, Position& position) {
  const std::int64_t step = record.heartbeat.step;
  return step < std::exchange(position.heartbeat_step, step);
}

void StoreWorker::readRun(RunId id, bool read_all, StoreNews& news) {
  const auto record = std::find_if(runs_->begin(), runs_->end(), [&](const auto& run) { return run.id == id; });
  if (record == runs_->end()) {
    return;
  }
  Position& position = positions_[id];
  const bool ended_long_ago = record->ended > 0 && now_seconds() - record->ended > kSecondsUntilSettled;
  if (position.was_read && !read_all && ended_long_ago && !store::is_alive(record->state)) {
    return;
  }
  if (wentBack(*record, position)) {
    position = Position{.last_step = {}, .heartbeat_step = record->heartbeat.step};
  }
  RunNews found;
  found.id = id;
  found.from_start = !std::exchange(position.was_read, true);
  const store::RunStore runs(*workspace_);
  found.data.series_names = runs.series_names(id);
  for (const std::string& name : found.data.series_names) {
    if (!interest_.series.contains(name)) {
      continue;
    }
    const auto [last, is_new] = position.last_step.try_emplace(name, INT64_MIN);
    auto points = runs.points(id, name, last->second);
    if (!points.empty()) {
      last->second = points.back().step;
      found.data.series.emplace(name, std::move(points));
    }
  }
  auto evaluations = runs.evaluations(id);
  if (evaluations.size() != position.num_evaluations) {
    position.num_evaluations = evaluations.size();
    found.data.evaluations = std::move(evaluations);
  }
  if (interest_.spectra) {
    found.data.spectra = runs.spectra(id, position.last_spectrum_step);
    if (!found.data.spectra.empty()) {
      position.last_spectrum_step = found.data.spectra.back().step;
      thinSpectra(found.data.spectra);
    }
  }
  if (id == interest_.selected) {
    readSelected(id, position, found);
  }
  const RunData& data = found.data;
  if (found.from_start || !data.series.empty() || !data.evaluations.empty() || !data.spectra.empty() ||
      !data.events.empty() || !data.artifacts.empty() || data.first_batch) {
    news.data.push_back(std::move(found));
  }
}

void StoreWorker::readSelected(RunId id, Position& position, RunNews& news) {
  const store::RunStore runs(*workspace_);
  news.data.events = runs.events(id, position.last_event);
  if (!news.data.events.empty()) {
    position.last_event = news.data.events.back().id;
  }
  auto artifacts = runs.artifacts(id);
  if (artifacts.size() != position.num_artifacts) {
    position.num_artifacts = artifacts.size();
    news.data.artifacts = std::move(artifacts);
  }
  if (!position.has_first_batch) {
    news.data.first_batch = runs.first_batch(id);
    position.has_first_batch = news.data.first_batch.has_value();
  }
}

}  // namespace lorascope::ui
