#include <string>
#include <vector>

#include "core/base/files.h"
#include "core/base/json.h"
#include "core/text/tokenizer.h"
#include "tests/support/catch.h"
#include "tests/support/temporary_folder.h"

using namespace lorascope;

namespace {

text::EncodeOptions options_of(const Json& value) {
  text::EncodeOptions options;
  options.add_special_tokens = value.value("add_special_tokens", true);
  const std::string truncation = value.value("truncation", "none");
  if (truncation == "longest_first") options.truncation = text::Truncation::LongestFirst;
  if (truncation == "only_first") options.truncation = text::Truncation::OnlyFirst;
  if (truncation == "only_second") options.truncation = text::Truncation::OnlySecond;
  if (value.contains("max_length") && !value["max_length"].is_null()) options.max_length = value["max_length"];
  options.stride = value.value("stride", 0);
  options.overflow = value.value("overflow", false);
  options.split_special_tokens = value.value("split_special_tokens", false);
  return options;
}

Json or_null(const std::vector<std::int32_t>& values) {
  Json list = Json::array();
  for (const std::int32_t value : values) list.push_back(value < 0 ? Json() : Json(value));
  return list;
}

Json to_json(const text::Tokenizer& tokenizer, const text::Encoding& encoding) {
  Json tokens = Json::array();
  for (const std::int32_t id : encoding.ids) tokens.push_back(std::string(tokenizer.token(id)));
  return {{"ids", encoding.ids},
          {"type_ids", encoding.type_ids},
          {"tokens", tokens},
          {"offsets", encoding.offsets},
          {"word_ids", or_null(encoding.word_ids)},
          {"sequence_ids", or_null(encoding.sequence_ids)},
          {"special_tokens_mask", encoding.special_tokens_mask}};
}

// The encodings, or "error" where the tokenizer refuses.
Json answer(const text::Tokenizer& tokenizer, const Json& input) {
  const text::EncodeOptions options = options_of(input.value("options", Json::object()));
  try {
    std::vector<text::Encoding> encodings;
    if (input.contains("words")) {
      encodings = tokenizer.encode_words(input["words"].get<std::vector<std::string>>(), options);
    } else if (input.contains("pair")) {
      encodings = tokenizer.encode_pair(input["text"].get<std::string>(), input["pair"].get<std::string>(), options);
    } else {
      encodings = tokenizer.encode(input["text"].get<std::string>(), options);
    }
    Json list = Json::array();
    for (const text::Encoding& encoding : encodings) list.push_back(to_json(tokenizer, encoding));
    return list;
  } catch (const text::EncodingError&) {
    return "error";
  }
}

std::vector<Json> read_lines(const std::filesystem::path& file) {
  std::vector<Json> values;
  const std::string content = read_file(file);
  for (std::size_t begin = 0; begin < content.size();) {
    const std::size_t end = content.find('\n', begin);
    values.push_back(Json::parse(content.substr(begin, end - begin)));
    begin = end + 1;
  }
  return values;
}

void check_folder(const std::string& name, const std::filesystem::path& vocabulary, bool cased) {
  const std::filesystem::path folder = test::shared_folder() / "golden" / "tokenizer" / name;
  const auto tokenizer = text::Tokenizer::from_vocabulary(vocabulary, cased);
  const std::vector<Json> cases = read_lines(folder / "cases.jsonl");
  const std::vector<Json> expected = read_lines(folder / "expected.jsonl");
  REQUIRE(cases.size() == expected.size());
  for (std::size_t i = 0; i < cases.size(); ++i) {
    const Json reference = expected[i].contains("error") ? Json("error") : expected[i]["encodings"];
    INFO(cases[i].dump(-1, ' ', true));
    REQUIRE(answer(tokenizer, cases[i]) == reference);
  }
}

}  // namespace

TEST_CASE("every field of every golden encoding is as the original tokenizer gives it", "[text]") {
  const std::filesystem::path shared = test::shared_folder();
  if (shared.empty()) {
    WARN("golden files are not here: skipped");
    return;
  }
  check_folder("uncased", shared / "data" / "vocab" / "bert-base-uncased-vocab.txt", false);
  check_folder("cased", shared / "data" / "vocab" / "bert-base-cased-vocab.txt", true);
  check_folder("letters-uncased", shared / "golden" / "tokenizer" / "letters-uncased" / "vocab.txt", false);
  check_folder("letters-cased", shared / "golden" / "tokenizer" / "letters-cased" / "vocab.txt", true);
}
