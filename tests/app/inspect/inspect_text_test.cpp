#include "app/lorascope/inspect/inspect_text.h"

#include "app/lorascope/inspect/hidden_summary.h"
#include "core/base/error.h"
#include "core/data/wnut17.h"
#include "core/study/run_settings.h"
#include "core/text/tokenizer.h"
#include "tests/support/catch.h"
#include "tests/support/temporary_folder.h"
#include "tests/support/tiny_model.h"

using namespace lorascope;
using namespace lorascope::app::inspect;

namespace {

struct TinyTokenizer {
  test::TemporaryFolder folder;
  text::Tokenizer tokenizer;
  TinyTokenizer() : tokenizer((test::write_tiny_model(folder.path()), text::Tokenizer::from_folder(folder.path()))) {}
};

study::RunSettings settings_of(const std::string& task) {
  study::RunSettings settings;
  settings.task = task;
  return settings;
}

}  // namespace

TEST_CASE("A sentence is split at white space and at punctuation on the edges of words", "[inspect]") {
  CHECK(split_words("  Mara, (Lindt) said: \"no!\" ") ==
        std::vector<std::string>{"Mara", ",", "(", "Lindt", ")", "said", ":", "\"", "no", "!", "\""});
  CHECK(split_words("@mara #tag don't 3.5 ...") == std::vector<std::string>{"@mara", "#tag", "don't", "3.5", "..."});
  CHECK(split_words(" \t ").empty());
}

TEST_CASE("A sentence's tokens are those of training, with places in the text", "[inspect]") {
  const TinyTokenizer tiny;
  InspectText text;
  text.text = "abc d, bé";
  const EncodedText encoded = encode_text(text, settings_of("wnut17"), tiny.tokenizer, 32);
  const std::vector<data::TaggedSentence> sentences = {{encoded.words, std::vector<std::string>(4, "O"), 1}};
  const auto expected = data::make_token_features(sentences, tiny.tokenizer, data::LabelSet::wnut17(), 32);
  REQUIRE(encoded.words == std::vector<std::string>{"abc", "d", ",", "bé"});
  CHECK(encoded.features.front().input_ids == expected.front().input_ids);
  CHECK(encoded.features.front().word_ids == expected.front().word_ids);
  const InspectRow& row = encoded.rows.front();
  REQUIRE(row.texts.front() == "abc d , bé");
  CHECK(row.tokens[0].text == "[CLS]");
  CHECK(row.tokens[0].sequence == -1);
  CHECK(row.tokens[1].begin == 0);
  CHECK(row.tokens[1].end == 1);
  CHECK(row.tokens[3].word == 0);
  CHECK(row.tokens[4].begin == 4);
  CHECK(row.tokens.back().text == "[SEP]");
}

TEST_CASE("Questions have windows and endings have rows", "[inspect]") {
  const TinyTokenizer tiny;
  InspectText question;
  question.question = "a b";
  question.text = "a b c d e f a b c d e f a b c d e f";
  study::RunSettings settings = settings_of("squad");
  settings.training.max_length = 16;
  settings.squad.stride = 4;
  const EncodedText windows = encode_text(question, settings, tiny.tokenizer, 16);
  CHECK(windows.rows.size() > 1);
  CHECK(windows.features[0].offsets[1] == std::pair(-1, -1));
  CHECK(windows.rows[0].tokens[1].sequence == 0);
  CHECK(windows.num_tokens() > 16);

  InspectText endings;
  endings.text = "a b";
  endings.start = "c";
  endings.endings = {"d", "e", "f", "a a"};
  const EncodedText rows = encode_text(endings, settings_of("swag"), tiny.tokenizer, 32);
  REQUIRE(rows.rows.size() == 4);
  CHECK(rows.rows[3].texts[1] == "c a a");
  CHECK(rows.features[3].choice == 3);
  endings.endings.pop_back();
  CHECK_THROWS_WITH(encode_text(endings, settings_of("swag"), tiny.tokenizer, 32), Catch::Contains("found 3, expected 4"));
  CHECK_THROWS_AS(encode_text(InspectText(), settings_of("wnut17"), tiny.tokenizer, 32), UsageError);
  CHECK_THROWS_WITH(InspectText::from_json(Json{{"txt", "a"}}), Catch::Contains("input.txt: unknown"));
  CHECK_THROWS_WITH(InspectText::from_json(Json{{"text", 3}}), Catch::Contains("input.text: found 3"));
}

TEST_CASE("Aligned tokens are occurrences of the same token in both texts", "[inspect]") {
  InspectRow first, second;
  for (const char* text : {"the", "cook", "saw", "the", "dog"}) first.tokens.push_back({text, 0, 0, 0, 0});
  for (const char* text : {"the", "dog", "saw", "the", "cook", "too"}) second.tokens.push_back({text, 0, 0, 0, 0});
  CHECK(aligned_tokens(first, second) ==
        std::vector<std::pair<std::int64_t, std::int64_t>>{{0, 0}, {1, 4}, {2, 2}, {3, 3}, {4, 1}});
}
