#include "core/figures/statistics.h"

#include <algorithm>
#include <cmath>
#include <random>

#include "core/figures/example_scores.h"
#include "tests/support/catch.h"

using namespace lorascope::figures;
using lorascope::store::Prediction;

namespace {

// P(T <= t) by Simpson's rule over the density: nothing of the product's continued fraction in it.
double integrated_t_cdf(double t, double degrees) {
  const double scale = std::exp(std::lgamma((degrees + 1) / 2) - std::lgamma(degrees / 2)) / std::sqrt(degrees * M_PI);
  const auto density = [&](double x) { return scale * std::pow(1 + x * x / degrees, -(degrees + 1) / 2); };
  constexpr int kSteps = 20000;
  const double step = t / kSteps;
  double sum = density(0) + density(t);
  for (int i = 1; i < kSteps; ++i) sum += density(i * step) * (i % 2 == 0 ? 2 : 4);
  return 0.5 + sum * step / 3;
}

std::vector<ExampleCounts> examples(std::uint64_t seed, std::size_t count, double chance) {
  std::mt19937_64 engine(seed);
  std::vector<ExampleCounts> result;
  for (std::size_t i = 0; i < count; ++i) {
    const double right = static_cast<double>(engine() % 1000) / 1000 < chance ? 1 : 0;
    result.push_back({right, 1});
  }
  return result;
}

// A side with one seed.
std::vector<std::vector<ExampleCounts>> one(std::vector<ExampleCounts> seed) {
  std::vector<std::vector<ExampleCounts>> seeds;
  seeds.push_back(std::move(seed));
  return seeds;
}

}  // namespace

TEST_CASE("Student's t quantiles equal the numerically integrated density and published values", "[figures]") {
  for (const double degrees : {1.0, 2.0, 4.0, 9.0, 30.0}) {
    for (const double probability : {0.6, 0.9, 0.975, 0.995}) {
      const double t = student_t_quantile(probability, degrees);
      if (t < 50) CHECK(integrated_t_cdf(t, degrees) == Approx(probability).margin(1e-9));
      CHECK(student_t_quantile(1 - probability, degrees) == Approx(-t).margin(1e-9));
    }
  }
  CHECK(student_t_quantile(0.975, 1) == Approx(12.7062047).epsilon(1e-7));
  CHECK(student_t_quantile(0.975, 4) == Approx(2.7764451).epsilon(1e-7));
}

TEST_CASE("The interval of a mean follows its formula and is missing below two values", "[figures]") {
  const std::vector<double> values = {40.1, 41.3, 39.8, 42.0, 40.9};
  const std::optional<Interval> interval = mean_interval(values);
  REQUIRE(interval);
  CHECK(mean_of(values) == Approx(40.82));
  CHECK(standard_deviation(values) == Approx(0.8927486));
  const double reach = 2.7764451 * 0.8927486 / std::sqrt(5.0);
  CHECK(interval->low == Approx(40.82 - reach).epsilon(1e-6));
  CHECK(interval->high == Approx(40.82 + reach).epsilon(1e-6));
  CHECK_FALSE(mean_interval(std::vector<double>{1}));
  CHECK(std::isnan(standard_deviation(std::vector<double>{1})));
}

TEST_CASE("Equal systems have no significant difference, very different ones have", "[figures]") {
  const std::vector<std::vector<ExampleCounts>> weak = {examples(1, 400, 0.4)}, strong = {examples(2, 400, 0.6)};
  const auto same = bootstrap_over_examples(weak, weak);
  REQUIRE(same);
  CHECK(same->difference == 0);
  CHECK(same->p == 1);
  const auto different = bootstrap_over_examples(weak, strong);
  REQUIRE(different);
  CHECK(different->difference == Approx(score_of(strong[0]) - score_of(weak[0])));
  CHECK(different->p < 0.01);
  CHECK(different->interval.low > 0);
  CHECK(different->interval.contains(different->difference));
}

TEST_CASE("The bootstrap's spread equals the one of a difference of means, worked out by hand", "[figures]") {
  const std::vector<ExampleCounts> a = examples(3, 500, 0.5), b = examples(4, 500, 0.55);
  std::vector<double> differences;
  for (std::size_t i = 0; i < a.size(); ++i) differences.push_back(b[i].numerator - a[i].numerator);
  const double expected = standard_deviation(differences) / std::sqrt(500.0);
  const auto result = bootstrap_over_examples(one(a), one(b), {.num_resamples = 8000});
  REQUIRE(result);
  CHECK((result->interval.high - result->interval.low) / 2 == Approx(1.96 * expected).epsilon(0.06));
}

TEST_CASE("A p-value is as small as chance says: about one in twenty below 0.05 without a difference", "[figures]") {
  int significant = 0;
  for (std::uint64_t trial = 0; trial < 200; ++trial) {
    const auto result = bootstrap_over_examples(one(examples(100 + 2 * trial, 150, 0.5)),
                                                one(examples(101 + 2 * trial, 150, 0.5)), {.num_resamples = 400});
    significant += result->p < 0.05 ? 1 : 0;
  }
  CHECK(significant >= 2);
  CHECK(significant <= 24);
}

TEST_CASE("The bootstrap refuses what is not paired", "[figures]") {
  const std::vector<std::vector<ExampleCounts>> few = {examples(1, 10, 0.5)}, many = {examples(1, 11, 0.5)};
  CHECK_FALSE(bootstrap_over_examples(few, many));
  CHECK_FALSE(bootstrap_over_examples({}, many));
  CHECK_FALSE(bootstrap_over_seeds(std::vector<double>{1, 2}, std::vector<double>{1}));
  CHECK_FALSE(interval_over_examples({}));
  const auto seeds = bootstrap_over_seeds(std::vector<double>{1, 2, 3, 4, 5}, std::vector<double>{3, 4.1, 4.9, 6, 7.2});
  REQUIRE(seeds);
  CHECK(seeds->difference == Approx(2.04));
  CHECK(seeds->p < 0.01);
}

TEST_CASE("A score over examples equals the score of all together", "[figures]") {
  // Two entities right of three guessed and four wanted: F1 = 4 / 7.
  const std::vector<Prediction> rows = {
      {0, R"({"words":["a","b"],"gold":["B-person","O"],"guess":["B-person","O"]})"},
      {1, R"({"words":["a","b","c"],"gold":["B-group","O","B-person"],"guess":["B-group","O","O"]})"},
      {2, R"({"words":["a","b"],"gold":["B-group","I-group"],"guess":["B-group","O"]})"}};
  const auto counts = example_counts(rows, "wnut17");
  REQUIRE(counts);
  CHECK(score_of(*counts) == Approx(4.0 / 7));
  const std::vector<RankedPrediction> worst = worst_predictions(rows, "wnut17", 5);
  REQUIRE(worst.size() == 2);
  CHECK(worst[0].index == 2);
  CHECK(worst[1].score == Approx(2.0 / 3));
}

TEST_CASE("Choices and answers are judged by what was stored with them, and rows of another form give nothing",
          "[figures]") {
  const std::vector<Prediction> rows = {{0, R"({"gold":2,"guess":2})"}, {1, R"({"gold":1,"guess":3,"loss":1.5})"}};
  CHECK(score_of(*example_counts(rows, "swag")) == Approx(0.5));
  CHECK(worst_predictions(rows, "swag", 5).front().index == 1);
  const std::vector<Prediction> answers = {{0, R"({"gold":["a"],"guess":"a b","exact":0,"f1":0.5,"loss":2})"},
                                           {1, R"({"gold":["a"],"guess":"a","exact":1,"f1":1,"loss":0.1})"}};
  CHECK(score_of(*example_counts(answers, "squad")) == Approx(0.75));
  CHECK(worst_predictions(answers, "squad", 5).size() == 1);
  CHECK_FALSE(example_counts(rows, "wnut17"));
  CHECK_FALSE(example_counts(std::vector<Prediction>{{0, "not JSON"}}, "swag"));
}
