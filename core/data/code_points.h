#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>
#include <vector>

namespace lorascope::data {

/// A text addressed by code points; plain ASCII needs no table. The text must outlive this.
class CodePoints {
 public:
  explicit CodePoints(std::string_view text);

  /// Number of code points.
  std::int64_t size() const { return size_; }
  /// Code points [begin, end); 0 <= begin <= end <= size().
  std::string_view slice(std::int64_t begin, std::int64_t end) const;

 private:
  std::size_t byte_of(std::int64_t code_point) const;

  std::string_view text_;
  std::vector<std::uint32_t> begins_;  // empty where every code point is one byte
  std::int64_t size_ = 0;
};

}  // namespace lorascope::data
