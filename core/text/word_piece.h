#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "core/text/vocabulary.h"

namespace lorascope::text {

/// One word on its way into WordPiece: its bytes, and for each code point where it begins and the hash before it. Kept
/// by the caller and cleared for each word, so that nothing is allocated per word.
class WordBuffer {
 public:
  void clear();
  /// Appends one ASCII character; the word may hold others too.
  void add_ascii(char byte);
  void add(char32_t code);

  std::size_t num_codes() const { return begins_.size() - 1; }
  std::string_view bytes(std::size_t first, std::size_t last) const {
    return std::string_view(bytes_).substr(begins_[first], begins_[last] - begins_[first]);
  }
  std::uint64_t hash(std::size_t first, std::size_t last, const Vocabulary& vocabulary) const {
    return hashes_[last] - hashes_[first] * vocabulary.power(begins_[last] - begins_[first]);
  }

 private:
  std::string bytes_;
  std::vector<std::uint32_t> begins_ = {0};
  std::vector<std::uint64_t> hashes_ = {0};
};

/// A token of a word: code points [begin, end) of the normalised word.
struct WordToken {
  std::int32_t id;
  std::int32_t begin, end;
};

struct WordPieceOptions {
  std::int32_t unknown_id = 0;
  std::size_t max_codes = 100;  ///< longer words are one unknown token
};

/// Greedy longest match from the left over code-point boundaries; if any part has no token, the whole word is one
/// unknown token. Appends to `out`.
void split_word(const WordBuffer& word, const Vocabulary& vocabulary, const WordPieceOptions& options,
                std::vector<WordToken>& out);

}  // namespace lorascope::text
