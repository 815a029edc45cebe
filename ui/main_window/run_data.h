#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "core/store/rows.h"

namespace lorascope::ui {

/// The rows that hang on one run, as far as views have asked for them (SessionModel::want…). Grows by appending only;
/// after SessionModel::dataReset it starts anew.
struct RunData {
  std::vector<std::string> series_names;                          ///< all that the store has, asked for or not
  std::map<std::string, std::vector<store::MetricPoint>> series;  ///< by step; of the wanted names only
  std::vector<store::Evaluation> evaluations;                     ///< always read for shown runs
  std::vector<store::Spectrum> spectra;                           ///< by step and module, once wanted
  std::vector<store::Event> events;                               ///< of the selected run
  std::vector<store::Artifact> artifacts;                         ///< of the selected run
  std::optional<std::string> first_batch;                         ///< JSON; of the selected run
};

}  // namespace lorascope::ui
