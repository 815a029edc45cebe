#include "core/metrics/span_answers.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <random>
#include <string>
#include <vector>

#include "tests/support/catch.h"

using namespace lorascope::metrics;

namespace {

/// A window that owns its numbers.
struct Window {
  std::vector<std::pair<int, int>> offsets;
  std::vector<float> starts, ends;

  SpanWindow view() const { return {offsets, starts, ends}; }
};

// [CLS] ? [SEP] one token a letter from `begin` on [SEP]
Window window(int begin, int length) {
  Window result;
  result.offsets = {{-1, -1}, {-1, -1}, {-1, -1}};
  for (int i = 0; i < length; ++i) result.offsets.emplace_back(begin + i, begin + i + 1);
  result.offsets.emplace_back(-1, -1);
  result.starts.assign(result.offsets.size(), 0.0F);
  result.ends.assign(result.offsets.size(), 0.0F);
  return result;
}

struct NaiveSpan {
  float score;
  int begin, end;
};

// All pairs of all windows, no shortcuts.
std::vector<NaiveSpan> naive_spans(const std::vector<Window>& windows, const SpanAnswerOptions& options) {
  std::vector<NaiveSpan> spans;
  for (const Window& each : windows) {
    const auto rank = [](const std::vector<float>& logits, std::size_t place) {
      std::size_t better = 0;
      for (std::size_t i = 0; i < logits.size(); ++i) {
        if (logits[i] > logits[place] || (logits[i] == logits[place] && i > place)) ++better;
      }
      return better;
    };
    for (std::size_t s = 0; s < each.starts.size(); ++s) {
      for (std::size_t e = s; e < each.ends.size(); ++e) {
        const bool is_tried = rank(each.starts, s) < static_cast<std::size_t>(options.n_best) &&
                              rank(each.ends, e) < static_cast<std::size_t>(options.n_best);
        const bool is_inside = each.offsets[s].first >= 0 && each.offsets[e].first >= 0;
        if (!is_tried || !is_inside || e - s + 1 > static_cast<std::size_t>(options.max_answer_length)) continue;
        spans.push_back({each.starts[s] + each.ends[e], each.offsets[s].first, each.offsets[e].second});
      }
    }
  }
  std::sort(spans.begin(), spans.end(), [](const auto& a, const auto& b) { return a.score > b.score; });
  spans.resize(std::min<std::size_t>(spans.size(), static_cast<std::size_t>(options.n_best)));
  return spans;
}

}  // namespace

TEST_CASE("the n best answers are those of all pairs of all windows", "[metrics]") {
  std::mt19937 random(5);
  std::normal_distribution<float> normal;
  const std::string context = "abcdefghijklmnopqrstuvwxyz";
  for (int round = 0; round < 60; ++round) {
    std::vector<Window> windows = {window(0, 14), window(9, 12), window(18, 8)};
    std::vector<SpanWindow> views;
    for (Window& each : windows) {
      for (float& logit : each.starts) logit = normal(random);
      for (float& logit : each.ends) logit = normal(random);
      views.push_back(each.view());
    }
    SpanAnswerOptions options;
    options.n_best = 1 + round % 9;
    options.max_answer_length = 1 + round % 6;
    const auto expected = naive_spans(windows, options);
    const SpanAnswer answer = best_answer(views, context, options);
    if (expected.empty()) {
      CHECK(answer.text == "empty");
      continue;
    }
    REQUIRE(answer.n_best.size() == expected.size());
    double sum = 0.0;
    for (std::size_t i = 0; i < expected.size(); ++i) {
      const SpanCandidate& found = answer.n_best[i];
      CHECK(found.score == expected[i].score);
      CHECK(found.begin == expected[i].begin);
      CHECK(found.end == expected[i].end);
      CHECK(found.text ==
            context.substr(static_cast<std::size_t>(found.begin), static_cast<std::size_t>(found.end - found.begin)));
      CHECK(found.probability / answer.n_best[0].probability ==
            Approx(std::exp(static_cast<double>(found.score) - answer.n_best[0].score)));
      sum += found.probability;
    }
    CHECK(sum == Approx(1.0));
    CHECK(answer.text == answer.n_best[0].text);
  }
}

TEST_CASE("among equal logits the higher position comes first", "[metrics]") {
  const Window each = window(0, 5);
  const SpanWindow view = each.view();
  SpanAnswerOptions options;
  options.n_best = 3;  // tries the last [SEP] and the last two letters
  const SpanAnswer answer = best_answer(std::span(&view, 1), "vwxyz", options);
  REQUIRE(answer.n_best.size() == 3);
  CHECK(answer.n_best[0].text == "z");
  CHECK(answer.n_best[1].text == "yz");
  CHECK(answer.n_best[2].text == "y");
}

TEST_CASE("a question without answer competes in version 2", "[metrics]") {
  Window first = window(0, 4), second = window(2, 4);
  first.starts[4] = first.ends[5] = 3.0F;    // "bc", 6
  first.starts[0] = first.ends[0] = 4.0F;    // null 8
  second.starts[0] = second.ends[0] = 2.0F;  // null 4: the worst counts
  const std::vector<SpanWindow> views = {first.view(), second.view()};
  SpanAnswerOptions options;
  options.null_answers = true;
  const SpanAnswer kept = best_answer(views, "abcdef", options);
  CHECK(kept.text == "bc");
  CHECK(kept.null_odds == -2.0);
  options.null_threshold = -2.5;
  CHECK(best_answer(views, "abcdef", options).text.empty());
  options.n_best = 1;  // null is cut, then added again
  const SpanAnswer one = best_answer(views, "abcdef", options);
  REQUIRE(one.n_best.size() == 2);
  CHECK(one.n_best[1].text.empty());
  CHECK(one.n_best[1].score == 4.0F);
}

TEST_CASE("where nothing is left the original says empty", "[metrics]") {
  CHECK(best_answer({}, "abc").text == "empty");
  SpanAnswerOptions options;
  options.null_answers = true;
  CHECK(best_answer({}, "abc", options).text.empty());
  const Window none = window(0, 0);
  const SpanWindow view = none.view();
  const SpanAnswer answer = best_answer(std::span(&view, 1), "", options);
  REQUIRE(answer.n_best.size() == 2);
  CHECK(answer.n_best[0].text == "empty");
  CHECK(answer.n_best[0].probability == Approx(0.5));
}

TEST_CASE("logits that are not numbers come last and break nothing", "[metrics]") {
  Window each = window(0, 4);
  const float nan = std::numeric_limits<float>::quiet_NaN();
  std::fill(each.starts.begin(), each.starts.end(), nan);
  each.starts[4] = 1.0F;
  each.ends[4] = 1.0F;
  const SpanWindow view = each.view();
  SpanAnswerOptions options;
  options.null_answers = true;
  const SpanAnswer answer = best_answer(std::span(&view, 1), "wxyz", options);
  CHECK(answer.n_best[0].text == "x");
  CHECK(std::isfinite(answer.n_best[0].probability));
}

TEST_CASE("texts are cut at code points", "[metrics]") {
  Window each = window(0, 4);
  each.starts[4] = each.ends[4] = 1.0F;
  const SpanWindow view = each.view();
  CHECK(best_answer(std::span(&view, 1),
                    "a\xF0\x9F\x98\x80"
                    "bc")
            .text == "\xF0\x9F\x98\x80");
}

TEST_CASE("files are those that Python's json writes", "[metrics]") {
  NamedAnswer named;
  named.id = "q1";
  named.answer.text = "caf\xC3\xA9 \"x\"\x7F";
  named.answer.null_odds = 0.00001;
  SpanCandidate candidate;
  candidate.text = "y";
  candidate.start_logit = 1.5F;
  candidate.end_logit = 0.1F;
  candidate.score = 1.6F;
  candidate.probability = 0.25;
  named.answer.n_best = {candidate};
  const std::vector<NamedAnswer> answers = {named};
  CHECK(predictions_json(answers) == "{\n    \"q1\": \"caf\\u00e9 \\\"x\\\"\\u007f\"\n}\n");
  CHECK(null_odds_json(answers) == "{\n    \"q1\": 1e-05\n}\n");
  CHECK(nbest_json(answers) ==
        "{\n    \"q1\": [\n        {\n            \"start_logit\": 1.5,\n            \"end_logit\": "
        "0.10000000149011612,\n"
        "            \"text\": \"y\",\n            \"probability\": 0.25,\n            \"score\": 1.600000023841858\n"
        "        }\n    ]\n}\n");
  CHECK(predictions_json({}) == "{}\n");
}
