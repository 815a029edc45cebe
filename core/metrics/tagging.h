#pragma once

#include <map>
#include <span>
#include <string>
#include <vector>

namespace lorascope::metrics {

/// A sentence with its right and its guessed tags, all of one length; words may be empty.
struct TaggedGuess {
  std::vector<std::string> words;
  std::vector<std::string> gold;
  std::vector<std::string> guess;
};

/// What a ratio without denominator is: 0 (seqeval's default) or 1 (as the paper's model cards used it).
enum class ZeroDivision { Zero, One };

/// Every score of a tagging task under the names of the originals, 0 to 1 (supports are counts):
/// `precision`, `recall`, `f1` (lenient entities of seqeval), `accuracy` (tokens), `TYPE.precision|recall|f1|support`;
/// the same with `strict.` in front for well-formed IOB2 entities; `surface.precision|recall|f1` of WNUT17's own
/// program. Surface figures are left out where words are missing.
std::map<std::string, double> tagging_scores(std::span<const TaggedGuess> sentences,
                                             ZeroDivision zero_division = ZeroDivision::Zero);

}  // namespace lorascope::metrics
