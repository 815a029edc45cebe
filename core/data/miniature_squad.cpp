#include "core/data/miniature_squad.h"

#include <algorithm>
#include <map>
#include <set>
#include <string_view>
#include <utility>

#include "core/base/error.h"
#include "core/data/grammar.h"
#include "core/data/miniature_names.h"
#include "core/data/miniature_squad_rules.h"
#include "core/data/random.h"

namespace lorascope::data {
namespace {

using Slots = std::map<std::string, std::string, std::less<>>;

char capital(char letter) {
  return letter >= 'a' && letter <= 'z' ? static_cast<char>(letter - 'a' + 'A') : letter;
}

/// A text that grows word by word; signs join the word before them.
class Sentence {
 public:
  void add(std::string_view word) {
    const bool is_sign = word == "." || word == "," || word == "?";
    if (!text_.empty() && !is_sign) text_ += ' ';
    begin_ = text_.size();
    text_ += word;
  }

  /// Where the last word begins.
  std::size_t begin_of_last() const { return begin_; }

  std::string take() { return std::move(text_); }

 private:
  std::string text_;
  std::size_t begin_ = 0;
};

/// A statement of a report, with where each slot's words stand in it.
struct Fact {
  std::string kind, text;
  Slots slots;
  std::map<std::string, std::size_t, std::less<>> begins;
};

class ReportMaker {
 public:
  explicit ReportMaker(Random& random) : random_(random), grammar_(kReportRules), names_(random) {}

  /// Some questions about one report.
  std::vector<SquadQuestion> make(Part part) {
    constexpr std::size_t kFacts = 2, kQuestions = 2;
    used_.clear();
    std::vector<Fact> facts;
    const std::vector<std::string>& kinds = grammar_.alternatives("facts");
    for (std::size_t i = 0; i < kFacts; ++i) {
      // Two facts of one kind: the words of the question alone do not tell which sentence is meant.
      const bool repeats = i == 1 && random_.chance(60);
      facts.push_back(make_fact(repeats ? facts.front().kind : random_.pick(kinds), part));
    }
    random_.shuffle(facts);
    std::string context;
    for (Fact& fact : facts) {
      for (auto& [slot, begin] : fact.begins) begin += context.size() + (context.empty() ? 0 : 1);
      context += (context.empty() ? "" : " ") + fact.text;
    }
    std::vector<SquadQuestion> questions;
    std::set<std::string> asked;
    while (questions.size() < kQuestions) {
      SquadQuestion question = ask(facts[random_.below(facts.size())], part);
      question.context = context;
      SquadAnswer& answer = question.answers.front();  // a capital where it begins a sentence
      answer.text = context.substr(static_cast<std::size_t>(answer.start), answer.text.size());
      if (asked.insert(question.question).second) questions.push_back(std::move(question));
    }
    return questions;
  }

 private:
  std::string rule_of(const std::string& stem, Part part) {
    constexpr int kSharedPercent = 50;
    return stem + (random_.chance(kSharedPercent) ? ".shared" : part == Part::Train ? ".train" : ".held");
  }

  Fact make_fact(const std::string& kind, Part part) {
    Fact fact;
    fact.kind = kind;
    Sentence sentence;
    grammar_.expand(
        random_.pick(grammar_.alternatives(rule_of(kind, part))), random_,
        [&](std::string_view word) { sentence.add(word); },
        [&](std::string_view slot) {
          const std::string words = fill(slot, part);
          sentence.add(words);
          fact.begins[std::string(slot)] = sentence.begin_of_last();
          fact.slots[std::string(slot)] = words;
        });
    fact.text = sentence.take();
    fact.text[0] = capital(fact.text[0]);
    return fact;
  }

  /// Words for a slot that no other slot of the report has: "Mia" and "Mia Brelson" would be one.
  std::string fill(std::string_view slot, Part part) {
    const std::string_view kind = slot.substr(0, slot.size() - 1);
    for (;;) {
      std::string words;
      const bool is_name =
          kind == "person" || kind == "location" || kind == "corporation" || kind == "group" || kind == "creative-work";
      if (is_name) {
        for (const std::string& word : names_.make(kind, part, random_)) words += (words.empty() ? "" : " ") + word;
      } else {
        Sentence sentence;
        grammar_.expand(
            random_.pick(grammar_.alternatives(kind)), random_, [&](std::string_view word) { sentence.add(word); },
            [](std::string_view) {});
        words = sentence.take();
      }
      const bool is_known = std::any_of(used_.begin(), used_.end(), [&](const std::string& other) {
        return other.find(words) != std::string::npos || words.find(other) != std::string::npos;
      });
      if (!is_known) return used_.emplace_back(words);
    }
  }

  SquadQuestion ask(const Fact& fact, Part part) {
    const std::string& pattern = random_.pick(grammar_.alternatives(rule_of(fact.kind + ".ask", part)));
    const std::size_t equals = pattern.find(" = ");
    const std::string slot = pattern.substr(0, equals);
    Sentence sentence;
    grammar_.expand(
        std::string_view(pattern).substr(equals + 3), random_, [&](std::string_view word) { sentence.add(word); },
        [&](std::string_view name) { sentence.add(fact.slots.find(name)->second); });
    SquadQuestion question;
    question.question = sentence.take();
    const std::size_t begin = fact.begins.find(slot)->second;
    question.answers = {{fact.slots.find(slot)->second, static_cast<std::int64_t>(begin)}};
    return question;
  }

  Random& random_;
  Grammar grammar_;
  MiniatureNames names_;
  std::vector<std::string> used_;
};

}  // namespace

SquadSplits make_miniature_squad(const MiniatureOptions& options) {
  check_miniature_size(options.size);
  Random random(options.seed);
  ReportMaker maker(random);
  std::set<std::string> known;
  const auto fill = [&](std::vector<SquadQuestion>& questions, Part part, const std::string& name, int count) {
    while (questions.size() < static_cast<std::size_t>(count)) {
      std::vector<SquadQuestion> made = maker.make(part);
      if (!known.insert(made.front().context).second) continue;
      for (SquadQuestion& question : made) {
        if (questions.size() == static_cast<std::size_t>(count)) break;
        question.id = "miniature-" + name + "-" + std::to_string(questions.size());
        question.title = "Reports for " + name;
        questions.push_back(std::move(question));
      }
    }
  };
  SquadSplits splits;
  fill(splits.train, Part::Train, "train", options.size);
  fill(splits.dev, Part::Dev, "dev", options.size / 4);
  fill(splits.test, Part::Test, "test", options.size * 3 / 8);
  return splits;
}

}  // namespace lorascope::data
