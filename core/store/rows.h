#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "core/store/run_record.h"

namespace lorascope::store {

// The small rows that hang on a run. Conventional series names: train/loss, train/grad_norm, train/lr,
// train/tokens_per_second (one point an optimiser step); eval/METRIC (at evaluation points, of the selection split);
// time/seconds, time/epoch, time/examples (one point an optimiser step): the other x axes of a curve.

struct MetricPoint {
  std::int64_t step = 0;
  double value = 0;
};

struct Event {
  std::int64_t id = 0;
  double time = 0;
  std::string level;  ///< "debug", "info", "warning", "error"
  std::string text;
};

struct Evaluation {
  std::int64_t step = 0;
  double epoch = 0;
  std::string split;                     ///< "eval", "test"
  std::map<std::string, double> scores;  ///< loss, f1, precision, …
  double seconds = 0;                    ///< duration of the evaluation
  double time = 0;                       ///< when it ended
};

/// Singular values of one module's update at one step.
struct Spectrum {
  std::int64_t step = 0;
  std::string module;          ///< "encoder.layer.0.attention.self.query"
  std::vector<double> values;  ///< largest first
  double base_norm = 0;        ///< Frobenius norm of the base weight; 0 = not known
};

/// A prediction of one example, in the task's own terms.
struct Prediction {
  std::int64_t example = 0;  ///< index in the data file, from 0
  std::string content;       ///< JSON object
};

struct Artifact {
  std::string kind;  ///< "log", "checkpoint", "model", "adapter", "predictions", …
  std::string path;  ///< relative to the workspace, or absolute where it lies outside
  std::int64_t size_bytes = 0;
  std::string sha256;  ///< of a file; empty for a folder
  std::int64_t step = 0;
  double time = 0;
};

}  // namespace lorascope::store
