#include "core/analysis/pair_sensitivity.h"

#include <ATen/ATen.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <random>

#include "core/analysis/representation_similarity.h"
#include "core/base/error.h"
#include "core/nn/initialise.h"
#include "tests/support/catch.h"

namespace lorascope::analysis::test {
namespace {

using Sentence = std::vector<int>;

/// A little model whose every layer sees words and their order in its own way: h_t = tanh(w_t W + w_{t-1} V). In layer
/// `scrambled` the words stand in another order, so that it alone cannot tell who stood where.
class OrderModel {
 public:
  static constexpr int kLayers = 6;
  static constexpr std::int64_t kWidth = 16;
  static constexpr int kWords = 20;  ///< each has a synonym, kWords after it

  explicit OrderModel(int scrambled = -1) : scrambled_(scrambled) {}

  /// Pooled states after each layer.
  std::vector<at::Tensor> pooled(const Sentence& sentence) const {
    const at::Tensor words =
        words_.index_select(0, at::tensor(std::vector<std::int64_t>(sentence.begin(), sentence.end())));
    std::vector<at::Tensor> result = {words.mean(0)};
    for (int layer = 1; layer <= kLayers; ++layer)
      result.push_back(step(layer == scrambled_ ? sorted(words) : words, layer).mean(0));
    return result;
  }

 private:
  at::Tensor step(const at::Tensor& states, int layer) const {
    const std::string name = std::to_string(layer);
    const at::Tensor own = nn::draw_normal({kWidth, kWidth}, 0.3, 1, "own" + name);
    const at::Tensor left = nn::draw_normal({kWidth, kWidth}, 0.3, 1, "left" + name);
    const at::Tensor before = at::cat({at::zeros({1, kWidth}), states.narrow(0, 0, states.size(0) - 1)});
    return at::tanh(at::mm(states, own) + at::mm(before, left));
  }
  /// The same words in an order that does not depend on where they stood.
  static at::Tensor sorted(const at::Tensor& states) { return states.index_select(0, states.select(1, 0).argsort()); }

  static at::Tensor vocabulary() {
    const at::Tensor words = nn::draw_normal({kWords, kWidth}, 1.0, 1, "words");
    return at::cat({words, words + nn::draw_normal({kWords, kWidth}, 0.02, 1, "synonyms")});
  }

  at::Tensor words_ = vocabulary();
  int scrambled_;
};

struct PairsOfWords {
  std::vector<std::pair<Sentence, Sentence>> form, meaning;
};

/// Meaning: two words change places. Form: a word is said by its synonym, of nearly the same embedding.
PairsOfWords pairs_of_words() {
  std::mt19937 random(3);
  PairsOfWords pairs;
  for (int i = 0; i < 60; ++i) {
    Sentence sentence;
    for (int word = 0; word < 5; ++word) sentence.push_back(static_cast<int>(random() % OrderModel::kWords));
    Sentence swapped = sentence, other = sentence;
    std::swap(swapped[1], swapped[4]);
    other[2] += OrderModel::kWords;
    if (sentence[1] == sentence[4]) continue;
    pairs.meaning.emplace_back(sentence, swapped);
    pairs.form.emplace_back(sentence, other);
  }
  return pairs;
}

PairDistances distances(const OrderModel& model, const std::vector<std::pair<Sentence, Sentence>>& pairs) {
  PairDistances result(OrderModel::kLayers + 1);
  for (const auto& [first, second] : pairs) {
    const std::vector<at::Tensor> a = model.pooled(first), b = model.pooled(second);
    for (std::size_t layer = 0; layer < result.size(); ++layer)
      result[layer].push_back((a[layer] - b[layer]).norm().item<double>());
  }
  return result;
}

std::vector<LayerSensitivity> sensitivity_of(const OrderModel& model) {
  const PairsOfWords pairs = pairs_of_words();
  return pair_sensitivity(distances(model, pairs.form), distances(model, pairs.meaning));
}

}  // namespace

TEST_CASE("sensitivity is the share of meaning in the mean distances", "[analysis]") {
  const PairDistances form = {{1, 2, 3}, {4, 4, 4}}, meaning = {{6, 6}, {0, 0}};
  const auto layers = pair_sensitivity(form, meaning);
  REQUIRE(layers.size() == 2);
  CHECK(layers[0].form == Approx(2));
  CHECK(layers[0].meaning == Approx(6));
  CHECK(layers[0].value == Approx(0.75));
  CHECK(layers[1].value == 0);
  CHECK(layers[1].low == 0);
  CHECK(layers[1].high == 0);
  CHECK(std::isnan(pair_sensitivity({{0}}, {{0}})[0].value));
  CHECK_THROWS_AS(pair_sensitivity({{}}, {{1}}), DataError);
}

TEST_CASE("equal distances on both sides are at the middle, with a band that narrows with pairs", "[analysis]") {
  const auto noise = [](std::size_t count, unsigned seed) {
    std::mt19937 random(seed);
    std::exponential_distribution<double> draw(1);
    std::vector<double> values(count);
    for (double& value : values) value = draw(random);
    return PairDistances{values};
  };
  const LayerSensitivity few = pair_sensitivity(noise(50, 1), noise(50, 2))[0];
  const LayerSensitivity many = pair_sensitivity(noise(5000, 1), noise(5000, 2))[0];
  CHECK(few.low < 0.5);
  CHECK(few.high > 0.5);
  CHECK(many.value == Approx(0.5).margin(0.02));
  CHECK(many.high - many.low < 0.25 * (few.high - few.low));
  // By the delta method: Var(M / (M + S)) ≈ (S² Var M + M² Var S) / (M + S)⁴, with Var = 1 / n here.
  CHECK(many.high - many.low == Approx(2 * 1.96 * std::sqrt(2.0 / 16 / 5000)).epsilon(0.15));
}

TEST_CASE("bands follow the seed, and are those of resampled pairs", "[analysis]") {
  const PairDistances form = {{1, 2, 4, 8}}, meaning = {{3, 3, 5, 9}};
  const LayerSensitivity one = pair_sensitivity(form, meaning, {400, 1})[0];
  CHECK(one.low == pair_sensitivity(form, meaning, {400, 1})[0].low);
  // All 4⁴ × 4⁴ resamples would give a band; a share of 95 % of them lies between the ends that were found.
  std::vector<double> form_means, meaning_means;
  for (int code = 0; code < 256; ++code) {
    double f = 0, m = 0;
    for (int digit = 0, rest = code; digit < 4; ++digit, rest /= 4) {
      f += form[0][static_cast<std::size_t>(rest % 4)] / 4;
      m += meaning[0][static_cast<std::size_t>(rest % 4)] / 4;
    }
    form_means.push_back(f);
    meaning_means.push_back(m);
  }
  int inside = 0;
  for (const double f : form_means)
    for (const double m : meaning_means) inside += m / (m + f) >= one.low && m / (m + f) <= one.high;
  CHECK(inside / 65536.0 == Approx(0.95).margin(0.02));
}

TEST_CASE("a model with one layer's word order scrambled is told by its layer", "[analysis]") {
  const auto plain = sensitivity_of(OrderModel());
  for (const int scrambled : {2, 5}) {
    const auto planted = sensitivity_of(OrderModel(scrambled));
    const auto found = most_different_layer(plain, planted);
    REQUIRE(found);
    CHECK(found->layer == static_cast<std::size_t>(scrambled));
    CHECK(found->difference < -0.2);
    CHECK(found->is_clear);
    for (std::size_t layer = 0; layer < plain.size(); ++layer)
      if (layer != static_cast<std::size_t>(scrambled)) CHECK(planted[layer].value == Approx(plain[layer].value));
  }
  CHECK(plain[0].value < 1e-4);  // without order in the embeddings a swap changes nothing
  CHECK_FALSE(most_different_layer(plain, plain)->is_clear);
}

}  // namespace lorascope::analysis::test
