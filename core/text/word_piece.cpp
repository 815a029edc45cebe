#include "core/text/word_piece.h"

#include <algorithm>

#include "core/base/utf8.h"

namespace lorascope::text {
namespace {

// The longest piece that begins at `first`; end = first where there is none.
WordToken longest_piece(const WordBuffer& word, const Vocabulary& vocabulary, std::size_t first) {
  const std::size_t longest = first == 0 ? vocabulary.longest_first() : vocabulary.longest_inner();
  for (std::size_t last = std::min(word.num_codes(), first + longest); last > first; --last) {
    const std::string_view piece = word.bytes(first, last);
    if (piece.size() > longest) continue;
    const std::uint64_t hash = word.hash(first, last, vocabulary);
    const std::int32_t id = first == 0 ? vocabulary.find_first(hash, piece) : vocabulary.find_inner(hash, piece);
    if (id >= 0) return {id, static_cast<std::int32_t>(first), static_cast<std::int32_t>(last)};
  }
  return {-1, static_cast<std::int32_t>(first), static_cast<std::int32_t>(first)};
}

}  // namespace

void WordBuffer::clear() {
  bytes_.clear();
  begins_.resize(1);
  hashes_.resize(1);
}

void WordBuffer::add_ascii(char byte) {
  bytes_.push_back(byte);
  hashes_.push_back(rolling::add(hashes_.back(), byte));
  begins_.push_back(static_cast<std::uint32_t>(bytes_.size()));
}

void WordBuffer::add(char32_t code) {
  const std::size_t old_size = bytes_.size();
  append_utf8(code, bytes_);
  std::uint64_t hash = hashes_.back();
  for (std::size_t i = old_size; i < bytes_.size(); ++i) hash = rolling::add(hash, bytes_[i]);
  hashes_.push_back(hash);
  begins_.push_back(static_cast<std::uint32_t>(bytes_.size()));
}

void split_word(const WordBuffer& word, const Vocabulary& vocabulary, const WordPieceOptions& options,
                std::vector<WordToken>& out) {
  const std::size_t num_codes = word.num_codes();
  const std::size_t old_size = out.size();
  bool is_known = num_codes <= options.max_codes;
  for (std::size_t first = 0; is_known && first < num_codes;) {
    const WordToken token = longest_piece(word, vocabulary, first);
    is_known = token.id >= 0;
    if (is_known) out.push_back(token);
    first = static_cast<std::size_t>(token.end);
  }
  if (is_known) return;
  out.resize(old_size);
  out.push_back({options.unknown_id, 0, static_cast<std::int32_t>(num_codes)});
}

}  // namespace lorascope::text
