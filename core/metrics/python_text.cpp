#include "core/metrics/python_text.h"

#include <algorithm>
#include <cstdint>
#include <span>

#include "core/metrics/python_tables.h"

namespace lorascope::metrics {
namespace {

constexpr char32_t kReplacement = 0xFFFD;
constexpr char32_t kSigma = 0x3A3, kSmallSigma = 0x3C3, kFinalSigma = 0x3C2;

template <typename Range>
const Range* find_range(std::span<const Range> ranges, char32_t code) {
  const auto next = std::upper_bound(ranges.begin(), ranges.end(), code,
                                     [](char32_t value, const Range& range) { return value < range.first; });
  if (next == ranges.begin() || (next - 1)->last < code) return nullptr;
  return &*(next - 1);
}

bool holds(const tables::CodeRange* ranges, std::size_t count, char32_t code) {
  return find_range(std::span(ranges, count), code) != nullptr;
}

bool is_cased(char32_t code) {
  return holds(tables::kCased, tables::kCasedCount, code);
}

bool is_ignorable(char32_t code) {
  return holds(tables::kIgnorable, tables::kIgnorableCount, code);
}

// A cased letter before it and none behind it, whatever is ignorable left out.
bool is_final_sigma(std::u32string_view text, std::size_t place) {
  std::size_t before = place;
  while (before > 0 && is_ignorable(text[before - 1])) --before;
  if (before == 0 || !is_cased(text[before - 1])) return false;
  std::size_t after = place + 1;
  while (after < text.size() && is_ignorable(text[after])) ++after;
  return after == text.size() || !is_cased(text[after]);
}

// Bytes of the sequence that begins with `lead`, 0 where none does, and the smallest code point it may hold.
std::size_t sequence_length(unsigned char lead, char32_t& smallest) {
  if (lead < 0x80) return smallest = 0, 1;
  if (lead >= 0xC2 && lead < 0xE0) return smallest = 0x80, 2;
  if (lead >= 0xE0 && lead < 0xF0) return smallest = 0x800, 3;
  if (lead >= 0xF0 && lead < 0xF5) return smallest = 0x10000, 4;
  return 0;
}

char32_t next_code(std::string_view text, std::size_t& position) {
  const auto lead = static_cast<unsigned char>(text[position]);
  char32_t smallest = 0;
  const std::size_t length = sequence_length(lead, smallest);
  const std::size_t begin = position++;
  if (length == 1) return lead;
  if (length == 0 || begin + length > text.size()) return kReplacement;
  char32_t code = lead & (0x7Fu >> length);
  for (std::size_t i = 1; i < length; ++i) {
    const auto byte = static_cast<unsigned char>(text[begin + i]);
    if ((byte & 0xC0) != 0x80) return kReplacement;
    code = (code << 6) | (byte & 0x3F);
  }
  if (code < smallest || code > 0x10FFFF || (code >= 0xD800 && code < 0xE000)) return kReplacement;
  position = begin + length;
  return code;
}

}  // namespace

std::u32string python_decode(std::string_view text) {
  std::u32string codes;
  codes.reserve(text.size());
  for (std::size_t position = 0; position < text.size();) codes.push_back(next_code(text, position));
  return codes;
}

std::string python_encode(std::u32string_view text) {
  std::string bytes;
  const auto add = [&](char32_t bits) { bytes.push_back(static_cast<char>(bits)); };
  for (const char32_t code : text) {
    if (code < 0x80) {
      add(code);
    } else if (code < 0x800) {
      add(0xC0 | (code >> 6));
      add(0x80 | (code & 0x3F));
    } else if (code < 0x10000) {
      add(0xE0 | (code >> 12));
      add(0x80 | ((code >> 6) & 0x3F));
      add(0x80 | (code & 0x3F));
    } else {
      add(0xF0 | (code >> 18));
      add(0x80 | ((code >> 12) & 0x3F));
      add(0x80 | ((code >> 6) & 0x3F));
      add(0x80 | (code & 0x3F));
    }
  }
  return bytes;
}

std::u32string python_lower(std::u32string_view text) {
  std::u32string lower;
  lower.reserve(text.size());
  for (std::size_t i = 0; i < text.size(); ++i) {
    const char32_t code = text[i];
    if (code < 0x80) {
      lower.push_back(code >= U'A' && code <= U'Z' ? code + 32 : code);
    } else if (code == kSigma) {
      lower.push_back(is_final_sigma(text, i) ? kFinalSigma : kSmallSigma);
    } else if (code == 0x130) {
      lower.append(U"i\u0307");
    } else {
      const auto* range = find_range(std::span(tables::kLower, tables::kLowerCount), code);
      const bool changes = range != nullptr && (code - range->first) % range->step == 0;
      lower.push_back(changes ? static_cast<char32_t>(static_cast<std::int32_t>(code) + range->difference) : code);
    }
  }
  return lower;
}

bool is_python_word(char32_t code) {
  return holds(tables::kWord, tables::kWordCount, code);
}

bool is_python_space(char32_t code) {
  return (code >= 0x09 && code <= 0x0D) || (code >= 0x1C && code <= 0x20) || code == 0x85 || code == 0xA0 ||
         code == 0x1680 || (code >= 0x2000 && code <= 0x200A) || code == 0x2028 || code == 0x2029 || code == 0x202F ||
         code == 0x205F || code == 0x3000;
}

}  // namespace lorascope::metrics
