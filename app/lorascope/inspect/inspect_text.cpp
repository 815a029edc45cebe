#include "app/lorascope/inspect/inspect_text.h"

#include <algorithm>
#include <cctype>

#include "core/base/error.h"
#include "core/base/utf8.h"
#include "core/data/swag.h"
#include "core/data/text_lines.h"
#include "core/study/run_settings.h"
#include "core/text/tokenizer.h"

namespace lorascope::app::inspect {
namespace {

constexpr std::string_view kEdges = ".,;:!?()[]{}\"'";

void require(bool holds, const std::string& what, const std::string& expected) {
  if (!holds) throw UsageError(what + ": found nothing, expected " + expected);
}

/// The parts of a word at its edges that are punctuation, one mark each; a word of nothing else stays whole.
void append_parts(std::string_view word, std::vector<std::string>& words) {
  const auto is_edge = [](char c) { return kEdges.find(c) != std::string_view::npos; };
  if (std::all_of(word.begin(), word.end(), is_edge)) {
    words.emplace_back(word);
    return;
  }
  while (is_edge(word.front())) {
    words.emplace_back(1, word.front());
    word.remove_prefix(1);
  }
  std::vector<std::string> behind;
  while (is_edge(word.back())) {
    behind.emplace_back(1, word.back());
    word.remove_suffix(1);
  }
  words.emplace_back(word);
  words.insert(words.end(), behind.rbegin(), behind.rend());
}

InspectRow row_of(const text::Encoding& encoding, std::vector<std::string> texts, const text::Tokenizer& tokenizer) {
  InspectRow row;
  row.texts = std::move(texts);
  std::int32_t running = -1, previous = -1, sequence = -1;
  for (std::size_t i = 0; i < encoding.size(); ++i) {
    InspectToken token;
    token.text = std::string(tokenizer.token(encoding.ids[i]));
    token.sequence = encoding.sequence_ids[i];
    token.begin = encoding.offsets[i].first;
    token.end = encoding.offsets[i].second;
    if (token.sequence >= 0) {
      if (encoding.word_ids[i] != previous || token.sequence != sequence) ++running;
      token.word = running;
    }
    previous = encoding.word_ids[i];
    sequence = token.sequence;
    row.tokens.push_back(std::move(token));
  }
  return row;
}

data::Feature feature_of(text::Encoding encoding) {
  data::Feature feature;
  feature.input_ids = std::move(encoding.ids);
  feature.token_type_ids = std::move(encoding.type_ids);
  return feature;
}

text::EncodeOptions options_for(int max_length, text::Truncation truncation) {
  text::EncodeOptions options;
  options.max_length = max_length;
  options.truncation = truncation;
  return options;
}

EncodedText encode_sentence(const InspectText& text, const text::Tokenizer& tokenizer, int max_length) {
  EncodedText result;
  result.words = text.words.empty() ? split_words(text.text) : text.words;
  require(!result.words.empty(), "text", "a sentence");
  // Where each word begins in the joined text, in code points.
  std::string joined;
  std::vector<int> begins;
  for (const std::string& word : result.words) {
    if (!joined.empty()) joined += ' ';
    begins.push_back(static_cast<int>(count_code_points(joined)));
    joined += word;
  }
  text::Encoding encoding =
      tokenizer.encode_words(result.words, options_for(max_length, text::Truncation::LongestFirst)).front();
  InspectRow row = row_of(encoding, {joined}, tokenizer);
  for (std::size_t i = 0; i < row.tokens.size(); ++i) {
    row.tokens[i].word = encoding.word_ids[i];
    if (encoding.word_ids[i] < 0) continue;
    const int begin = begins[static_cast<std::size_t>(encoding.word_ids[i])];
    row.tokens[i].begin += begin;
    row.tokens[i].end += begin;
  }
  std::vector<std::int32_t> word_ids = encoding.word_ids;
  result.features.push_back(feature_of(std::move(encoding)));
  result.features.back().word_ids = std::move(word_ids);
  result.features.back().labels.assign(row.tokens.size(), -100);
  result.rows.push_back(std::move(row));
  return result;
}

EncodedText encode_question(const InspectText& text, const study::RunSettings& settings,
                            const text::Tokenizer& tokenizer, int max_length) {
  require(!text.question.empty(), "question", "a question about the text");
  require(!text.text.empty(), "text", "the text that holds the answer");
  text::EncodeOptions options = options_for(max_length, text::Truncation::OnlySecond);
  options.stride = std::min(settings.squad.stride, max_length / 3);
  if (settings.training.max_length > 0 || settings.squad.stride <= max_length - 2) options.stride = settings.squad.stride;
  options.overflow = true;
  const std::string question(data::trim_left(text.question));
  EncodedText result;
  for (text::Encoding& window : tokenizer.encode_pair(question, text.text, options)) {
    result.rows.push_back(row_of(window, {question, text.text}, tokenizer));
    std::vector<std::pair<int, int>> offsets = window.offsets;
    for (std::size_t i = 0; i < window.size(); ++i)
      if (window.sequence_ids[i] != 1) offsets[i] = {-1, -1};
    result.features.push_back(feature_of(std::move(window)));
    result.features.back().offsets = std::move(offsets);
  }
  return result;
}

EncodedText encode_endings(const InspectText& text, const text::Tokenizer& tokenizer, int max_length) {
  require(!text.text.empty(), "text", "the sentence before");
  if (text.endings.size() != data::kNumEndings)
    throw UsageError("endings: found " + std::to_string(text.endings.size()) + ", expected " +
                     std::to_string(data::kNumEndings));
  EncodedText result;
  for (const std::string& ending : text.endings) {
    const std::string second = text.start + " " + ending;
    text::Encoding encoding =
        tokenizer.encode_pair(text.text, second, options_for(max_length, text::Truncation::LongestFirst)).front();
    result.rows.push_back(row_of(encoding, {text.text, second}, tokenizer));
    result.features.push_back(feature_of(std::move(encoding)));
    result.features.back().choice = static_cast<int>(result.features.size()) - 1;
  }
  return result;
}

}  // namespace

InspectText InspectText::from_json(const Json& json) {
  if (!json.is_object()) throw UsageError("input: found " + json.dump().substr(0, 40) + ", expected an object");
  InspectText text;
  const auto take = [](const Json& value, auto& target, const std::string& key, const char* expected) {
    try {
      value.get_to(target);
    } catch (const Json::exception&) {
      throw UsageError("input." + key + ": found " + value.dump().substr(0, 40) + ", expected " + expected);
    }
  };
  for (const auto& [key, value] : json.items()) {
    if (key == "text") {
      take(value, text.text, key, "a text");
    } else if (key == "question") {
      take(value, text.question, key, "a text");
    } else if (key == "start") {
      take(value, text.start, key, "a text");
    } else if (key == "words") {
      take(value, text.words, key, "a list of texts");
    } else if (key == "endings") {
      take(value, text.endings, key, "a list of texts");
    } else {
      throw UsageError("input." + key + ": unknown", "use text, words, question, start, endings");
    }
  }
  return text;
}

Json InspectText::to_json() const {
  Json json = Json::object();
  if (!text.empty()) json["text"] = text;
  if (!words.empty()) json["words"] = words;
  if (!question.empty()) json["question"] = question;
  if (!start.empty()) json["start"] = start;
  if (!endings.empty()) json["endings"] = endings;
  return json;
}

std::int64_t EncodedText::num_tokens() const {
  std::int64_t count = 0;
  for (const InspectRow& row : rows) count += static_cast<std::int64_t>(row.tokens.size());
  return count;
}

std::vector<std::string> split_words(const std::string& text) {
  std::vector<std::string> words;
  std::size_t begin = 0;
  const auto is_space = [](char c) { return std::isspace(static_cast<unsigned char>(c)) != 0; };
  while (begin < text.size()) {
    while (begin < text.size() && is_space(text[begin])) ++begin;
    std::size_t end = begin;
    while (end < text.size() && !is_space(text[end])) ++end;
    if (end > begin) append_parts(std::string_view(text).substr(begin, end - begin), words);
    begin = end;
  }
  return words;
}

EncodedText encode_text(const InspectText& text, const study::RunSettings& settings, const text::Tokenizer& tokenizer,
                        int max_length) {
  if (settings.task == "squad") return encode_question(text, settings, tokenizer, max_length);
  if (settings.task == "swag") return encode_endings(text, tokenizer, max_length);
  return encode_sentence(text, tokenizer, max_length);
}

}  // namespace lorascope::app::inspect
