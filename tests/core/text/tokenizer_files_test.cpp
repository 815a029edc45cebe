#include <filesystem>
#include <fstream>
#include <string>
#include <vector>

#include "core/base/error.h"
#include "core/base/files.h"
#include "core/base/json.h"
#include "core/text/tokenizer.h"
#include "tests/core/text/small_vocabulary.h"
#include "tests/support/catch.h"
#include "tests/support/temporary_folder.h"

using namespace lorascope;
namespace fs = std::filesystem;

namespace {

Json small_tokenizer_json() {
  Json vocabulary = Json::object();
  std::int32_t id = 0;
  for (const std::string& token : test::small_vocabulary()) vocabulary[token] = id++;
  const auto special = [](const char* name, int type) {
    return Json{{"SpecialToken", {{"id", name}, {"type_id", type}}}};
  };
  const auto sequence = [](const char* name, int type) {
    return Json{{"Sequence", {{"id", name}, {"type_id", type}}}};
  };
  Json added = Json::array();
  for (const char* name : {"[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]"}) {
    added.push_back({{"id", vocabulary[name]},
                     {"content", name},
                     {"special", true},
                     {"normalized", false},
                     {"single_word", false},
                     {"lstrip", false},
                     {"rstrip", false}});
  }
  return {
      {"version", "1.0"},
      {"truncation", {{"max_length", 4}, {"strategy", "LongestFirst"}, {"stride", 0}}},
      {"added_tokens", added},
      {"normalizer",
       {{"type", "BertNormalizer"},
        {"clean_text", true},
        {"handle_chinese_chars", true},
        {"strip_accents", nullptr},
        {"lowercase", true}}},
      {"pre_tokenizer", {{"type", "BertPreTokenizer"}}},
      {"post_processor",
       {{"type", "TemplateProcessing"},
        {"single", {special("[CLS]", 0), sequence("A", 0), special("[SEP]", 0)}},
        {"pair", {special("[CLS]", 0), sequence("A", 0), special("[SEP]", 0), sequence("B", 1), special("[SEP]", 1)}},
        {"special_tokens",
         {{"[CLS]", {{"id", "[CLS]"}, {"ids", {2}}, {"tokens", {"[CLS]"}}}},
          {"[SEP]", {{"id", "[SEP]"}, {"ids", {3}}, {"tokens", {"[SEP]"}}}}}}}},
      {"model",
       {{"type", "WordPiece"},
        {"unk_token", "[UNK]"},
        {"continuing_subword_prefix", "##"},
        {"max_input_chars_per_word", 100},
        {"vocab", vocabulary}}}};
}

void write_json(const fs::path& file, const Json& value) {
  write_file_atomically(file, value.dump());
}

std::vector<std::int32_t> ids(const text::Tokenizer& tokenizer, const std::string& text) {
  return tokenizer.encode(text).front().ids;
}

// Loading a folder with this tokenizer.json fails and says all of `words`.
void check_refused(const Json& content, const std::vector<std::string>& words) {
  const test::TemporaryFolder folder;
  write_json(folder.path() / "tokenizer.json", content);
  try {
    text::Tokenizer::from_folder(folder.path());
    FAIL("was accepted: " << content.dump().substr(0, 200));
  } catch (const CheckpointError& error) {
    CHECK(error.message().find("tokenizer.json") != std::string::npos);
    for (const std::string& word : words) {
      INFO(error.message());
      CHECK(error.message().find(word) != std::string::npos);
    }
  }
}

Json damaged(const char* pointer, const Json& value) {
  Json content = small_tokenizer_json();
  content[Json::json_pointer(pointer)] = value;
  return content;
}

void check_vocabulary_refused(const std::string& content, const std::string& word) {
  const test::TemporaryFolder folder;
  write_file_atomically(folder.path() / "vocab.txt", content);
  CHECK_THROWS_WITH(text::Tokenizer::from_vocabulary(folder.path() / "vocab.txt", false),
                    Catch::Contains("vocab.txt") && Catch::Contains(word));
}

}  // namespace

TEST_CASE("tokenizer.json and vocab.txt of one vocabulary encode alike", "[text]") {
  const test::TemporaryFolder folder;
  test::write_small_vocabulary(folder.path());
  const auto plain = text::Tokenizer::from_vocabulary(folder.path() / "vocab.txt", false);
  write_json(folder.path() / "tokenizer.json", small_tokenizer_json());
  const auto json = text::Tokenizer::from_folder(folder.path());
  CHECK(ids(plain, "Playing the café, New York!") == ids(json, "Playing the café, New York!"));
  CHECK(plain.vocabulary_size() == json.vocabulary_size());
  // The stored truncation is a setting of some call long ago, not of ours.
  CHECK(ids(json, "a b c d e f").size() == 8);
}

TEST_CASE("tokenizer_config.json overrides case, accents and ideographs", "[text]") {
  const test::TemporaryFolder folder;
  write_json(folder.path() / "tokenizer.json", small_tokenizer_json());
  write_json(folder.path() / "tokenizer_config.json", {{"do_lower_case", false},
                                                       {"tokenize_chinese_chars", false},
                                                       {"strip_accents", true},
                                                       {"model_max_length", 128}});
  const auto tokenizer = text::Tokenizer::from_folder(folder.path());
  CHECK_FALSE(tokenizer.lowercases());
  CHECK(tokenizer.model_max_length() == 128);
  CHECK(ids(tokenizer, "é") == std::vector<std::int32_t>{2, *tokenizer.find("e"), 3});
  CHECK(ids(tokenizer, "A") == std::vector<std::int32_t>{2, *tokenizer.find("A"), 3});
  CHECK(ids(tokenizer, "中e").size() == 4);
}

TEST_CASE("a folder with vocab.txt alone is lower-cased, with a warning", "[text]") {
  const test::TemporaryFolder folder;
  test::write_small_vocabulary(folder.path());
  const auto guessed = text::Tokenizer::from_folder(folder.path());
  CHECK(guessed.lowercases());
  REQUIRE(guessed.warnings().size() == 1);
  CHECK_THAT(guessed.warnings().front(), Catch::Contains("do_lower_case"));
  write_json(folder.path() / "tokenizer_config.json", {{"do_lower_case", false}});
  const auto told = text::Tokenizer::from_folder(folder.path());
  CHECK_FALSE(told.lowercases());
  CHECK(told.warnings().empty());
  CHECK(guessed.fingerprint() != told.fingerprint());
  CHECK(guessed.fingerprint() == text::Tokenizer::from_vocabulary(folder.path() / "vocab.txt", false).fingerprint());
}

TEST_CASE("added tokens are found whole, by their flags, and get the next ids", "[text]") {
  const test::TemporaryFolder folder;
  Json content = small_tokenizer_json();
  const auto size = static_cast<std::int32_t>(test::small_vocabulary().size());
  const auto token = [&](const char* text, int id) {
    return Json{{"id", size + id},      {"content", text}, {"special", false}, {"normalized", false},
                {"single_word", false}, {"lstrip", false}, {"rstrip", false}};
  };
  content["added_tokens"].push_back(token("<u>", 0));
  content["added_tokens"].push_back(token("<u><u>", 1));
  content["added_tokens"].push_back(token("cat", 2));
  content["added_tokens"].back()["single_word"] = true;
  content["added_tokens"].push_back(token("<s>", 3));
  content["added_tokens"].back()["lstrip"] = content["added_tokens"].back()["rstrip"] = true;
  content["added_tokens"].push_back(token("Über", 4));
  content["added_tokens"].back()["normalized"] = true;
  write_json(folder.path() / "tokenizer.json", content);
  const auto tokenizer = text::Tokenizer::from_folder(folder.path());
  CHECK(tokenizer.vocabulary_size() == size + 5);
  CHECK(ids(tokenizer, "<u><u><u>") == std::vector<std::int32_t>{2, size + 1, size, 3});
  CHECK(ids(tokenizer, "cat") == std::vector<std::int32_t>{2, size + 2, 3});
  CHECK(ids(tokenizer, "cats").size() == 6);
  const text::Encoding stripped = tokenizer.encode("a <s>  b").front();
  CHECK(stripped.ids[2] == size + 3);
  CHECK(stripped.offsets[2] == std::pair(1, 7));
  // Looked for after normalisation: any case and accent finds it.
  CHECK(ids(tokenizer, "UBER") == std::vector<std::int32_t>{2, size + 4, 3});
}

TEST_CASE("split_special_tokens takes special tokens for plain text", "[text]") {
  const test::TemporaryFolder folder;
  const auto tokenizer = text::Tokenizer::from_vocabulary(test::write_small_vocabulary(folder.path()), false);
  text::EncodeOptions options;
  CHECK(tokenizer.encode("a[SEP]b", options).front().size() == 5);
  options.split_special_tokens = true;
  CHECK(tokenizer.encode("a[SEP]b", options).front().size() == 9);
}

TEST_CASE("old folders name their tokens in special_tokens_map.json and added_tokens.json", "[text]") {
  const test::TemporaryFolder folder;
  test::write_small_vocabulary(folder.path());
  const auto size = static_cast<std::int32_t>(test::small_vocabulary().size());
  write_json(folder.path() / "tokenizer_config.json", {{"do_lower_case", true}});
  write_json(folder.path() / "special_tokens_map.json", {{"mask_token", "<mask>"}});
  write_json(folder.path() / "added_tokens.json", {{"<two>", size + 1}, {"<one>", size}});
  const auto tokenizer = text::Tokenizer::from_folder(folder.path());
  CHECK(tokenizer.find("<one>") == size);
  CHECK(tokenizer.find("<two>") == size + 1);
  CHECK(tokenizer.find("<mask>") == size + 2);
  CHECK(ids(tokenizer, "a<two>") == std::vector<std::int32_t>{2, *tokenizer.find("a"), size + 1, 3});
}

TEST_CASE("a BertProcessing section is a template too", "[text]") {
  const test::TemporaryFolder folder;
  Json content = small_tokenizer_json();
  content["post_processor"] = {{"type", "BertProcessing"}, {"sep", {"[SEP]", 3}}, {"cls", {"[CLS]", 2}}};
  write_json(folder.path() / "tokenizer.json", content);
  const text::Encoding pair = text::Tokenizer::from_folder(folder.path()).encode_pair("a", "b").front();
  CHECK(pair.ids.front() == 2);
  CHECK(pair.type_ids == std::vector<std::int32_t>{0, 0, 0, 1, 1});
}

TEST_CASE("Windows line ends and repeated tokens in vocab.txt are read as the original reads them", "[text]") {
  const test::TemporaryFolder folder;
  std::string text;
  for (const std::string& token : test::small_vocabulary()) text += token + "\r\n";
  write_file_atomically(folder.path() / "vocab.txt", text + "the\r\n");
  const auto tokenizer = text::Tokenizer::from_vocabulary(folder.path() / "vocab.txt", false);
  CHECK(tokenizer.find("the") == static_cast<std::int32_t>(test::small_vocabulary().size()));
  REQUIRE(tokenizer.warnings().size() == 1);
  CHECK_THAT(tokenizer.warnings().front(), Catch::Contains("more than once"));
}

TEST_CASE("damaged tokenizer.json files are refused with the key and what was expected", "[text]") {
  check_refused(damaged("/model/type", "BPE"), {"model.type", "BPE", "WordPiece"});
  check_refused(damaged("/model/vocab", Json::array()), {"model.vocab", "a list", "an object"});
  check_refused(damaged("/model/vocab", Json::object()), {"model.vocab", "no token"});
  check_refused(damaged("/model/vocab/the", -3), {"model.vocab", "-3", "an id"});
  check_refused(damaged("/model/vocab/the", "seven"), {"seven"});
  check_refused(damaged("/model/vocab/the", 4000000000), {"4000000000"});
  check_refused(damaged("/model/vocab/the", 0), {"id 0", "[PAD]"});
  check_refused(damaged("/model/unk_token", "<oov>"), {"unk_token", "<oov>"});
  check_refused(damaged("/model/max_input_chars_per_word", "many"), {"max_input_chars_per_word", "many"});
  check_refused(damaged("/normalizer", nullptr), {"normalizer", "an object"});
  check_refused(damaged("/normalizer/type", "Lowercase"), {"normalizer.type", "BertNormalizer"});
  check_refused(damaged("/normalizer/lowercase", "yes"), {"normalizer.lowercase", "true or false"});
  check_refused(damaged("/pre_tokenizer/type", "ByteLevel"), {"pre_tokenizer.type", "BertPreTokenizer"});
  check_refused(damaged("/post_processor/type", "RobertaProcessing"), {"post_processor.type"});
  check_refused(damaged("/post_processor/single", Json::array()), {"post_processor.single", "sequence A once"});
  check_refused(damaged("/post_processor/special_tokens/[CLS]/ids", {"x"}), {"special_tokens.[CLS]"});
  check_refused(damaged("/added_tokens", 5), {"added_tokens", "a list"});
  check_refused(damaged("/added_tokens/0/id", 1.5), {"added_tokens[0]", "1.5"});
  check_refused(Json::array(), {"a JSON object"});
}

TEST_CASE("all problems of a tokenizer.json are told at once", "[text]") {
  Json content = damaged("/model/type", "BPE");
  content["normalizer"]["lowercase"] = 7;
  content["pre_tokenizer"]["type"] = "ByteLevel";
  check_refused(content, {"3 problems", "BPE", "normalizer.lowercase", "ByteLevel"});
}

TEST_CASE("cut, empty and absent tokenizer files are refused with their place", "[text]") {
  const test::TemporaryFolder folder;
  const std::string whole = small_tokenizer_json().dump();
  for (const std::size_t length : {std::size_t{0}, std::size_t{1}, whole.size() / 2, whole.size() - 1}) {
    write_file_atomically(folder.path() / "tokenizer.json", whole.substr(0, length));
    CHECK_THROWS_WITH(text::Tokenizer::from_folder(folder.path()),
                      Catch::Contains("tokenizer.json") && Catch::Contains("byte"));
  }
  write_file_atomically(folder.path() / "tokenizer.json", whole);
  write_file_atomically(folder.path() / "tokenizer_config.json",
                        "{\"do_lower_case\": \"no\", \"model_max_length\": -1}");
  CHECK_THROWS_WITH(text::Tokenizer::from_folder(folder.path()),
                    Catch::Contains("do_lower_case") && Catch::Contains("model_max_length"));
  CHECK_THROWS_WITH(text::Tokenizer::from_folder(folder.path() / "nowhere"), Catch::Contains("no folder"));
  CHECK_THROWS_AS(text::Tokenizer::from_vocabulary(folder.path() / "nowhere.txt", false), InputError);
}

TEST_CASE("damaged vocabularies are refused with file, line and a hint", "[text]") {
  check_vocabulary_refused("", "empty");
  check_vocabulary_refused("[PAD]\n[UNK]\n[SEP]\nthe\n", "no [CLS]");
  check_vocabulary_refused("{\"model\": {}}\n", "no [UNK]");
  check_vocabulary_refused("[PAD]\n[UNK]\n[CLS]\n[SEP]\n\xC3\x28\n", "vocab.txt:5");
  check_vocabulary_refused(std::string(1000, '\0'), "no [UNK]");
}

TEST_CASE("random damage to the other files of a tokenizer is refused or read, never worse", "[text]") {
  std::string vocabulary;
  for (const std::string& token : test::small_vocabulary()) vocabulary += token + "\n";
  const std::vector<std::pair<std::string, std::string>> wholes = {
      {"vocab.txt", vocabulary},
      {"tokenizer_config.json",
       R"({"do_lower_case": true, "strip_accents": null, "tokenize_chinese_chars": true, "model_max_length": 512})"},
      {"special_tokens_map.json", R"({"cls_token": "[CLS]", "unk_token": {"content": "[UNK]", "lstrip": false}})"},
      {"added_tokens.json", R"({"[LEFT]": 60, "[RIGHT]": 61})"}};
  std::uint32_t state = 54321;
  const auto random = [&] { return (state = state * 1664525u + 1013904223u) >> 8; };
  for (const auto& [name, whole] : wholes) {
    CAPTURE(name);
    const test::TemporaryFolder folder;
    std::ofstream(folder.path() / "vocab.txt", std::ios::binary) << vocabulary;
    for (int i = 0; i < 200; ++i) {
      std::string content = whole;
      for (int k = 0; k < 3 && !content.empty(); ++k) {
        const std::size_t at = random() % content.size();
        if (random() % 3 == 0)
          content.erase(at, 1 + random() % 9);
        else if (random() % 2 == 0)
          content.insert(at, content.substr(at / 2, random() % 20));
        else
          content[at] = static_cast<char>(random());
      }
      CAPTURE(i, content);
      std::ofstream(folder.path() / name, std::ios::binary) << content;
      try {
        text::Tokenizer::from_folder(folder.path()).encode("Playing the [SEP] café");
      } catch (const InputError& error) {
        CHECK_FALSE(std::string(error.what()).empty());
      }
    }
  }
}

TEST_CASE("random damage to a tokenizer.json is refused or read, never worse", "[text]") {
  const std::string whole = small_tokenizer_json().dump();
  const test::TemporaryFolder folder;
  std::uint32_t state = 12345;
  const auto random = [&] { return state = state * 1664525u + 1013904223u; };
  for (int i = 0; i < 300; ++i) {
    std::string content = whole;
    for (int k = 0; k < 3; ++k) content[random() % content.size()] = static_cast<char>(random() >> 24);
    std::ofstream(folder.path() / "tokenizer.json", std::ios::binary) << content;
    try {
      text::Tokenizer::from_folder(folder.path()).encode("Playing the [SEP] café");
    } catch (const InputError& error) {
      CHECK_THAT(error.message(), Catch::Contains("tokenizer.json"));
    }
  }
}
