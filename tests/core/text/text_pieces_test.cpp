#include <map>
#include <random>
#include <string>
#include <vector>

#include "core/base/utf8.h"
#include "core/text/tokenizer_files.h"
#include "core/text/tokenizer_parts.h"
#include "core/text/word_piece.h"
#include "tests/core/text/small_vocabulary.h"
#include "tests/support/catch.h"
#include "tests/support/temporary_folder.h"

using namespace lorascope;

namespace {

bool are_equal(const text::Pieces& a, const text::Pieces& b) {
  return a.ids == b.ids && a.offsets == b.offsets && a.word_ids == b.word_ids;
}

// Texts of ASCII, white space, controls, accents, marks, ideographs and special tokens.
std::string random_text(std::mt19937& random) {
  static const std::vector<std::string> parts = {
      "a",      "B",      "play",   "Playing", " ",    "  ", "\t",      "\n",     "\r",  "!", "?!",
      "don't",  "[SEP]",  "[CLS",   "\v",      "\x01", "é",  "e\u0301", "\u0301", "中",  "ß", "İ",
      "\u00A0", "\u200B", "\u2028", "한",      "☺",    "😀",  "\uFE0F",  "zzz",    "\x7F"};
  std::string text;
  for (unsigned count = random() % 30; count > 0; --count) text += parts[random() % parts.size()];
  return text;
}

// Greedy longest match as one would write it down first.
std::vector<std::int32_t> naive_word_piece(const std::u32string& word, const std::map<std::string, std::int32_t>& ids,
                                           std::int32_t unknown, std::size_t limit) {
  if (word.size() > limit) return {unknown};
  std::vector<std::int32_t> result;
  for (std::size_t begin = 0; begin < word.size();) {
    std::size_t end = word.size();
    for (; end > begin; --end) {
      const auto found = ids.find((begin > 0 ? "##" : "") + encode_utf8(word.substr(begin, end - begin)));
      if (found == ids.end()) continue;
      result.push_back(found->second);
      break;
    }
    if (end == begin) return {unknown};
    begin = end;
  }
  return result;
}

}  // namespace

TEST_CASE("the quick path over ASCII gives what the general path gives", "[text]") {
  const test::TemporaryFolder folder;
  const auto file = test::write_small_vocabulary(folder.path());
  std::mt19937 random(20261124);
  for (const bool cased : {false, true}) {
    const text::TokenizerParts parts = text::load_vocabulary_file(file, cased);
    for (int i = 0; i < 4000; ++i) {
      const std::string text = random_text(random);
      const bool split = random() % 4 == 0;
      INFO(text);
      REQUIRE(are_equal(text::text_pieces(parts, text, split), text::text_pieces(parts, text, split, true)));
    }
  }
}

TEST_CASE("WordPiece with rolling hashes gives what a search in a map gives", "[text]") {
  const std::vector<std::string> tokens = test::small_vocabulary();
  const text::Vocabulary vocabulary(tokens, "##");
  std::map<std::string, std::int32_t> ids;
  for (std::size_t i = 0; i < tokens.size(); ++i) ids[tokens[i]] = static_cast<std::int32_t>(i);
  const text::WordPieceOptions options = {1, 12};
  std::mt19937 random(7);
  const std::u32string letters = U"playingedcafenwyorkzéßü中ber#";
  for (int i = 0; i < 5000; ++i) {
    std::u32string word;
    for (unsigned count = 1 + random() % 14; count > 0; --count) word += letters[random() % letters.size()];
    text::WordBuffer buffer;
    for (const char32_t code : word) buffer.add(code);
    std::vector<text::WordToken> found;
    text::split_word(buffer, vocabulary, options, found);
    std::vector<std::int32_t> found_ids;
    for (const text::WordToken& token : found) found_ids.push_back(token.id);
    REQUIRE(found_ids == naive_word_piece(word, ids, 1, 12));
  }
}

TEST_CASE("offsets lie inside the text, in order, and word ids never fall", "[text]") {
  const test::TemporaryFolder folder;
  const text::TokenizerParts parts = text::load_vocabulary_file(test::write_small_vocabulary(folder.path()), false);
  std::mt19937 random(11);
  for (int i = 0; i < 3000; ++i) {
    const std::string text = random_text(random);
    const int num_codes = static_cast<int>(count_code_points(text));
    const text::Pieces pieces = text::text_pieces(parts, text, false);
    for (std::size_t p = 0; p < pieces.size(); ++p) {
      INFO(text);
      REQUIRE(pieces.offsets[p].first >= 0);
      REQUIRE(pieces.offsets[p].first < pieces.offsets[p].second);
      REQUIRE(pieces.offsets[p].second <= num_codes);
      REQUIRE(pieces.word_ids[p] >= (p > 0 ? pieces.word_ids[p - 1] : 0));
      REQUIRE((p == 0 || pieces.offsets[p].first >= pieces.offsets[p - 1].first));
    }
  }
}

TEST_CASE("random bytes never break the tokenizer", "[text]") {
  const test::TemporaryFolder folder;
  const text::TokenizerParts parts = text::load_vocabulary_file(test::write_small_vocabulary(folder.path()), false);
  std::mt19937 random(5);
  for (int i = 0; i < 4000; ++i) {
    std::string bytes;
    for (unsigned count = random() % 200; count > 0; --count) bytes.push_back(static_cast<char>(random()));
    REQUIRE(are_equal(text::text_pieces(parts, bytes, false), text::text_pieces(parts, bytes, false, true)));
  }
}

TEST_CASE("long runs take linear time", "[text]") {
  const test::TemporaryFolder folder;
  const text::TokenizerParts parts = text::load_vocabulary_file(test::write_small_vocabulary(folder.path()), false);
  std::string marks, capitals, letters(1000000, 'a');
  for (int i = 0; i < 300000; ++i) marks += "\u0301";
  for (int i = 0; i < 300000; ++i) capitals += "İ";
  CHECK(text::text_pieces(parts, marks, false).size() == 0);
  CHECK(text::text_pieces(parts, capitals, false).size() == 1);
  CHECK(text::text_pieces(parts, letters, false).size() == 1);
}
