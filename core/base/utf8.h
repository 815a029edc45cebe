#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace lorascope {

constexpr char32_t kReplacement = 0xFFFD;

/// Decodes the code point at `position` and moves behind it. A byte that begins no valid sequence (overlong, surrogate,
/// above U+10FFFF, cut off) is one U+FFFD. position < text.size().
char32_t next_code_point(std::string_view text, std::size_t& position);

void append_utf8(char32_t code, std::string& out);

std::u32string decode_utf8(std::string_view text);
std::string encode_utf8(std::u32string_view text);
std::size_t count_code_points(std::string_view text);

/// First byte that is not valid UTF-8, or npos.
std::size_t find_invalid_utf8(std::string_view text);

}  // namespace lorascope
