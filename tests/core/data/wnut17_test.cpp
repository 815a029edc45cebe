#include "core/data/wnut17.h"

#include <string>
#include <vector>

#include "core/base/error.h"
#include "core/base/files.h"
#include "core/base/json.h"
#include "core/data/feature_lines.h"
#include "core/text/tokenizer.h"
#include "tests/support/catch.h"
#include "tests/support/temporary_folder.h"

using namespace lorascope;
using data::LabelSet;
using data::TaggedSentence;

namespace {

text::Tokenizer letters_tokenizer(const std::filesystem::path& folder) {
  std::string vocabulary = "[PAD]\n[UNK]\n[CLS]\n[SEP]\n[MASK]\n";
  for (char letter = 'a'; letter <= 'z'; ++letter) {
    vocabulary += std::string(1, letter) + "\n##" + letter + "\n";
  }
  write_file_atomically(folder / "vocab.txt", vocabulary);
  return text::Tokenizer::from_vocabulary(folder / "vocab.txt", false);
}

}  // namespace

TEST_CASE("labels stand in the hub's order", "[data]") {
  const LabelSet labels = LabelSet::wnut17();
  REQUIRE(labels.size() == 13);
  CHECK(labels.name(0) == "O");
  CHECK(labels.name(3) == "B-creative-work");
  CHECK(labels.find("I-product") == 12);
  CHECK_FALSE(labels.find("B-animal").has_value());
  CHECK(LabelSet::from_id2label({{0, "O"}, {1, "B-x"}}).find("B-x") == 1);
  CHECK_THROWS_AS(LabelSet::from_id2label({{0, "O"}, {2, "B-x"}}), DataError);
  CHECK_THROWS_AS(LabelSet({"O", "O"}), DataError);
}

TEST_CASE("the first piece of a word has its label, the others have none or its inside label", "[data]") {
  const test::TemporaryFolder folder;
  const auto tokenizer = letters_tokenizer(folder.path());
  const std::vector<TaggedSentence> sentences = {{{"ab", "\uFE0F", "c", "de"}, {"B-person", "O", "I-person", "O"}, 1}};
  const auto feature = data::make_token_features(sentences, tokenizer, LabelSet::wnut17(), 0).front();
  CHECK(feature.word_ids == std::vector<std::int32_t>{-1, 0, 0, 2, 3, 3, -1});
  CHECK(feature.labels == std::vector<std::int32_t>{-100, 9, -100, 10, 0, -100, -100});
  const auto all = data::make_token_features(sentences, tokenizer, LabelSet::wnut17(), 0, true).front();
  CHECK(all.labels == std::vector<std::int32_t>{-100, 9, 10, 10, 0, 0, -100});
  // A cut word keeps the label of the pieces that are left; words behind the cut have none.
  const auto cut = data::make_token_features(sentences, tokenizer, LabelSet::wnut17(), 4).front();
  CHECK(cut.input_ids.size() == 4);
  CHECK(cut.labels == std::vector<std::int32_t>{-100, 9, -100, -100});
}

TEST_CASE("a sentence that vanishes wholly keeps its special tokens", "[data]") {
  const test::TemporaryFolder folder;
  const std::vector<TaggedSentence> sentences = {{{"\u200B"}, {"B-person"}, 1}};
  const auto features = data::make_token_features(sentences, letters_tokenizer(folder.path()), LabelSet::wnut17(), 128);
  CHECK(data::token_feature_lines(features) ==
        "{\"example\":0,\"input_ids\":[2,3],\"token_type_ids\":[0,0],\"word_ids\":[-1,-1],\"labels\":[-100,-100]}\n");
}

TEST_CASE("tags without a label are told with their sentences", "[data]") {
  const test::TemporaryFolder folder;
  const std::vector<TaggedSentence> sentences = {{{"a"}, {"B-animal"}, 5}, {{"b"}, {"B-plant"}, 9}};
  CHECK_THROWS_WITH(data::make_token_features(sentences, letters_tokenizer(folder.path()), LabelSet::wnut17(), 0),
                    Catch::Contains("line 5") && Catch::Contains("B-animal") && Catch::Contains("line 9") &&
                        Catch::Contains("B-plant"));
}
