#include "core/base/utf8.h"

#include <string>

#include "core/base/csv.h"
#include "tests/support/catch.h"

using namespace lorascope;

TEST_CASE("invalid UTF-8 is one replacement a byte, and valid text survives a round trip", "[base]") {
  CHECK(decode_utf8("a\xFF\xC0\xAF") == U"a\uFFFD\uFFFD\uFFFD");
  CHECK(decode_utf8("\xED\xA0\x80") == U"\uFFFD\uFFFD\uFFFD");  // a surrogate
  CHECK(decode_utf8("\xE4\xB8") == U"\uFFFD\uFFFD");            // cut off
  CHECK(find_invalid_utf8("gut \xC3\xBC und \xC3") == 11);
  const std::u32string all = U"aé中😀\U0010FFFF";
  CHECK(decode_utf8(encode_utf8(all)) == all);
  CHECK(find_invalid_utf8(encode_utf8(all)) == std::string::npos);
}

TEST_CASE("a CSV field is quoted where RFC 4180 asks for it", "[base]") {
  CHECK(csv_field("plain text") == "plain text");
  CHECK(csv_field("a,b") == "\"a,b\"");
  CHECK(csv_field("say \"hi\"") == "\"say \"\"hi\"\"\"");
  CHECK(csv_field("two\nlines") == "\"two\nlines\"");
}
