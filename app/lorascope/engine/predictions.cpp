#include "app/lorascope/engine/predictions.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <numeric>

#include "core/base/json.h"
#include "core/data/choice_guesses.h"
#include "core/data/tag_guesses.h"
#include "core/metrics/accuracy.h"
#include "core/metrics/squad_score.h"
#include "core/train/token_evaluator.h"

namespace lorascope::app::engine {
namespace {

std::vector<std::string> tags_of(const Predictions& predictions, std::size_t i) {
  return train::word_tags(predictions.split.features[i], predictions.evaluation.guesses.at(i),
                          predictions.split.sentences[i].words.size(), predictions.labels);
}

std::vector<metrics::NamedAnswer> named_answers(const Predictions& predictions) {
  std::vector<metrics::NamedAnswer> answers;
  for (std::size_t i = 0; i < predictions.split.questions.size(); ++i) {
    answers.push_back({predictions.split.questions[i].id, predictions.evaluation.answers.at(i)});
  }
  return answers;
}

std::string choice_lines(const std::vector<std::vector<float>>& scores) {
  std::vector<std::array<float, data::kNumEndings>> rows(scores.size());
  for (std::size_t i = 0; i < scores.size(); ++i) std::copy(scores[i].begin(), scores[i].end(), rows[i].begin());
  return data::choice_guess_lines(rows);
}

Json sentence_content(const Predictions& predictions, std::size_t i) {
  const data::TaggedSentence& sentence = predictions.split.sentences[i];
  return {{"words", sentence.words}, {"gold", sentence.tags}, {"guess", tags_of(predictions, i)}};
}

Json question_content(const Predictions& predictions, std::size_t i, bool with_text) {
  const data::SquadQuestion& question = predictions.split.questions[i];
  const metrics::SpanAnswer& answer = predictions.evaluation.answers.at(i);
  metrics::AnsweredQuestion answered;
  Json gold = Json::array(), spans = Json::array();
  for (const data::SquadAnswer& one : question.answers) {
    answered.answers.push_back(one.text);
    gold.push_back(one.text);
    spans.push_back(one.start);
  }
  answered.guess = answer.text;
  const bool version_2 = predictions.settings.squad.version_2;
  const metrics::AnswerScore score =
      metrics::score_answer(answered, version_2 ? metrics::SquadVersion::V2 : metrics::SquadVersion::V1);
  Json content = {{"id", question.id}, {"question", question.question}, {"gold", gold},
                  {"guess", answer.text}, {"exact", score.exact},       {"f1", score.f1}};
  if (!answer.n_best.empty()) content["guess_span"] = {answer.n_best.front().begin, answer.n_best.front().end};
  if (version_2) content["null_odds"] = answer.null_odds;
  if (!with_text) return content;
  content["title"] = question.title;
  content["context"] = question.context;
  content["gold_starts"] = spans;
  return content;
}

Json choice_content(const Predictions& predictions, std::size_t i, bool with_text) {
  const std::vector<float>& scores = predictions.evaluation.choice_scores.at(i);
  const data::SwagRow& row = predictions.split.rows[i];
  Json content = {{"gold", row.label}, {"guess", metrics::first_maximum(scores)}, {"scores", scores}};
  if (!with_text) return content;
  content["sent1"] = row.sent1;
  content["sent2"] = row.sent2;
  content["endings"] = row.endings;
  return content;
}

store::Prediction row_of(const Predictions& predictions, std::size_t i, bool with_text, std::size_t rank) {
  const std::string& task = predictions.settings.task;
  Json content = task == "squad"  ? question_content(predictions, i, with_text)
                 : task == "swag" ? choice_content(predictions, i, with_text)
                                  : sentence_content(predictions, i);
  const double loss = predictions.evaluation.example_losses.at(i);
  if (std::isfinite(loss)) content["loss"] = loss;
  if (with_text) content["rank"] = rank;
  return {static_cast<std::int64_t>(i), content.dump(-1, ' ', false, Json::error_handler_t::replace)};
}

}  // namespace

std::string predictions_extension(const std::string& task) {
  return task == "squad" ? ".json" : task == "swag" ? ".csv" : ".conll";
}

std::string predictions_text(const Predictions& predictions) {
  const Split& split = predictions.split;
  if (predictions.settings.task == "squad") return metrics::predictions_json(named_answers(predictions));
  if (predictions.settings.task == "swag") return choice_lines(predictions.evaluation.choice_scores);
  data::TagGuesses tags;
  for (std::size_t i = 0; i < split.sentences.size(); ++i) tags.push_back(tags_of(predictions, i));
  return data::tag_guess_lines(split.sentences, tags);
}

std::string nbest_text(const Predictions& predictions) { return metrics::nbest_json(named_answers(predictions)); }

std::string null_odds_text(const Predictions& predictions) {
  return metrics::null_odds_json(named_answers(predictions));
}

std::vector<store::Prediction> prediction_rows(const Predictions& predictions) {
  std::vector<store::Prediction> rows;
  for (std::size_t i = 0; i < predictions.split.num_examples(); ++i) {
    rows.push_back(row_of(predictions, i, /*with_text=*/false, 0));
  }
  return rows;
}

std::vector<store::Prediction> worst_rows(const Predictions& predictions, std::size_t count) {
  const std::vector<double>& losses = predictions.evaluation.example_losses;
  std::vector<std::size_t> order(losses.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::erase_if(order, [&](std::size_t i) { return !std::isfinite(losses[i]); });
  std::stable_sort(order.begin(), order.end(), [&](std::size_t a, std::size_t b) { return losses[a] > losses[b]; });
  order.resize(std::min(order.size(), count));
  std::vector<store::Prediction> rows;
  for (const std::size_t i : order) rows.push_back(row_of(predictions, i, /*with_text=*/true, rows.size() + 1));
  return rows;
}

}  // namespace lorascope::app::engine
