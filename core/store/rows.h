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

// The first batch of a run is one JSON object {"task", "longest", "tokens", "rows"}. A row has example, tokens (texts),
// input_ids, token_type_ids as the model sees them, attention_mask, and labels: null, or for wnut17 the name of the
// token's label, for squad "answer" on the tokens of the answer. Rows of squad also have question, answer (its text),
// start_position and end_position (0: not in this window); rows of swag have choice (0 to 3) and is_right, and four of
// them follow each other.

/// A prediction of one example, in the task's own terms. `content` is a JSON object with loss (missing where nothing is
/// labelled) and, by task:
/// - wnut17: words, gold and guess (a tag a word);
/// - squad: id, question, gold (texts of the right answers, none: it has no answer), guess (text, "": no answer), exact
///   and f1 (0 to 1), guess_span [begin, end) in code points of the context, version 2: null_odds;
/// - swag: gold and guess (0 to 3), scores (one a choice).
/// The worst examples of each evaluation are stored as predictions of the split worst_split(split) with their rank from
/// 1 and the whole example: squad adds title, context and gold_starts (code points), swag sent1, sent2 and endings.
struct Prediction {
  std::int64_t example = 0;  ///< index in the data file, from 0
  std::string content;       ///< JSON object
};

/// "eval" -> "eval/worst": under which the worst examples of each evaluation of a split are stored.
inline std::string worst_split(const std::string& split) { return split + "/worst"; }

struct Artifact {
  std::string kind;  ///< "log", "checkpoint", "model", "adapter", "predictions", …
  std::string path;  ///< relative to the workspace, or absolute where it lies outside
  std::int64_t size_bytes = 0;
  std::string sha256;  ///< of a file; empty for a folder
  std::int64_t step = 0;
  double time = 0;
};

}  // namespace lorascope::store
