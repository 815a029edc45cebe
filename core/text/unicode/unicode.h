#pragma once

#include <cstdint>
#include <string>

/// The properties of code points that the original tokenizer sees: categories of Unicode 8.0, canonical decompositions
/// of 9.0, lower case of 16.0. Thread rule: any thread.
namespace lorascope::text {

enum CodeFlag : std::uint8_t {
  kIsRemoved = 1,      ///< dropped by "clean text": NUL, U+FFFD, Cc but TAB LF CR, Cf, Co
  kIsWhitespace = 2,   ///< White_Space
  kIsPunctuation = 4,  ///< P* or an ASCII sign that is no letter, digit or space
  kIsMark = 8,         ///< Mn
  kIsIdeograph = 16,   ///< stands alone as a word in the original's ranges
  kDecomposes = 32,    ///< has a canonical decomposition
  kCombines = 64,      ///< combining class above 0
  kHasLower = 128,     ///< lower case differs
};

/// The flags of a code point; 0 above U+10FFFF.
std::uint8_t code_flags(char32_t code);
/// A word character as regular expressions see it: alphabetic, mark, decimal digit, connector, join control.
bool is_word_character(char32_t code);
std::uint8_t combining_class(char32_t code);
/// Appends the full canonical decomposition (the code point itself where there is none), not reordered.
void append_decomposition(char32_t code, std::u32string& out);
/// The lower case of a code point without context: sigma never becomes final. Its second code point is 0 but for
/// U+0130, which gives `i` and U+0307.
struct LowerCase {
  char32_t first, second;
};
LowerCase lower_case(char32_t code);

}  // namespace lorascope::text
