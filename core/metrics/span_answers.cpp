#include "core/metrics/span_answers.h"

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <limits>
#include <numeric>
#include <optional>

namespace lorascope::metrics {
namespace {

float ordered(float logit) {
  return std::isnan(logit) ? -std::numeric_limits<float>::infinity() : logit;
}

/// Positions by falling logit, among equal ones the higher position first; the first `count`.
std::vector<std::size_t> largest_first(std::span<const float> logits, std::size_t count) {
  std::vector<std::size_t> order(logits.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  count = std::min(count, order.size());
  std::partial_sort(order.begin(), order.begin() + static_cast<std::ptrdiff_t>(count), order.end(),
                    [&](std::size_t left, std::size_t right) {
                      const float a = ordered(logits[left]), b = ordered(logits[right]);
                      return a != b ? a > b : left > right;
                    });
  order.resize(count);
  return order;
}

SpanCandidate candidate(const SpanWindow& window, std::size_t start, std::size_t end) {
  SpanCandidate result;
  result.begin = window.offsets[start].first;
  result.end = window.offsets[end].second;
  result.start_logit = window.start_logits[start];
  result.end_logit = window.end_logits[end];
  result.score = result.start_logit + result.end_logit;
  return result;
}

void add_candidates(const SpanWindow& window, const SpanAnswerOptions& options, std::vector<SpanCandidate>& found) {
  const auto count = static_cast<std::size_t>(std::max(options.n_best, 1));
  const auto longest = static_cast<std::size_t>(std::max(options.max_answer_length, 1));
  const std::vector<std::size_t> ends = largest_first(window.end_logits, count);
  for (const std::size_t start : largest_first(window.start_logits, count)) {
    if (window.offsets[start].first < 0) continue;
    for (const std::size_t end : ends) {
      if (end < start || end - start + 1 > longest || window.offsets[end].first < 0) continue;
      found.push_back(candidate(window, start, end));
    }
  }
}

/// "No answer", by the window that believes in it least.
std::optional<SpanCandidate> null_candidate(std::span<const SpanWindow> windows) {
  std::optional<SpanCandidate> worst;
  for (const SpanWindow& window : windows) {
    if (window.start_logits.empty()) continue;
    SpanCandidate here = candidate(window, 0, 0);
    here.begin = here.end = 0;
    if (!worst || ordered(here.score) < ordered(worst->score)) worst = here;
  }
  return worst;
}

/// Byte positions of the code points of a text, its end included.
std::vector<std::size_t> code_point_begins(std::string_view text) {
  std::vector<std::size_t> begins;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if ((static_cast<unsigned char>(text[i]) & 0xC0) != 0x80) begins.push_back(i);
  }
  begins.push_back(text.size());
  return begins;
}

void set_texts(std::string_view context, std::vector<SpanCandidate>& candidates) {
  const std::vector<std::size_t> begins = code_point_begins(context);
  const auto byte_of = [&](int code_point) {
    return begins[std::min(static_cast<std::size_t>(code_point), begins.size() - 1)];
  };
  for (SpanCandidate& each : candidates) {
    const std::size_t begin = byte_of(each.begin), end = std::max(byte_of(each.end), begin);
    each.text = context.substr(begin, end - begin);
  }
}

void set_probabilities(std::vector<SpanCandidate>& candidates) {
  double highest = -std::numeric_limits<double>::infinity();
  for (const SpanCandidate& each : candidates) highest = std::max(highest, static_cast<double>(ordered(each.score)));
  double sum = 0.0;
  for (SpanCandidate& each : candidates) {
    each.probability = std::isinf(highest) ? 1.0 : std::exp(static_cast<double>(ordered(each.score)) - highest);
    sum += each.probability;
  }
  for (SpanCandidate& each : candidates) each.probability /= sum;
}

}  // namespace

SpanAnswer best_answer(std::span<const SpanWindow> windows, std::string_view context,
                       const SpanAnswerOptions& options) {
  std::vector<SpanCandidate> found;
  for (const SpanWindow& window : windows) add_candidates(window, options, found);
  const std::optional<SpanCandidate> null = options.null_answers ? null_candidate(windows) : std::nullopt;
  if (null) found.push_back(*null);
  std::stable_sort(found.begin(), found.end(), [](const SpanCandidate& left, const SpanCandidate& right) {
    return ordered(left.score) > ordered(right.score);
  });
  found.resize(std::min(found.size(), static_cast<std::size_t>(std::max(options.n_best, 1))));
  const auto is_null = [](const SpanCandidate& each) { return each.begin == 0 && each.end == 0; };
  if (null && std::none_of(found.begin(), found.end(), is_null)) found.push_back(*null);
  set_texts(context, found);
  if (found.empty() || (found.size() == 1 && found.front().text.empty())) {
    SpanCandidate nothing;
    nothing.text = "empty";
    found.insert(found.begin(), nothing);
  }
  set_probabilities(found);

  SpanAnswer answer;
  answer.text = options.null_answers && !null ? std::string() : found.front().text;
  if (null) {
    const auto best = std::find_if(found.begin(), found.end(), [](const auto& each) { return !each.text.empty(); });
    if (best != found.end()) {
      answer.null_odds = static_cast<double>(null->score - best->start_logit - best->end_logit);
      answer.text = answer.null_odds > options.null_threshold ? std::string() : best->text;
    }
  }
  answer.n_best = std::move(found);
  return answer;
}

}  // namespace lorascope::metrics
