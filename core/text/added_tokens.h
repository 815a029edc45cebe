#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "core/text/normalizer.h"

namespace lorascope::text {

/// A token that is found in the text as a whole, before WordPiece.
struct AddedToken {
  std::int32_t id = 0;
  std::string content;
  bool special = false;      ///< plain text under split_special_tokens
  bool normalized = false;   ///< looked for in the normalised text, with its content normalised too
  bool single_word = false;  ///< no word character may touch it
  bool lstrip = false;       ///< swallows the whitespace before it
  bool rstrip = false;       ///< … behind it
};

/// A part of a text: an added token, or (id -1) what lies between. Positions are indices of `codes` or bytes.
struct TextPart {
  std::int32_t id;
  std::size_t begin, end;
};

/// Finds added tokens: leftmost, longest first, not overlapping.
class AddedTokenMatcher {
 public:
  AddedTokenMatcher() = default;
  explicit AddedTokenMatcher(std::vector<AddedToken> tokens);

  bool empty() const { return tokens_.empty(); }
  /// Whether a byte of the text begins some token: most texts have none and are not searched further.
  bool may_occur(std::string_view text) const;
  /// The parts of the text in order, none empty.
  std::vector<TextPart> split(std::u32string_view codes, bool split_special_tokens) const;

 private:
  struct Entry {
    AddedToken token;
    std::u32string codes;
  };

  const Entry* match_at(std::u32string_view codes, std::size_t position) const;

  std::vector<Entry> tokens_;  // longest first
  std::array<bool, 256> first_bytes_{};
};

}  // namespace lorascope::text
