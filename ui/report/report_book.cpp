#include "ui/report/report_book.h"

#include <QCoreApplication>
#include <QPointer>
#include <QThreadPool>
#include <QTimer>
#include <algorithm>
#include <chrono>
#include <utility>

#include "core/store/report_store.h"
#include "core/store/run_store.h"
#include "core/store/workspace.h"

namespace lorascope::ui {
namespace {

constexpr int kSoonMs = 400;
constexpr std::chrono::milliseconds kPublishEvery(200);

/// Everything that an item's content depends on.
std::string keyOf(const store::FigureRecord& record, const std::vector<store::RunRecord>& all) {
  std::string key = record.label + '\n' + record.caption + '\n' + record.style + '\n' + record.query;
  figures::ReportQuery query;
  try {
    query = figures::ReportQuery::from_json(record.query);
  } catch (const std::exception&) {
    return key;
  }
  for (const store::RunRecord& run : figures::selected_runs(query.runs, all)) {
    key += '\n' + std::to_string(run.id) + std::string(store::text(run.state)) + run.name + run.group + run.colour +
           run.settings_hash + std::to_string(run.heartbeat.step) + ' ' + std::to_string(run.ended) + ' ' +
           std::to_string(run.result.scores.size());
  }
  return key;
}

}  // namespace

ReportBook::ReportBook(SessionModel* session, QObject* parent)
    : QObject(parent), session_(session), soon_(new QTimer(this)) {
  soon_->setSingleShot(true);
  soon_->setInterval(kSoonMs);
  connect(soon_, &QTimer::timeout, this, &ReportBook::refresh);
  connect(session_, &SessionModel::workspaceOpened, this, [this] {
    ++request_;
    busy_ = again_ = is_read_ = false;
    items_.clear();
    keys_.clear();
    refresh();
    Q_EMIT changed();
  });
  connect(session_, &SessionModel::runsChanged, this, [this] {
    if (watched_ && !soon_->isActive()) soon_->start();
  });
}

ReportBook::Item ReportBook::item(std::int64_t id) const {
  const auto found = std::find_if(items_.begin(), items_.end(), [id](const Item& one) { return one->record.id == id; });
  return found != items_.end() ? *found : nullptr;
}

void ReportBook::setWatched(bool watched) {
  watched_ = watched;
  if (watched) refresh();
}

bool ReportBook::isWhole() const {
  return is_read_ && std::none_of(items_.begin(), items_.end(), [](const Item& item) { return item->pending; });
}

void ReportBook::compute(const std::string& folder, const Answer& known, const Publish& publish) {
  const store::Workspace workspace = store::Workspace::open(folder);
  const std::vector<store::RunRecord> all = store::RunStore(workspace).list();
  const std::vector<store::FigureRecord> records = store::ReportStore(workspace).list();
  Answer answer;
  for (const store::FigureRecord& record : records) {
    std::string key = keyOf(record, all);
    Item item;
    for (std::size_t i = 0; i < known.items.size(); ++i) {
      if (known.items[i]->record.id != record.id) continue;
      // Older numbers stand until the new ones are there.
      item = known.items[i];
      if (known.keys[i] != key) key.clear();
    }
    if (item == nullptr) {
      figures::ReportItem waiting;
      waiting.record = record;
      waiting.pending = true;
      item = std::make_shared<const figures::ReportItem>(std::move(waiting));
      key.clear();
    }
    answer.items.push_back(std::move(item));
    answer.keys.push_back(std::move(key));
  }
  publish(answer, false);
  auto published = std::chrono::steady_clock::now();
  for (std::size_t i = 0; i < records.size(); ++i) {
    if (!answer.keys[i].empty()) continue;
    answer.items[i] = std::make_shared<const figures::ReportItem>(figures::report_item(workspace, records[i], all));
    answer.keys[i] = keyOf(records[i], all);
    if (std::chrono::steady_clock::now() - published < kPublishEvery) continue;
    publish(answer, false);
    published = std::chrono::steady_clock::now();
  }
  publish(answer, true);
}

void ReportBook::refresh() {
  const std::string folder = session_->workspaceFolder().toStdString();
  if (folder.empty()) return;
  if (busy_) {
    again_ = true;
    return;
  }
  busy_ = true;
  QThreadPool::globalInstance()->start(
      [book = QPointer(this), folder, known = Answer{items_, keys_}, request = ++request_] {
        const auto publish = [book, request](const Answer& answer, bool is_whole) {
          QMetaObject::invokeMethod(QCoreApplication::instance(), [book, request, answer, is_whole] {
            if (book) book->take(request, answer, is_whole);
          });
        };
        try {
          compute(folder, known, publish);
        } catch (const std::exception&) {
          publish(known, true);  // a workspace that cannot be read says so elsewhere
        }
      });
}

void ReportBook::take(int request, const Answer& answer, bool is_whole) {
  if (request != request_) return;  // of another workspace
  const bool news = answer.items != items_ || !is_read_;
  items_ = answer.items;
  keys_ = answer.keys;
  is_read_ = true;
  if (is_whole) busy_ = false;
  if (news) Q_EMIT changed();
  if (is_whole && std::exchange(again_, false)) refresh();
}

}  // namespace lorascope::ui
