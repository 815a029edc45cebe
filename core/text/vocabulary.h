#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace lorascope::text {

/// Rolling hash of a byte string: h(s c) = h(s) · kBase + c + 1, modulo 2^64. The hash of a substring follows from the
/// hashes of two prefixes, so that WordPiece tries a candidate in constant time.
namespace rolling {
constexpr std::uint64_t kBase = 0x9E3779B97F4A7C15ULL;
constexpr std::uint64_t add(std::uint64_t hash, char byte) {
  return hash * kBase + static_cast<unsigned char>(byte) + 1;
}
std::uint64_t of(std::string_view bytes);
}  // namespace rolling

/// The tokens of a WordPiece model with their ids. Where a token occurs twice, the later id wins, as in the original.
class Vocabulary {
 public:
  Vocabulary() = default;
  /// tokens[id] is the token's text; an empty text is no token. `prefix` marks pieces inside a word ("##").
  Vocabulary(std::vector<std::string> tokens, std::string prefix);

  std::int32_t size() const { return static_cast<std::int32_t>(tokens_.size()); }
  const std::string& token(std::int32_t id) const { return tokens_[static_cast<std::size_t>(id)]; }
  const std::string& prefix() const { return prefix_; }

  /// Id or -1.
  std::int32_t find(std::string_view token) const { return whole_.find(*this, rolling::of(token), token); }
  /// Id or -1 of a piece at the beginning of a word, and of one inside a word given without its prefix.
  std::int32_t find_first(std::uint64_t hash, std::string_view piece) const { return whole_.find(*this, hash, piece); }
  std::int32_t find_inner(std::uint64_t hash, std::string_view piece) const { return inner_.find(*this, hash, piece); }

  /// Bytes of the longest piece, to bound the search.
  std::size_t longest_first() const { return whole_.longest; }
  std::size_t longest_inner() const { return inner_.longest; }
  /// kBase^n for n up to the longest piece.
  std::uint64_t power(std::size_t n) const { return powers_[n]; }

 private:
  struct Slot {
    std::uint32_t check = 0;
    std::int32_t id = -1;
  };
  // Open addressing at most half full; `check` is a part of the hash that the position does not hold.
  struct Table {
    std::vector<Slot> slots;
    std::size_t longest = 0;
    std::size_t skipped = 0;  // bytes of the stored text before the key

    std::int32_t find(const Vocabulary& owner, std::uint64_t hash, std::string_view key) const;
    void insert(const Vocabulary& owner, std::int32_t id);
  };

  std::vector<std::string> tokens_;
  std::string prefix_;
  std::vector<std::uint64_t> powers_ = {1};
  Table whole_, inner_;
};

}  // namespace lorascope::text
