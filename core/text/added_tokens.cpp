#include "core/text/added_tokens.h"

#include <algorithm>
#include <utility>

#include "core/base/utf8.h"
#include "core/text/unicode/unicode.h"

namespace lorascope::text {
namespace {

bool is_space(char32_t code) {
  return (code_flags(code) & kIsWhitespace) != 0;
}

bool touches_word(std::u32string_view codes, std::size_t begin, std::size_t end) {
  return (begin > 0 && is_word_character(codes[begin - 1])) || (end < codes.size() && is_word_character(codes[end]));
}

}  // namespace

AddedTokenMatcher::AddedTokenMatcher(std::vector<AddedToken> tokens) {
  for (AddedToken& token : tokens) {
    if (token.content.empty()) continue;
    first_bytes_[static_cast<unsigned char>(token.content.front())] = true;
    std::u32string codes = decode_utf8(token.content);
    tokens_.push_back({std::move(token), std::move(codes)});
  }
  std::stable_sort(tokens_.begin(), tokens_.end(),
                   [](const Entry& a, const Entry& b) { return a.codes.size() > b.codes.size(); });
}

bool AddedTokenMatcher::may_occur(std::string_view text) const {
  return std::any_of(text.begin(), text.end(),
                     [&](char byte) { return first_bytes_[static_cast<unsigned char>(byte)]; });
}

const AddedTokenMatcher::Entry* AddedTokenMatcher::match_at(std::u32string_view codes, std::size_t position) const {
  if (codes[position] < 0x80 && !first_bytes_[codes[position]]) return nullptr;
  for (const Entry& entry : tokens_) {
    if (codes.substr(position, entry.codes.size()) == entry.codes) return &entry;
  }
  return nullptr;
}

std::vector<TextPart> AddedTokenMatcher::split(std::u32string_view codes, bool split_special_tokens) const {
  std::vector<TextPart> parts;
  std::size_t done = 0;
  for (std::size_t position = 0; position < codes.size();) {
    const Entry* entry = match_at(codes, position);
    if (entry == nullptr) {
      ++position;
      continue;
    }
    std::size_t begin = position, end = position + entry->codes.size();
    // A match that is turned down still uses up its text, as in the original.
    position = end;
    if (split_special_tokens && entry->token.special) continue;
    if (entry->token.single_word && touches_word(codes, begin, end)) continue;
    while (entry->token.lstrip && begin > done && is_space(codes[begin - 1])) --begin;
    while (entry->token.rstrip && end < codes.size() && is_space(codes[end])) ++end;
    begin = std::max(begin, done);
    if (end <= done) continue;
    if (done < begin) parts.push_back({-1, done, begin});
    parts.push_back({entry->token.id, begin, end});
    done = end;
    position = std::max(position, end);
  }
  if (done < codes.size()) parts.push_back({-1, done, codes.size()});
  return parts;
}

}  // namespace lorascope::text
