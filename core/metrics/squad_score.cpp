#include "core/metrics/squad_score.h"

#include <algorithm>
#include <cstddef>
#include <numeric>
#include <utility>

#include "core/base/utf8.h"
#include "core/metrics/python_text.h"

namespace lorascope::metrics {
namespace {

constexpr std::u32string_view kPunctuation = U"!\"#$%&'()*+,-./:;<=>?@[\\]^_`{|}~";
constexpr std::u32string_view kArticles[] = {U"a", U"an", U"the"};

/// Length of the article that stands at `place` as a whole word, or 0.
std::size_t article_at(std::u32string_view text, std::size_t place) {
  if (place > 0 && is_python_word(text[place - 1])) return 0;
  for (const std::u32string_view article : kArticles) {
    const std::size_t end = place + article.size();
    const bool is_here = text.substr(place, article.size()) == article;
    if (is_here && (end == text.size() || !is_python_word(text[end]))) return article.size();
  }
  return 0;
}

/// The words of the normalised answer.
std::vector<std::u32string> normal_words(std::string_view answer) {
  std::u32string text = python_lower(decode_utf8(answer));
  std::erase_if(text, [](char32_t code) { return kPunctuation.find(code) != std::u32string_view::npos; });
  std::vector<std::u32string> words;
  std::u32string word;
  const auto end_word = [&] {
    if (!word.empty()) words.push_back(std::exchange(word, {}));
  };
  for (std::size_t i = 0; i < text.size();) {
    const std::size_t article = article_at(text, i);
    if (article > 0 || is_python_space(text[i])) {
      end_word();
      i += std::max<std::size_t>(article, 1);
    } else {
      word.push_back(text[i++]);
    }
  }
  end_word();
  return words;
}

std::size_t num_common(std::vector<std::u32string> left, std::vector<std::u32string> right) {
  std::sort(left.begin(), left.end());
  std::sort(right.begin(), right.end());
  std::vector<std::u32string> common;
  std::set_intersection(left.begin(), left.end(), right.begin(), right.end(), std::back_inserter(common));
  return common.size();
}

double word_f1(const std::vector<std::u32string>& guess, const std::vector<std::u32string>& answer,
               SquadVersion version) {
  if (version == SquadVersion::V2 && (guess.empty() || answer.empty())) return guess == answer ? 1.0 : 0.0;
  const auto common = static_cast<double>(num_common(guess, answer));
  if (common == 0.0) return 0.0;
  const double precision = common / static_cast<double>(guess.size());
  const double recall = common / static_cast<double>(answer.size());
  return 2.0 * precision * recall / (precision + recall);
}

/// Sums over a part of the questions.
class Tally {
 public:
  void add(const AnswerScore& score) {
    exact_ += score.exact;
    f1_ += score.f1;
    ++count_;
  }

  void write(std::map<std::string, double>& scores, const char* exact, const char* f1, const char* total) const {
    if (count_ == 0) return;
    const auto count = static_cast<double>(count_);
    scores[exact] = 100.0 * exact_ / count;
    scores[f1] = 100.0 * f1_ / count;
    scores[total] = count;
  }

 private:
  double exact_ = 0.0, f1_ = 0.0;
  std::size_t count_ = 0;
};

struct BestThreshold {
  double score, threshold;
};

/// The threshold on null_odds that would have given the best mean, as the official v2 program finds it: from "no answer
/// everywhere" questions are answered one by one in the order of their odds.
BestThreshold best_threshold(std::span<const AnsweredQuestion> questions, const std::vector<double>& values) {
  std::vector<std::size_t> order(questions.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::stable_sort(order.begin(), order.end(), [&](std::size_t left, std::size_t right) {
    return questions[left].null_odds < questions[right].null_odds;
  });
  double current = static_cast<double>(
      std::count_if(questions.begin(), questions.end(), [](const auto& question) { return question.answers.empty(); }));
  BestThreshold best = {current, 0.0};
  for (const std::size_t i : order) {
    if (!questions[i].answers.empty()) {
      current += values[i];
    } else if (!questions[i].guess.value_or("").empty()) {
      current -= 1.0;
    }
    if (current > best.score) best = {current, questions[i].null_odds};
  }
  best.score *= 100.0 / static_cast<double>(questions.size());
  return best;
}

}  // namespace

std::string normalize_answer(std::string_view answer) {
  std::u32string joined;
  for (const std::u32string& word : normal_words(answer)) {
    if (!joined.empty()) joined.push_back(U' ');
    joined += word;
  }
  return encode_utf8(joined);
}

AnswerScore score_answer(const AnsweredQuestion& question, SquadVersion version) {
  AnswerScore best;
  if (!question.guess) return best;
  const std::vector<std::u32string> guess = normal_words(*question.guess);
  std::vector<std::vector<std::u32string>> answers;
  for (const std::string& answer : question.answers) {
    std::vector<std::u32string> words = normal_words(answer);
    if (version == SquadVersion::V1 || !words.empty()) answers.push_back(std::move(words));
  }
  if (version == SquadVersion::V2 && answers.empty()) answers.emplace_back();
  for (const auto& answer : answers) {
    best.exact = std::max(best.exact, guess == answer ? 1.0 : 0.0);
    best.f1 = std::max(best.f1, word_f1(guess, answer, version));
  }
  return best;
}

std::map<std::string, double> squad_scores(std::span<const AnsweredQuestion> questions, SquadVersion version) {
  Tally all, answerable, unanswerable;
  std::vector<double> exact, f1;
  for (const AnsweredQuestion& question : questions) {
    const AnswerScore score = score_answer(question, version);
    all.add(score);
    (question.answers.empty() ? unanswerable : answerable).add(score);
    exact.push_back(score.exact);
    f1.push_back(score.f1);
  }
  std::map<std::string, double> scores = {{"total", 0.0}, {"exact_match", 0.0}, {"f1", 0.0}};
  all.write(scores, "exact_match", "f1", "total");
  if (version == SquadVersion::V1 || questions.empty()) return scores;
  answerable.write(scores, "HasAns_exact", "HasAns_f1", "HasAns_total");
  unanswerable.write(scores, "NoAns_exact", "NoAns_f1", "NoAns_total");
  const BestThreshold best_exact = best_threshold(questions, exact), best_f1 = best_threshold(questions, f1);
  scores["best_exact"] = best_exact.score;
  scores["best_exact_thresh"] = best_exact.threshold;
  scores["best_f1"] = best_f1.score;
  scores["best_f1_thresh"] = best_f1.threshold;
  return scores;
}

}  // namespace lorascope::metrics
