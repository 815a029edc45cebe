#include "core/text/unicode/unicode.h"

#include <string>

#include "core/text/normalizer.h"
#include "tests/support/catch.h"

using namespace lorascope::text;

namespace {

int count_of(CodeFlag flag) {
  int count = 0;
  for (char32_t code = 0; code < 0x110000; ++code) count += (code_flags(code) & flag) != 0 ? 1 : 0;
  return count;
}

std::u32string decomposed(char32_t code) {
  std::u32string out;
  append_decomposition(code, out);
  return out;
}

}  // namespace

TEST_CASE("the tables hold as many code points as the frozen versions have", "[text]") {
  CHECK(count_of(kIsMark) == 1567);
  CHECK(count_of(kIsPunctuation) == 717 + 9);  // and the nine ASCII symbols
  // Cf and Cc of Unicode 8.0 without TAB, LF, CR; all private use; U+FFFD.
  CHECK(count_of(kIsRemoved) == 150 + 65 - 3 + 6400 + 2 * 65534 + 1);
  CHECK(count_of(kIsWhitespace) == 25);
  CHECK(code_flags(0x110000) == 0);
}

TEST_CASE("canonical decompositions are full, and Hangul is computed", "[text]") {
  CHECK(decomposed(U'é') == U"e\u0301");
  CHECK(decomposed(0x1EC5) == U"e\u0302\u0303");
  CHECK(decomposed(0x212B) == U"A\u030A");
  CHECK(decomposed(0xAC00) == U"\u1100\u1161");
  CHECK(decomposed(0xD55C) == U"\u1112\u1161\u11AB");
  CHECK(decomposed(0xBD) == U"\u00BD");
  CHECK(decomposed(0x11938) == U"\U00011938");  // decomposes since Unicode 13
}

TEST_CASE("lower case has no context and knows Unicode 16", "[text]") {
  CHECK(lower_case(U'A').first == U'a');
  CHECK(lower_case(0x3A3).first == 0x3C3);
  CHECK(lower_case(0x1E9E).first == 0xDF);
  CHECK(lower_case(0x1C89).first == 0x1C8A);
  CHECK(lower_case(0xA7CB).first == 0x264);
  CHECK(lower_case(0x10D65).first == 0x10D85);
  CHECK(lower_case(0x130).first == U'i');
  CHECK(lower_case(0x130).second == 0x307);
  CHECK(lower_case(0x131).first == 0x131);
}

TEST_CASE("reordered marks keep the places that the original gives them", "[text]") {
  // U+0327 (class 202) moves before U+0301 (230) and takes the first place.
  NormalizerOptions options;
  options.strip_accents = true;
  const NormalizedText text = normalize(U"a\u0301\u0327b", 0, options);
  CHECK(text.codes == U"ab");
  CHECK(text.origins.back() == std::pair(3, 4));
}

TEST_CASE("the normaliser's switches work one by one", "[text]") {
  NormalizerOptions options = {false, false, false, false};
  CHECK(normalize(U"É\u200B中", 0, options).codes == U"É\u200B中");
  options.clean_text = true;
  CHECK(normalize(U"É\u200B\u00A0中", 0, options).codes == U"É 中");
  options.handle_chinese_chars = true;
  CHECK(normalize(U"É中", 0, options).codes == U"É 中 ");
  options.strip_accents = true;
  CHECK(normalize(U"É", 0, options).codes == U"E");
  options.lowercase = true;
  CHECK(normalize(U"É", 5, options).codes == U"e");
  CHECK(normalize(U"É", 5, options).origins.front() == std::pair(5, 6));
}
