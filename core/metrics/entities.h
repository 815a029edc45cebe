#pragma once

#include <compare>
#include <span>
#include <string>
#include <vector>

namespace lorascope::metrics {

/// A named entity of one sentence: words first … last, inclusive.
struct Entity {
  std::string type;
  int first = 0;
  int last = 0;

  auto operator<=>(const Entity&) const = default;
};

/// Entities as seqeval's default mode and conlleval find them: B-, or I- after O or after another type, begins one; a
/// change of type, B- or O ends it. E- and S- (and any other letter) are read as seqeval reads them. The type is what
/// follows the first hyphen, "_" where that is nothing.
std::vector<Entity> lenient_entities(std::span<const std::string> tags);

/// Entities of well-formed IOB2 only: B-TYPE and the I-TYPE that follow it; a stray I- belongs to none.
std::vector<Entity> strict_entities(std::span<const std::string> tags);

}  // namespace lorascope::metrics
