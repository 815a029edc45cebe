// Short strings with what the original gives for the uncased vocabulary of 30,522 tokens: token@begin-end in code
// points.
#include <filesystem>
#include <string>
#include <vector>

#include "core/text/tokenizer.h"
#include "tests/support/catch.h"
#include "tests/support/temporary_folder.h"

using namespace lorascope;

namespace {

std::filesystem::path uncased_vocabulary() {
  if (!test::default_encoder().empty()) return test::default_encoder() / "vocab.txt";
  const std::filesystem::path shared = test::shared_folder();
  return shared.empty() ? shared : shared / "data" / "vocab" / "bert-base-uncased-vocab.txt";
}

std::string spelled(const text::Tokenizer& tokenizer, const text::Encoding& encoding, bool with_offsets = true) {
  std::string line;
  for (std::size_t i = 0; i < encoding.size(); ++i) {
    if (!line.empty()) line += ' ';
    line += tokenizer.token(encoding.ids[i]);
    if (!with_offsets) continue;
    line += '@' + std::to_string(encoding.offsets[i].first) + '-' + std::to_string(encoding.offsets[i].second);
  }
  return line;
}

std::string repeated(const std::string& text, int count) {
  std::string result;
  for (int i = 0; i < count; ++i) result += text;
  return result;
}

struct Example {
  std::string text;
  const char* tokens;
};

std::vector<Example> examples_with_offsets() {
  return {{"Hello, World!", "hello@0-5 ,@5-6 world@7-12 !@12-13"},
          {"a\vb\fc", "abc@0-5"},
          {"a\x1C"
           "b\x1F"
           "c",
           "abc@0-5"},
          {"a\u0085b", "ab@0-3"},
          {std::string("a\0b\xEF\xBF\xBD"
                       "c",
                       7),
           "abc@0-5"},
          {"a\u1680b\u180Ec", "a@0-1 bc@2-5"},
          {"x\u200B", "x@0-1"},
          {"\u200Bx", "x@1-2"},
          {"\uFEFFx", "x@1-2"},
          {"cafe\u0301 caf\u00E9", "cafe@0-4 cafe@6-10"},
          {"a\u0301\u0301b", "ab@0-4"},
          {"\u0300a \u0301", "a@1-2"},
          {"\u0130stanbul I\u0307 \u0131", "istanbul@0-8 i@9-10 ı@12-13"},
          {"\uE000a\uF8FFb\U000F0000c", "abc@1-6"},
          {"   a  b   ", "a@3-4 b@6-7"},
          {repeated("x", 101), "[UNK]@0-101"},
          {"", ""},
          {"   ", ""}};
}

std::vector<Example> examples_of_tokens() {
  return {{"can't", "can ' t"},
          {"a\tb\nc\r\nd", "a b c d"},
          {"a\u2028b\u2029c", "a b c"},
          {"x\u00A0y\u3000z\u2009w\u202Fv\u205Fu", "x y z w v u"},
          {"ΟΔΟΣ", "ο ##δ ##ο ##σ"},
          {"Straße STRASSE ẞ", "st ##raße st ##ras ##se ß"},
          {"中文字abc日本", "中 文 [UNK] abc 日 本"},
          {"ガギ", "カ ##キ"},
          {"$10.50 +5% a^b", "$ 10 . 50 + 5 % a ^ b"},
          {"=g _h_ `|~", "= g _ h _ ` | ~"},
          {"5°C", "5 ##° ##c"},
          {"[CLS] a [SEP] b [cls] [PAD]", "[CLS] a [SEP] b [ cl ##s ] [PAD]"},
          {"a[SEP]b[MASK]c", "a [SEP] b [MASK] c"},
          {"[unused1] [UNK]", "[ unused ##1 ] [UNK]"},
          {"हिन्दी", "ह ##ि ##न ##द ##ी"},
          {"ﬁancé x² ½ \u212B \u2126 \u037E", "ﬁ ##ance x ##² ½ a ω ;"},
          {"Nguyễn Đức Ø ł ħ", "nguyen đ ##uc ø ł ħ"},
          {"@user #hash U.S.A. e-mail", "@ user # hash u . s . a . e - mail"}};
}

}  // namespace

TEST_CASE("odd strings give the tokens and offsets of the original", "[text]") {
  if (uncased_vocabulary().empty()) {
    WARN("no BERT vocabulary here: skipped");
    return;
  }
  const auto tokenizer = text::Tokenizer::from_vocabulary(uncased_vocabulary(), false);
  text::EncodeOptions plain;
  plain.add_special_tokens = false;
  for (const Example& example : examples_with_offsets()) {
    INFO(example.text);
    CHECK(spelled(tokenizer, tokenizer.encode(example.text, plain).front()) == example.tokens);
  }
  for (const Example& example : examples_of_tokens()) {
    INFO(example.text);
    CHECK(spelled(tokenizer, tokenizer.encode(example.text, plain).front(), false) == example.tokens);
  }
  CHECK(tokenizer.encode(repeated("x", 100), plain).front().size() == 50);
  CHECK(tokenizer.encode(repeated("e\u0301", 60), plain).front().size() > 1);
}

TEST_CASE("what newer Unicode versions changed is left as the original's frozen tables have it", "[text]") {
  if (uncased_vocabulary().empty()) return;
  const auto tokenizer = text::Tokenizer::from_vocabulary(uncased_vocabulary(), false);
  text::EncodeOptions plain;
  plain.add_special_tokens = false;
  const auto num_words = [&](const char* text) { return tokenizer.encode(text, plain).front().word_ids.back() + 1; };
  // Signs and marks that are younger than Unicode 8.0 neither split a word nor vanish.
  for (const char* text : {"a\u2E43b", "a\u2E52c", "x\u0C77d", "a\u08E2b", "a\uFFFFb", "a\u0378b"}) {
    INFO(text);
    CHECK(num_words(text) == 1);
    CHECK(spelled(tokenizer, tokenizer.encode(text, plain).front()) == "[UNK]@0-3");
  }
  CHECK(num_words("\u166Dx\u1734y") == 2);
}

TEST_CASE("pairs have the template's types, and an empty second sequence still ends in a separator", "[text]") {
  if (uncased_vocabulary().empty()) return;
  const auto tokenizer = text::Tokenizer::from_vocabulary(uncased_vocabulary(), false);
  const text::Encoding pair = tokenizer.encode_pair("Who?", "A b.").front();
  CHECK(spelled(tokenizer, pair, false) == "[CLS] who ? [SEP] a b . [SEP]");
  CHECK(pair.type_ids == std::vector<std::int32_t>{0, 0, 0, 0, 1, 1, 1, 1});
  CHECK(pair.sequence_ids == std::vector<std::int32_t>{-1, 0, 0, -1, 1, 1, 1, -1});
  const text::Encoding empty = tokenizer.encode_pair("Who?", "").front();
  CHECK(spelled(tokenizer, empty, false) == "[CLS] who ? [SEP] [SEP]");
  CHECK(empty.type_ids.back() == 1);
}

TEST_CASE("words that normalise to nothing have no token and leave a gap in the word ids", "[text]") {
  if (uncased_vocabulary().empty()) return;
  const auto tokenizer = text::Tokenizer::from_vocabulary(uncased_vocabulary(), false);
  const std::vector<std::string> words = {"it", "\uFE0F", "", "New York", "[SEP]"};
  const text::Encoding encoding = tokenizer.encode_words(words).front();
  CHECK(spelled(tokenizer, encoding) == "[CLS]@0-0 it@0-2 new@0-3 york@4-8 [SEP]@0-5 [SEP]@0-0");
  CHECK(encoding.word_ids == std::vector<std::int32_t>{-1, 0, 3, 3, 4, -1});
  CHECK(encoding.special_tokens_mask == std::vector<std::int32_t>{1, 0, 0, 0, 0, 1});
}
