#include "core/figures/example_scores.h"

#include <algorithm>
#include <set>

#include "core/base/json.h"
#include "core/metrics/entities.h"

namespace lorascope::figures {
namespace {

// Counts of one example, and what is wrong in it.
struct Judged {
  ExampleCounts counts;
  double score = 0;
  double loss = 0;
};

std::vector<std::string> texts_of(const Json& list) {
  std::vector<std::string> texts;
  if (!list.is_array()) return texts;
  for (const Json& text : list) texts.push_back(text.is_string() ? text.get<std::string>() : std::string());
  return texts;
}

std::optional<Judged> judged_tags(const Json& content) {
  const std::vector<std::string> gold = texts_of(content.value("gold", Json()));
  const std::vector<std::string> guess = texts_of(content.value("guess", Json()));
  if (gold.size() != guess.size() || gold.empty()) return std::nullopt;
  const std::vector<metrics::Entity> right = metrics::lenient_entities(gold);
  const std::vector<metrics::Entity> guessed = metrics::lenient_entities(guess);
  const std::set<metrics::Entity> wanted(right.begin(), right.end());
  const auto found = static_cast<double>(std::count_if(
      guessed.begin(), guessed.end(), [&](const metrics::Entity& entity) { return wanted.contains(entity); }));
  Judged judged;
  judged.counts = {2 * found, static_cast<double>(right.size() + guessed.size())};
  judged.score = judged.counts.denominator > 0 ? judged.counts.numerator / judged.counts.denominator : 1;
  for (std::size_t i = 0; i < gold.size(); ++i) judged.loss += gold[i] != guess[i] ? 1 : 0;
  return judged;
}

std::optional<Judged> judged_answer(const Json& content) {
  const Json f1 = content.value("f1", Json());
  if (!f1.is_number()) return std::nullopt;
  return Judged{{f1.get<double>(), 1}, f1.get<double>(), content.value("loss", 0.0)};
}

std::optional<Judged> judged_choice(const Json& content) {
  const Json gold = content.value("gold", Json()), guess = content.value("guess", Json());
  if (!gold.is_number_integer() || !guess.is_number_integer()) return std::nullopt;
  const double right = gold == guess ? 1 : 0;
  return Judged{{right, 1}, right, content.value("loss", 0.0)};
}

std::optional<Judged> judged(const store::Prediction& prediction, std::string_view task) {
  const Json content = Json::parse(prediction.content, nullptr, false);
  if (!content.is_object()) return std::nullopt;
  if (task == "squad") return judged_answer(content);
  if (task == "swag") return judged_choice(content);
  return judged_tags(content);
}

}  // namespace

std::string example_metric(std::string_view task) {
  return task == "swag" ? "accuracy" : "f1";
}

std::optional<std::vector<ExampleCounts>> example_counts(std::span<const store::Prediction> predictions,
                                                         std::string_view task) {
  std::vector<ExampleCounts> counts;
  counts.reserve(predictions.size());
  for (const store::Prediction& prediction : predictions) {
    const std::optional<Judged> one = judged(prediction, task);
    if (!one) return std::nullopt;
    counts.push_back(one->counts);
  }
  if (counts.empty()) return std::nullopt;
  return counts;
}

std::vector<RankedPrediction> worst_predictions(std::span<const store::Prediction> predictions, std::string_view task,
                                                std::size_t most) {
  std::vector<RankedPrediction> ranked;
  for (std::size_t i = 0; i < predictions.size(); ++i) {
    const std::optional<Judged> one = judged(predictions[i], task);
    if (one && one->score < 1) ranked.push_back({i, one->score, one->loss});
  }
  std::stable_sort(ranked.begin(), ranked.end(), [](const RankedPrediction& a, const RankedPrediction& b) {
    return a.score != b.score ? a.score < b.score : a.loss > b.loss;
  });
  if (ranked.size() > most) ranked.resize(most);
  return ranked;
}

}  // namespace lorascope::figures
