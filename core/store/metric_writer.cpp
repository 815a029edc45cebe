#include "core/store/metric_writer.h"

#include <algorithm>
#include <chrono>
#include <condition_variable>
#include <exception>
#include <map>
#include <mutex>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "core/base/clock.h"
#include "core/store/database.h"
#include "core/store/row_writing.h"

namespace lorascope::store {
namespace {

constexpr std::chrono::milliseconds kBetweenTransactions{200};
constexpr double kBetweenHeartbeats = 1;

struct Batch {
  std::map<std::string, std::vector<MetricPoint>, std::less<>> points;
  std::vector<Spectrum> spectra;
  std::vector<Event> events;

  bool empty() const { return points.empty() && spectra.empty() && events.empty(); }
  void put_back_before(Batch later);
};

/// Rows of a transaction that failed come before what was added meanwhile.
void Batch::put_back_before(Batch later) {
  for (auto& [name, list] : later.points) {
    std::vector<MetricPoint>& mine = points[name];
    mine.insert(mine.end(), list.begin(), list.end());
  }
  spectra.insert(spectra.end(), std::make_move_iterator(later.spectra.begin()),
                 std::make_move_iterator(later.spectra.end()));
  events.insert(events.end(), std::make_move_iterator(later.events.begin()),
                std::make_move_iterator(later.events.end()));
}

}  // namespace

class MetricWriter::Worker {
 public:
  Worker(const std::filesystem::path& file, RunId run)
      : database_(file, Database::Durability::Normal), run_(run), thread_([this] { work(); }) {}

  ~Worker() {
    {
      const std::lock_guard lock(mutex_);
      ends_ = true;
    }
    wake_.notify_one();
    thread_.join();
  }

  /// Changes the waiting rows; throws what the last transaction failed with.
  template <class Change>
  void change(Change change) {
    const std::lock_guard lock(mutex_);
    if (failure_) std::rethrow_exception(std::exchange(failure_, nullptr));
    change(waiting_);
  }

  void set_heartbeat(const Heartbeat& heartbeat) {
    const std::lock_guard lock(mutex_);
    heartbeat_ = heartbeat;
    has_heartbeat_ = true;
  }

  void flush() {
    std::unique_lock lock(mutex_);
    failure_ = nullptr;
    const std::uint64_t request = ++requested_;
    wake_.notify_one();
    done_.wait(lock, [&] { return completed_ >= request; });
    if (failure_) std::rethrow_exception(std::exchange(failure_, nullptr));
  }

 private:
  void work() {
    std::unique_lock lock(mutex_);
    for (;;) {
      wake_.wait_for(lock, kBetweenTransactions, [&] { return ends_ || requested_ > completed_; });
      const bool last = ends_;
      const std::uint64_t request = requested_;
      const double now = now_seconds();
      const bool beats = has_heartbeat_ && (now - last_beat_ >= kBetweenHeartbeats || !waiting_.empty() || last);
      if (!waiting_.empty() || beats) {
        Batch batch = std::exchange(waiting_, {});
        Heartbeat heartbeat = heartbeat_;
        heartbeat.time = now;
        lock.unlock();
        const std::exception_ptr failure = write(batch, beats ? &heartbeat : nullptr);
        lock.lock();
        if (failure) {
          failure_ = failure;
          batch.put_back_before(std::exchange(waiting_, {}));
          waiting_ = std::move(batch);
        } else if (beats) {
          last_beat_ = now;
        }
      }
      completed_ = std::max(completed_, request);
      done_.notify_all();
      if (last) return;
    }
  }

  std::exception_ptr write(const Batch& batch, const Heartbeat* heartbeat) {
    try {
      database_.write("saving the metrics of run " + std::to_string(run_), [&] {
        for (const auto& [name, points] : batch.points) {
          const std::int64_t series = find_or_make_series(database_, run_, name);
          for (const MetricPoint& point : points) insert_point(database_, series, point);
        }
        for (const Spectrum& spectrum : batch.spectra) insert_spectrum(database_, run_, spectrum);
        for (const Event& event : batch.events) insert_event(database_, run_, event);
        if (heartbeat != nullptr) insert_heartbeat(database_, run_, *heartbeat);
      });
      return nullptr;
    } catch (...) {
      return std::current_exception();
    }
  }

  Database database_;
  const RunId run_;
  std::mutex mutex_;
  std::condition_variable wake_;
  std::condition_variable done_;
  Batch waiting_;
  Heartbeat heartbeat_;
  bool has_heartbeat_ = false;
  double last_beat_ = 0;
  std::uint64_t requested_ = 0;
  std::uint64_t completed_ = 0;
  bool ends_ = false;
  std::exception_ptr failure_;
  std::thread thread_;
};

MetricWriter::MetricWriter(const Workspace& workspace, RunId run)
    : worker_(std::make_unique<Worker>(workspace.database_file(), run)) {}

MetricWriter::~MetricWriter() = default;

void MetricWriter::add(std::string_view series, std::int64_t step, double value) {
  worker_->change([&](Batch& batch) {
    auto place = batch.points.find(series);
    if (place == batch.points.end()) place = batch.points.emplace(series, std::vector<MetricPoint>{}).first;
    place->second.push_back({step, value});
  });
}

void MetricWriter::add_spectrum(Spectrum spectrum) {
  worker_->change([&](Batch& batch) { batch.spectra.push_back(std::move(spectrum)); });
}

void MetricWriter::add_event(std::string_view level, std::string_view text) {
  worker_->change([&](Batch& batch) {
    batch.events.push_back({0, now_seconds(), std::string(level), std::string(text)});
  });
}

void MetricWriter::set_heartbeat(const Heartbeat& heartbeat) {
  worker_->set_heartbeat(heartbeat);
}

void MetricWriter::flush() {
  worker_->flush();
}

}  // namespace lorascope::store
