#include "core/data/text_lines.h"

#include <algorithm>

#include "core/base/utf8.h"
#include "core/text/unicode/unicode.h"

namespace lorascope::data {
namespace {

bool is_python_space(char32_t code) {
  return (code >= 0x1C && code <= 0x1F) || (text::code_flags(code) & text::kIsWhitespace) != 0;
}

}  // namespace

bool TextLines::next(std::string_view& line) {
  if (rest_.empty()) return false;
  const std::size_t end = std::min(rest_.find('\n'), rest_.size());
  line = rest_.substr(0, end);
  rest_.remove_prefix(std::min(end + 1, rest_.size()));
  ++number_;
  return true;
}

std::string_view trim_right(std::string_view text) {
  while (!text.empty()) {
    std::size_t begin = text.size() - 1;
    while (begin > 0 && text.size() - begin < 4 && (static_cast<unsigned char>(text[begin]) & 0xC0) == 0x80) --begin;
    std::size_t end = begin;
    const char32_t code = next_code_point(text, end);
    if (end != text.size() || !is_python_space(code)) return text;
    text = text.substr(0, begin);
  }
  return text;
}

std::string_view trim_left(std::string_view text) {
  while (!text.empty()) {
    std::size_t end = 0;
    if (!is_python_space(next_code_point(text, end))) return text;
    text.remove_prefix(end);
  }
  return text;
}

}  // namespace lorascope::data
