#include <CLI/CLI.hpp>
#include <memory>
#include <string>
#include <vector>

#include "app/lorascope/commands.h"
#include "app/lorascope/commands/text_options.h"
#include "core/base/error.h"
#include "core/base/files.h"
#include "core/base/json.h"
#include "core/text/tokenizer.h"

namespace lorascope::app {
namespace {

struct Options {
  TokenizerOptions tokenizer;
  std::string in, out;
};

[[noreturn]] void fail(const std::string& found, const std::string& expected) {
  throw DataError("cannot read the case", Problem{"", found, expected, ""});
}

text::Truncation truncation_of(const std::string& name) {
  if (name == "none") return text::Truncation::None;
  if (name == "longest_first") return text::Truncation::LongestFirst;
  if (name == "only_first") return text::Truncation::OnlyFirst;
  if (name == "only_second") return text::Truncation::OnlySecond;
  fail("truncation \"" + name + "\"", "none, longest_first, only_first or only_second");
}

text::EncodeOptions options_of(const Json& value) {
  text::EncodeOptions options;
  options.add_special_tokens = value.value("add_special_tokens", true);
  options.truncation = truncation_of(value.value("truncation", "none"));
  if (value.contains("max_length") && !value["max_length"].is_null())
    options.max_length = value["max_length"].get<int>();
  options.stride = value.value("stride", 0);
  options.overflow = value.value("overflow", false);
  options.split_special_tokens = value.value("split_special_tokens", false);
  return options;
}

std::vector<text::Encoding> encode(const text::Tokenizer& tokenizer, const Json& input) {
  const text::EncodeOptions options = options_of(input.value("options", Json::object()));
  if (input.contains("words")) {
    return tokenizer.encode_words(input["words"].get<std::vector<std::string>>(), options);
  }
  const std::string text = input.at("text");
  return input.contains("pair") ? tokenizer.encode_pair(text, input["pair"].get<std::string>(), options)
                                : tokenizer.encode(text, options);
}

Json numbers_or_null(const std::vector<std::int32_t>& values) {
  Json list = Json::array();
  for (const std::int32_t value : values) list.push_back(value < 0 ? Json() : Json(value));
  return list;
}

OrderedJson to_json(const text::Tokenizer& tokenizer, const text::Encoding& encoding) {
  Json tokens = Json::array();
  for (const std::int32_t id : encoding.ids) tokens.push_back(std::string(tokenizer.token(id)));
  OrderedJson value;
  value["ids"] = encoding.ids;
  value["type_ids"] = encoding.type_ids;
  value["tokens"] = tokens;
  value["offsets"] = encoding.offsets;
  value["word_ids"] = numbers_or_null(encoding.word_ids);
  value["sequence_ids"] = numbers_or_null(encoding.sequence_ids);
  value["special_tokens_mask"] = encoding.special_tokens_mask;
  return value;
}

OrderedJson answer(const text::Tokenizer& tokenizer, const std::string& line) {
  const Json input = Json::parse(line);
  OrderedJson output;
  output["id"] = input.at("id");
  try {
    for (const text::Encoding& encoding : encode(tokenizer, input)) {
      output["encodings"].push_back(to_json(tokenizer, encoding));
    }
  } catch (const text::EncodingError& error) {
    output["error"] = error.message();
  }
  return output;
}

void tokenize(const Options& options) {
  const text::Tokenizer tokenizer = options.tokenizer.load();
  const std::string content = read_file(options.in);
  std::string output;
  std::vector<Problem> problems;
  std::size_t number = 0;
  for (std::size_t begin = 0; begin < content.size();) {
    const std::size_t end = std::min(content.find('\n', begin), content.size());
    const std::string line = content.substr(begin, end - begin);
    begin = end + 1;
    ++number;
    if (line.find_first_not_of(" \t\r") == std::string::npos) continue;
    const std::string where = options.in + ":" + std::to_string(number);
    try {
      output += answer(tokenizer, line).dump(-1, ' ', true) + '\n';
    } catch (const Json::exception& problem) {
      problems.push_back({where, problem.what(), "a case: id, text or words, pair, options", ""});
    } catch (const DataError& problem) {
      problems.push_back({where, problem.message(), "", ""});
    }
  }
  if (!problems.empty()) throw DataError("cannot tokenize " + options.in, std::move(problems));
  write_file_atomically(options.out, output);
}

}  // namespace

void add_tokenize(CLI::App& program) {
  CLI::App* command = program.add_subcommand("tokenize", "Tokens, offsets and word ids of texts, as JSON lines");
  command->footer("Example: lorascope tokenize --vocab vocab.txt --in cases.jsonl --out tokens.jsonl");
  auto options = std::make_shared<Options>();
  options->tokenizer.add_to(*command);
  command->add_option("--in", options->in, "Cases, one JSON object a line: id, text or words, pair, options")
      ->required();
  command->add_option("--out", options->out, "File to write, one JSON object a case")->required();
  command->callback([options] { tokenize(*options); });
}

}  // namespace lorascope::app
