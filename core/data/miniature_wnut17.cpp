#include "core/data/miniature_wnut17.h"

#include <algorithm>
#include <set>
#include <string_view>
#include <utility>

#include "core/base/error.h"
#include "core/data/grammar.h"
#include "core/data/miniature_names.h"
#include "core/data/miniature_wnut17_rules.h"
#include "core/data/random.h"

namespace lorascope::data {
namespace {

std::string lower_ascii(std::string_view text) {
  std::string lowered(text);
  for (char& byte : lowered) {
    if (byte >= 'A' && byte <= 'Z') byte = static_cast<char>(byte - 'A' + 'a');
  }
  return lowered;
}

// A doubled letter or a lost one: the names stay, the words around them are typed in a hurry.
std::string mistype(std::string_view word, Random& random) {
  std::string typed(word);
  const std::size_t place = 1 + random.below(typed.size() - 2);
  if (random.chance(50)) {
    typed.erase(place, 1);
  } else {
    typed.insert(place, 1, typed[place]);
  }
  return typed;
}

class PostMaker {
 public:
  explicit PostMaker(Random& random) : random_(random), grammar_(kPostRules), names_(random) {}

  TaggedSentence make(Part part) {
    TaggedSentence post;
    const bool all_lower = random_.chance(25);
    const auto add = [&](std::string_view word, std::string tag) {
      post.words.push_back(all_lower ? lower_ascii(word) : std::string(word));
      post.tags.push_back(std::move(tag));
    };
    grammar_.expand(
        random_.pick(grammar_.alternatives(rule_of(part))), random_,
        [&](std::string_view word) {
          const bool is_plain_word =
              word.size() > 4 && word.find_first_not_of("abcdefghijklmnopqrstuvwxyz") == word.npos;
          add(is_plain_word && random_.chance(3) ? mistype(word, random_) : std::string(word), "O");
        },
        [&](std::string_view type) {
          const char* prefix = "B-";
          for (const std::string& word : names_.make(type, part, random_)) {
            add(word, prefix + std::string(type));
            prefix = "I-";
          }
        });
    return post;
  }

 private:
  std::string_view rule_of(Part part) {
    constexpr int kPlainPercent = 25, kSharedPercent = 50;
    if (random_.chance(kPlainPercent)) return "plain";
    if (random_.chance(kSharedPercent)) return "shared";
    return part == Part::Train ? "train" : "held";
  }

  Random& random_;
  Grammar grammar_;
  MiniatureNames names_;
};

}  // namespace

void check_miniature_size(int size) {
  constexpr int kSmallest = 16, kLargest = 100000;
  if (size < kSmallest || size > kLargest) {
    throw UsageError("size " + std::to_string(size) + " is outside 16 … 100000", "the default is 800");
  }
}

TaggedSplits make_miniature_wnut17(const MiniatureOptions& options) {
  check_miniature_size(options.size);
  Random random(options.seed);
  PostMaker maker(random);
  std::set<std::vector<std::string>> known;
  const auto fill = [&](std::vector<TaggedSentence>& posts, Part part, int count) {
    std::size_t line = 1;
    while (posts.size() < static_cast<std::size_t>(count)) {
      TaggedSentence post = maker.make(part);
      if (!known.insert(post.words).second) continue;
      post.line = line;
      line += post.words.size() + 1;
      posts.push_back(std::move(post));
    }
  };
  TaggedSplits splits;
  fill(splits.train, Part::Train, options.size);
  fill(splits.dev, Part::Dev, options.size / 4);
  fill(splits.test, Part::Test, options.size * 3 / 8);
  return splits;
}

std::string conll_text(std::span<const TaggedSentence> sentences) {
  std::string text;
  for (const TaggedSentence& sentence : sentences) {
    for (std::size_t i = 0; i < sentence.words.size(); ++i) text += sentence.words[i] + '\t' + sentence.tags[i] + '\n';
    text += '\n';
  }
  return text;
}

}  // namespace lorascope::data
