#include "core/data/code_points.h"

#include <algorithm>

namespace lorascope::data {

CodePoints::CodePoints(std::string_view text) : text_(text), size_(static_cast<std::int64_t>(text.size())) {
  const bool is_ascii =
      std::none_of(text.begin(), text.end(), [](char byte) { return static_cast<unsigned char>(byte) >= 0x80; });
  if (is_ascii) return;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if ((static_cast<unsigned char>(text[i]) & 0xC0) != 0x80) begins_.push_back(static_cast<std::uint32_t>(i));
  }
  size_ = static_cast<std::int64_t>(begins_.size());
}

std::size_t CodePoints::byte_of(std::int64_t code_point) const {
  if (code_point >= size_) return text_.size();
  const auto index = static_cast<std::size_t>(code_point);
  return begins_.empty() ? index : begins_[index];
}

std::string_view CodePoints::slice(std::int64_t begin, std::int64_t end) const {
  const std::size_t first = byte_of(begin);
  return text_.substr(first, byte_of(end) - first);
}

}  // namespace lorascope::data
