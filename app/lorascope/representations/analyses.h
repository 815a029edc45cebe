#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "app/lorascope/representations/subjects.h"
#include "core/base/json.h"

namespace lorascope::app::engine {
class Interrupts;
class ProgressDisplay;
}  // namespace lorascope::app::engine

namespace lorascope::app::representations {

struct AnalysisOptions {
  std::string what;      ///< "cka", "distances", "rsa", "pca", "sensitivity", "probe"
  std::string text;      ///< file of sentences; empty: those of the generated minimal pairs
  std::string pairs;     ///< CSV of minimal pairs; empty: the generated ones
  std::string treebank;  ///< CoNLL-U
  std::int64_t tokens = 6000;      ///< at most, of cka, distances, rsa and pca
  std::int64_t pairs_of_kind = 0;  ///< at most, of sensitivity; 0: all
  std::int64_t axes = 3;           ///< of pca
  std::int64_t shown_tokens = 24;  ///< whose trajectories pca gives
  std::int64_t sentences = 1000;   ///< of the treebank, at most
  std::int64_t rank = 64;          ///< of the probe
  std::uint64_t seed = 42;
};

/// Progress to people, and a stop where they ask for it.
struct Watch {
  engine::ProgressDisplay& display;
  const engine::Interrupts& interrupts;

  /// Throws Interrupted.
  void show(const std::string& phase, std::size_t done, std::size_t of, const std::string& details = {}) const;
};

bool is_representation_analysis(std::string_view what);

/// {"analysis", "subjects": [{name, method, run, …}], "warnings": [texts], "results": …} with, by analysis:
/// - cka: "tokens", "width", "results": [{"first", "second" (indices of subjects), "values" [layer][layer], "floor",
///   "plain_floor"}], each subject against the first;
/// - distances, rsa: "results": [{"first", "second", "layers": [{"distance", "relative", "cosine": {mean, low, high},
///   "procrustes", "rsa"}]}];
/// - pca: "shares", "tokens": texts, "results": [{"subject", "points" [layer][token][axis]}];
/// - sensitivity: "pairs": {kind: number}, "results": [{"subject", "layers": [{value, low, high, meaning, form}],
///   "kinds": {kind: [mean distance a layer]}, "difference": {layer, difference, is_clear} to the first}];
/// - probe: "sentences", "results": [{"subject", "layers": [{uuas, spearman, root_accuracy, control_uuas,
///   selectivity}]}].
/// Throws UsageError, DataError, CheckpointError, Interrupted.
Json analyse_representations(const std::vector<Subject>& subjects, const AnalysisOptions& options, const Watch& watch);

/// The same numbers as rows: analysis,subject,against,layer,other_layer,measure,value.
std::string analysis_csv(const Json& analysis);

}  // namespace lorascope::app::representations
