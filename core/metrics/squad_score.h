#pragma once

#include <map>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace lorascope::metrics {

/// A question's right answers and what was guessed.
struct AnsweredQuestion {
  std::vector<std::string> answers;  ///< none: the question has no answer (v2)
  std::optional<std::string> guess;  ///< not set: nothing was guessed, which scores 0
  double null_odds = 0.0;            ///< how much better "no answer" scored than the best answer; for v2's best_*
};

/// Exact match and F1 of one question, 0 to 1, each the best over its answers.
struct AnswerScore {
  double exact = 0.0;
  double f1 = 0.0;
};

enum class SquadVersion { V1, V2 };

/// Lower case, ASCII punctuation dropped, articles replaced by spaces, white space collapsed: as the official programs
/// do it, with Python's rules for lower case, word boundaries and white space.
std::string normalize_answer(std::string_view answer);

/// As the official programs score it. Where both sides normalise to nothing F1 is 0 in version 1 and 1 in version 2.
AnswerScore score_answer(const AnsweredQuestion& question, SquadVersion version);

/// Means x 100 under the names of the official programs: `exact_match`, `f1`, `total`; in version 2 also
/// `HasAns_exact|f1|total` and `NoAns_exact|f1|total` where there are such questions, and `best_exact`,
/// `best_exact_thresh`, `best_f1`, `best_f1_thresh`: the best that any threshold on null_odds gives.
std::map<std::string, double> squad_scores(std::span<const AnsweredQuestion> questions, SquadVersion version);

}  // namespace lorascope::metrics
