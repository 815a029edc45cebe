#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

/// What Python 3.11 makes of a text, for scores that are defined by Python programs. Thread rule: any thread.
namespace lorascope::metrics {

/// str.lower(): a capital sigma at the end of a word becomes final, U+0130 two code points.
std::u32string python_lower(std::u32string_view text);
/// \w of the module re: letters, digits and other numbers of any script, and the underscore.
bool is_python_word(char32_t code);
/// str.isspace(), the separators of str.split().
bool is_python_space(char32_t code);

}  // namespace lorascope::metrics
