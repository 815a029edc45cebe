#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "core/store/rows.h"

namespace lorascope::ui {

/// The rows that hang on one run, as far as views have asked for them (SessionModel::want…). Grows by appending;
/// after SessionModel::dataReset it starts anew. What a long run writes without end is bounded, as far as said here: the
/// store has all of it.
struct RunData {
  static constexpr std::size_t kMostEvents = 10'000;

  std::vector<std::string> series_names;                          ///< all that the store has, asked for or not
  std::map<std::string, std::vector<store::MetricPoint>> series;  ///< by step; of the wanted names only
  std::vector<store::Evaluation> evaluations;                     ///< always read for shown runs
  std::vector<store::Spectrum> spectra;  ///< by step and module, once wanted; at most SpectraLimits
  int spectra_thinned = 0;               ///< how often some were taken away from among them
  std::vector<store::Event> events;      ///< of the selected run, the newest kMostEvents at least
  std::size_t num_events_before = 0;     ///< older ones that were taken away in front
  std::vector<store::Artifact> artifacts;                         ///< of the selected run
  std::optional<std::string> first_batch;                         ///< JSON; of the selected run
};

}  // namespace lorascope::ui
