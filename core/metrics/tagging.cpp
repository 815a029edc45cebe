#include "core/metrics/tagging.h"

#include <algorithm>
#include <set>
#include <tuple>
#include <utility>

#include "core/metrics/entities.h"

namespace lorascope::metrics {
namespace {

struct Counts {
  double right = 0, guessed = 0, wanted = 0;
};

double ratio(double numerator, double denominator, ZeroDivision zero_division) {
  if (denominator == 0) return zero_division == ZeroDivision::One ? 1.0 : 0.0;
  return numerator / denominator;
}

void put_ratios(std::map<std::string, double>& scores, const std::string& prefix, const Counts& counts,
                ZeroDivision zero_division) {
  const double precision = ratio(counts.right, counts.guessed, zero_division);
  const double recall = ratio(counts.right, counts.wanted, zero_division);
  const double sum = precision + recall;
  scores[prefix + "precision"] = precision;
  scores[prefix + "recall"] = recall;
  scores[prefix + "f1"] = sum > 0 ? 2 * precision * recall / sum : 0.0;
}

using FindEntities = std::vector<Entity> (*)(std::span<const std::string>);

void put_entity_scores(std::map<std::string, double>& scores, const std::string& prefix, FindEntities find,
                       std::span<const TaggedGuess> sentences, ZeroDivision zero_division) {
  std::map<std::string, Counts> by_type;
  for (const TaggedGuess& sentence : sentences) {
    const std::vector<Entity> wanted = find(sentence.gold);
    const std::vector<Entity> guessed = find(sentence.guess);
    const std::set<Entity> known(wanted.begin(), wanted.end());
    for (const Entity& entity : wanted) by_type[entity.type].wanted += 1;
    for (const Entity& entity : guessed) {
      by_type[entity.type].guessed += 1;
      by_type[entity.type].right += known.contains(entity) ? 1 : 0;
    }
  }
  Counts all;
  for (const auto& [type, counts] : by_type) {
    put_ratios(scores, prefix + type + ".", counts, zero_division);
    scores[prefix + type + ".support"] = counts.wanted;
    all.right += counts.right;
    all.guessed += counts.guessed;
    all.wanted += counts.wanted;
  }
  put_ratios(scores, prefix, all, zero_division);
}

double token_accuracy(std::span<const TaggedGuess> sentences) {
  double equal = 0, total = 0;
  for (const TaggedGuess& sentence : sentences) {
    for (std::size_t i = 0; i < sentence.gold.size(); ++i) equal += sentence.gold[i] == sentence.guess[i] ? 1 : 0;
    total += static_cast<double>(sentence.gold.size());
  }
  return total > 0 ? equal / total : 0.0;
}

using Surface = std::pair<std::vector<std::string>, std::string>;

Surface surface_of(const TaggedGuess& sentence, const Entity& entity) {
  return {{sentence.words.begin() + entity.first, sentence.words.begin() + entity.last + 1}, entity.type};
}

// A form counts once however often it occurs, and is right if it is right at one place.
void put_surface_scores(std::map<std::string, double>& scores, std::span<const TaggedGuess> sentences) {
  std::set<Surface> wanted, guessed, right;
  for (const TaggedGuess& sentence : sentences) {
    const std::vector<Entity> gold = lenient_entities(sentence.gold);
    const std::set<Entity> known(gold.begin(), gold.end());
    for (const Entity& entity : gold) wanted.insert(surface_of(sentence, entity));
    for (const Entity& entity : lenient_entities(sentence.guess)) {
      guessed.insert(surface_of(sentence, entity));
      if (known.contains(entity)) right.insert(surface_of(sentence, entity));
    }
  }
  const Counts counts = {static_cast<double>(right.size()), static_cast<double>(guessed.size()),
                         static_cast<double>(wanted.size())};
  put_ratios(scores, "surface.", counts, ZeroDivision::Zero);
}

}  // namespace

std::map<std::string, double> tagging_scores(std::span<const TaggedGuess> sentences, ZeroDivision zero_division) {
  std::map<std::string, double> scores;
  put_entity_scores(scores, "", lenient_entities, sentences, zero_division);
  put_entity_scores(scores, "strict.", strict_entities, sentences, zero_division);
  scores["accuracy"] = token_accuracy(sentences);
  const bool has_words = std::all_of(sentences.begin(), sentences.end(), [](const TaggedGuess& sentence) {
    return sentence.words.size() == sentence.gold.size();
  });
  if (has_words) put_surface_scores(scores, sentences);
  return scores;
}

}  // namespace lorascope::metrics
