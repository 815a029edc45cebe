#pragma once

#include <QString>
#include <cmath>
#include <string>

#include "core/store/run_record.h"

namespace lorascope::ui {

/// The score that a run is judged by at its end.
struct FinalScore {
  std::string split, metric;
  double value = std::nan("");

  bool isKnown() const { return !std::isnan(value); }
  /// "test F1".
  QString name() const;
};

/// Of the test split where there is one, else of the eval split; F1 where there is one, else what the run selects by.
FinalScore finalScore(const store::RunRecord& run);

}  // namespace lorascope::ui
