#pragma once

#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace lorascope::metrics {

/// What the model says about one window of a question: all of one length S, padding excluded.
struct SpanWindow {
  /// [S] code points [begin, end) in the context; (-1, -1) for all but context tokens (data::Feature::offsets).
  std::span<const std::pair<int, int>> offsets;
  std::span<const float> start_logits, end_logits;  ///< [S]
};

struct SpanAnswerOptions {
  int n_best = 20;              ///< starts and ends tried in a window, and answers kept
  int max_answer_length = 30;   ///< in tokens
  bool null_answers = false;    ///< v2: "no answer" competes
  double null_threshold = 0.0;  ///< v2: the answer is "" where null_odds is above it
};

/// One answer that was weighed.
struct SpanCandidate {
  std::string text;
  int begin = 0, end = 0;  ///< code points of the context; 0, 0: no answer
  float start_logit = 0.0F, end_logit = 0.0F;
  float score = 0.0F;        ///< start_logit + end_logit
  double probability = 0.0;  ///< softmax of the scores of all that are kept
};

/// A question's answer.
struct SpanAnswer {
  std::string text;
  std::vector<SpanCandidate> n_best;  ///< best first
  double null_odds = 0.0;             ///< v2: score of "no answer" minus that of the best other
};

/// The post-processing of run_qa over all windows of a question: the n_best starts times the n_best ends of each
/// window, those in the context, in order and not too long, by start + end logit, best first, the first n_best of them;
/// in v2 the worst [CLS] score over the windows joins as "no answer". Among equal logits the higher position comes
/// first, among equal scores the earlier candidate; a NaN logit counts as the lowest. Where nothing is left, or only an
/// empty text, "empty" with score 0 comes first, as in the original.
SpanAnswer best_answer(std::span<const SpanWindow> windows, std::string_view context,
                       const SpanAnswerOptions& options = {});

/// A question's id with its answer, for the files below.
struct NamedAnswer {
  std::string id;
  SpanAnswer answer;
};

/// eval_predictions.json: {id: text}, as Python writes it with an indent of 4.
std::string predictions_json(std::span<const NamedAnswer> answers);
/// eval_nbest_predictions.json: {id: [{start_logit, end_logit, text, probability, score}]}; the original drops `score`.
std::string nbest_json(std::span<const NamedAnswer> answers);
/// eval_null_odds.json: {id: null_odds}.
std::string null_odds_json(std::span<const NamedAnswer> answers);

}  // namespace lorascope::metrics
