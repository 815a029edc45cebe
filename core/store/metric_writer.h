#pragma once

#include <cstdint>
#include <memory>
#include <string_view>

#include "core/store/rows.h"
#include "core/store/workspace.h"

namespace lorascope::store {

/// The hot path of a training run: collects points, spectra and events, and writes them in one transaction at most
/// every 200 ms from a thread and a connection of its own, with the heartbeat (at least once a second, also while the
/// training is in a long phase). A killed process loses at most the last 200 ms; what flush() returned from is kept.
///
/// Thread rule: the functions may be called from one thread at a time, any thread. Where the database could not be
/// written (disk full), the next call throws StoreError.
class MetricWriter {
 public:
  MetricWriter(const Workspace& workspace, RunId run);
  MetricWriter(const MetricWriter&) = delete;
  MetricWriter& operator=(const MetricWriter&) = delete;
  /// Writes what is left; an error at this point is lost, so call flush() first.
  ~MetricWriter();

  /// A point of the same series and step replaces the earlier one.
  void add(std::string_view series, std::int64_t step, double value);
  void add_spectrum(Spectrum spectrum);
  void add_event(std::string_view level, std::string_view text);
  /// Step, loss, rate and phase of the next heartbeats; its time is filled in when it is written.
  void set_heartbeat(const Heartbeat& heartbeat);
  /// Returns when all that was added is committed.
  void flush();

 private:
  class Worker;
  std::unique_ptr<Worker> worker_;
};

}  // namespace lorascope::store
