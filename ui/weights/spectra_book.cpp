#include "ui/weights/spectra_book.h"

#include <QTimer>
#include <algorithm>

namespace lorascope::ui {
namespace {

constexpr int kSoonMs = 40;

}  // namespace

SpectraBook::SpectraBook(SessionModel* session, QObject* parent)
    : QObject(parent), session_(session), soon_(new QTimer(this)) {
  session_->wantSpectra();
  soon_->setSingleShot(true);
  soon_->setInterval(kSoonMs);
  connect(soon_, &QTimer::timeout, this, &SpectraBook::sync);
  const auto soon = [this] {
    if (!soon_->isActive()) soon_->start();
  };
  connect(session_, &SessionModel::newSpectra, this, soon);
  connect(session_, &SessionModel::shownRunsChanged, this, soon);
  connect(session_, &SessionModel::workspaceOpened, this, [this, soon] {
    runs_.clear();
    soon();
  });
  connect(session_, &SessionModel::dataReset, this, [this, soon](RunId id) {
    std::erase_if(runs_, [id](const auto& run) { return run.run.id == id; });
    soon();
  });
  connect(session_, &SessionModel::runsChanged, this, [soon](bool structure) {
    if (structure) soon();
  });
  sync();
}

void SpectraBook::sync() {
  std::vector<figures::RunSpectra> now;
  for (const RunId id : session_->shownRuns()) {
    const store::RunRecord* record = session_->run(id);
    const RunData* data = session_->data(id);
    if (record == nullptr || data == nullptr || data->spectra.empty()) continue;
    const auto known = std::find_if(runs_.begin(), runs_.end(), [id](const auto& run) { return run.run.id == id; });
    figures::RunSpectra one;
    int& thinned = thinned_[id];
    if (known != runs_.end() && thinned == data->spectra_thinned && known->spectra.size() <= data->spectra.size()) {
      one = std::move(*known);
    }
    thinned = data->spectra_thinned;
    one.run = *record;
    one.spectra.insert(one.spectra.end(), data->spectra.begin() + static_cast<std::ptrdiff_t>(one.spectra.size()),
                       data->spectra.end());
    now.push_back(std::move(one));
  }
  runs_ = std::move(now);
  Q_EMIT changed();
}

std::vector<figures::RunGroup> SpectraBook::groups() const {
  std::vector<const store::RunRecord*> records;
  for (const auto& run : runs_) records.push_back(&run.run);
  return figures::group_runs(records, figures::Grouping::Setting);
}

}  // namespace lorascope::ui
