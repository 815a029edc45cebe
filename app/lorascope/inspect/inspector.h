#pragma once

#include <functional>
#include <memory>
#include <string>

#include "app/lorascope/inspect/inspect_model.h"
#include "core/base/json.h"

namespace lorascope::app::inspect {

class TokenIndex;

/// Whether the question was withdrawn; looked at between texts.
using Withdrawn = std::function<bool()>;

/// Answers questions about one loaded model. A question is an object {"ask", …}, the answer an object:
/// - describe: {"task", "tasks" (of a run of several), "kind", "name", "adapters", "modules", "blocks", "layers", "labels", "layerwise", "warnings",
///   "fixed_because"}
/// - sentence {"input", "what_if", "only_prediction"}: {"rows", "prediction", "scalings", "layers" (of each row [L+1]
///   {"distance", "cosine_distance"} between base and tuned, of the pooled states), "token_distances" [T][L+1],
///   "trajectories" {"shares", "base", "tuned" [L+1][T][2]}}
/// - adapters {"input"}: {"adapters": [{"name", "prediction", "layers"}]}, each alone
/// - pair {"first", "second", "what_if"}: {"first", "second": as sentence, "aligned": [[i, j]], "layers": [{"base",
///   "tuned", …}], "token_distances": {"base", "tuned"} [P][L+1]}
/// - nearest {"input", "row", "token", "count"}: {"tokens": [{"text", "before", "after", "similarity"}], "searched"}
/// - aggregate {"file" or "inputs", "limit", "what_if"}: {"table": {"title", "columns", "rows"}, "texts", "tokens"}
/// Throws UsageError and InputError for what is wrong with a question, Interrupted where it was withdrawn.
class Inspector {
 public:
  explicit Inspector(InspectSource source);
  ~Inspector();

  Json answer(const Json& question, const Withdrawn& withdrawn = {});
  InspectModel& model() { return model_; }

 private:
  Json describe() const;
  Json sentence(const Json& question);
  Json adapters(const Json& question);
  Json pair(const Json& question);
  Json nearest(const Json& question, const Withdrawn& withdrawn);
  Json aggregate(const Json& question, const Withdrawn& withdrawn);

  InspectModel model_;
  std::unique_ptr<TokenIndex> index_;  ///< of the training data, made when first asked for
};

}  // namespace lorascope::app::inspect
