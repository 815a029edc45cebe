#include "core/data/miniature_swag.h"

#include <algorithm>
#include <map>
#include <set>
#include <string_view>
#include <utility>

#include "core/data/grammar.h"
#include "core/data/miniature_names.h"
#include "core/data/miniature_swag_rules.h"
#include "core/data/random.h"

namespace lorascope::data {
namespace {

using Slots = std::map<std::string, std::string, std::less<>>;

/// What there is, and what one does with it or then.
struct Scene {
  std::string premise, action;
};

std::vector<Scene> scenes_of(std::string_view lines) {
  std::vector<Scene> scenes;
  for (const std::string& line : split_and_trim(lines, '\n')) {
    const std::size_t equals = line.find(" = ");
    if (equals != std::string::npos) scenes.push_back({line.substr(0, equals), line.substr(equals + 3)});
  }
  return scenes;
}

/// Scenes of one kind, divided: dev and test have some that training never shows.
class SceneList {
 public:
  SceneList(std::string_view lines, Random& random) {
    std::vector<Scene> all = scenes_of(lines);
    random.shuffle(all);
    const auto at = [&](std::size_t tenths) {
      return all.begin() + static_cast<std::ptrdiff_t>(all.size() * tenths / 10);
    };
    parts_[0] = {at(0), at(6)};
    parts_[1] = {at(6), at(8)};
    parts_[2] = {at(8), at(10)};
  }

  const Scene& pick(Part part, Random& random) const {
    constexpr int kSeenPercent = 40;
    const bool is_seen = part == Part::Train || random.chance(kSeenPercent);
    return random.pick(parts_[is_seen ? 0 : static_cast<int>(part)]);
  }

  /// A scene with another action than those given, from the same part.
  const Scene& pick_other(Part part, const std::set<std::string>& actions, Random& random) const {
    for (;;) {
      const Scene& scene = pick(part, random);
      if (!actions.contains(scene.action)) return scene;
    }
  }

 private:
  std::vector<Scene> parts_[3];
};

class SceneMaker {
 public:
  explicit SceneMaker(Random& random)
      : random_(random), grammar_(kSceneRules), tools_(kToolScenes, random), states_(kStateScenes, random) {}

  /// A row whose right ending stands first.
  SwagRow make(Part part) {
    constexpr std::size_t kKinds = 10, kTools = 5, kStates = 8;  // five, three and two of ten
    slots_.clear();
    slots_["person"] = any("person");
    const std::size_t kind = random_.below(kKinds);
    SwagRow row = kind < kTools    ? plain(tools_, "tool", part)
                  : kind < kStates ? plain(states_, "state", part)
                                   : twins(part);
    row.sent2 = capital(text_of(any("start")));
    row.video_id = "miniature";
    row.gold_source = "gold";
    for (std::string& ending : row.endings) ending += '.';
    return row;
  }

 private:
  std::string any(std::string_view rule) { return random_.pick(grammar_.alternatives(rule)); }

  std::string wording(const std::string& kind, Part part) {
    constexpr int kSharedPercent = 50;
    return any(kind + (random_.chance(kSharedPercent) ? ".shared" : part == Part::Train ? ".train" : ".held"));
  }

  std::string text_of(std::string_view pattern) {
    std::string text;
    const auto add = [&](std::string_view words) {
      if (!text.empty() && words != "." && words != ",") text += ' ';
      const bool begins_sentence = text.empty() || text.ends_with(". ");
      text += begins_sentence ? capital(std::string(words)) : std::string(words);
    };
    grammar_.expand(pattern, random_, add, [&](std::string_view slot) { add(slots_.find(slot)->second); });
    return text;
  }

  static std::string capital(std::string text) {
    if (!text.empty() && text[0] >= 'a' && text[0] <= 'z') text[0] = static_cast<char>(text[0] - 'a' + 'A');
    return text;
  }

  /// One scene, and the actions of three others of the same kind as wrong endings.
  SwagRow plain(const SceneList& scenes, const std::string& kind, Part part) {
    const Scene& scene = scenes.pick(part, random_);
    slots_[kind] = scene.premise;
    slots_["place"] = any("place");
    SwagRow row;
    row.sent1 = text_of(wording(kind, part));
    row.endings[0] = scene.action;
    std::set<std::string> actions = {scene.action};
    for (std::size_t i = 1; i < row.endings.size(); ++i) {
      row.endings[i] = scenes.pick_other(part, actions, random_).action;
      actions.insert(row.endings[i]);
    }
    return row;
  }

  /// Two things of one sort: only the beginning says which is wanted and where it is.
  SwagRow twins(Part part) {
    slots_["object"] = any("object");
    draw_two("colour", "first", "second");
    draw_two("spot", "here", "there");
    SwagRow row;
    row.sent1 = text_of(wording("twins", part));
    row.endings[0] = lowered(text_of(any("right")));
    const std::vector<std::string>& wrong = grammar_.alternatives("wrong");
    for (std::size_t i = 0; i < wrong.size(); ++i) row.endings[i + 1] = lowered(text_of(wrong[i]));
    return row;
  }

  static std::string lowered(std::string text) {
    text[0] = static_cast<char>(text[0] - 'A' + 'a');
    return text;
  }

  void draw_two(std::string_view rule, const char* first, const char* second) {
    slots_[first] = any(rule);
    do {
      slots_[second] = any(rule);
    } while (slots_[second] == slots_[first]);
  }

  Random& random_;
  Grammar grammar_;
  SceneList tools_, states_;
  Slots slots_;
};

// Each block of four rows has the four labels in a random order.
void place_answers(std::vector<SwagRow>& rows, Random& random) {
  std::vector<int> labels = {0, 1, 2, 3};
  for (std::size_t i = 0; i < rows.size(); ++i) {
    if (i % labels.size() == 0) random.shuffle(labels);
    SwagRow& row = rows[i];
    std::vector<std::string> wrong(row.endings.begin() + 1, row.endings.end());
    random.shuffle(wrong);
    row.label = labels[i % labels.size()];
    wrong.insert(wrong.begin() + row.label, row.endings[0]);
    std::copy(wrong.begin(), wrong.end(), row.endings.begin());
    row.fold_ind = std::to_string(i);
  }
}

}  // namespace

SwagSplits make_miniature_swag(const MiniatureOptions& options) {
  check_miniature_size(options.size);
  Random random(options.seed);
  SceneMaker maker(random);
  std::set<std::string> known;
  const auto fill = [&](std::vector<SwagRow>& rows, Part part, int count) {
    while (rows.size() < static_cast<std::size_t>(count)) {
      SwagRow row = maker.make(part);
      const std::string text =
          row.sent1 + row.sent2 + row.endings[0] + row.endings[1] + row.endings[2] + row.endings[3];
      if (known.insert(text).second) rows.push_back(std::move(row));
    }
    place_answers(rows, random);
  };
  SwagSplits splits;
  fill(splits.train, Part::Train, options.size);
  fill(splits.dev, Part::Dev, options.size / 4);
  fill(splits.test, Part::Test, options.size * 3 / 8);
  return splits;
}

}  // namespace lorascope::data
