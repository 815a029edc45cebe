#pragma once

#include <string_view>

namespace lorascope::data {

/// The lines of a text, split at "\n" alone: other line separators are part of a word.
class TextLines {
 public:
  explicit TextLines(std::string_view text) : rest_(text) {}

  /// The next line without its end, or false after the last.
  bool next(std::string_view& line);
  /// Number of the line that next() gave, from 1.
  std::size_t number() const { return number_; }

 private:
  std::string_view rest_;
  std::size_t number_ = 0;
};

/// Without white space at its right or left end, in the sense of Python's str.rstrip and str.lstrip.
std::string_view trim_right(std::string_view text);
std::string_view trim_left(std::string_view text);

}  // namespace lorascope::data
