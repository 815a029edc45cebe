#include "core/data/tagged_file.h"

#include <string>
#include <string_view>
#include <utility>

#include "core/base/json.h"
#include "core/base/utf8.h"
#include "core/data/json_content.h"
#include "core/data/text_lines.h"

namespace lorascope::data {
namespace {

bool is_tag(std::string_view tag) {
  constexpr std::string_view kPrefixes = "BIES";
  return tag == "O" || (tag.size() > 2 && tag[1] == '-' && kPrefixes.find(tag[0]) != std::string_view::npos);
}

// JSON begins with an object or a list of objects; a word { or [ of a column file is followed by its tag.
bool looks_like_json(std::string_view content) {
  constexpr const char* kSpace = " \t\r\n";
  const std::size_t first = content.find_first_not_of(kSpace);
  if (first == std::string_view::npos) return false;
  const std::size_t second = content.find_first_not_of(kSpace, first + 1);
  const char next = second == std::string_view::npos ? '\0' : content[second];
  return (content[first] == '{' && (next == '"' || next == '}')) ||
         (content[first] == '[' && (next == '{' || next == ']'));
}

class ColumnReader {
 public:
  ColumnReader(std::string_view content, DataProblems& problems)
      : content_(content), has_tabs_(content.find('\t') != std::string_view::npos), problems_(problems) {}

  std::vector<TaggedSentence> read() {
    TextLines lines(content_);
    std::string_view line;
    while (lines.next(line)) {
      const std::string_view trimmed = trim_right(line);
      if (trimmed.empty() || (!has_tabs_ && trimmed.starts_with("-DOCSTART-"))) {
        end_sentence();
      } else {
        add_line(trimmed, lines.number());
      }
    }
    end_sentence();
    return std::move(sentences_);
  }

 private:
  void add_line(std::string_view line, std::size_t number) {
    if (find_invalid_utf8(line) != std::string_view::npos) {
      problems_.add(number, "bytes that are not UTF-8", "UTF-8 text", "convert the file with iconv");
      return;
    }
    const char separator = has_tabs_ ? '\t' : ' ';
    const std::size_t first = line.find(separator);
    const std::size_t last = line.rfind(separator);
    if (first == std::string_view::npos) {
      problems_.add(number, "one column: " + shown(line), has_tabs_ ? "word TAB tag" : "word and tag",
                    "a file without tags cannot be trained or scored on");
      return;
    }
    const std::string_view tag = line.substr(last + 1);
    if (!is_tag(tag)) {
      problems_.add(number, "tag " + shown(tag), "O, B-TYPE or I-TYPE in the last column");
      return;
    }
    if (sentence_.words.empty()) sentence_.line = number;
    sentence_.words.emplace_back(line.substr(0, first));
    sentence_.tags.emplace_back(tag);
  }

  void end_sentence() {
    if (!sentence_.words.empty()) sentences_.push_back(std::move(sentence_));
    sentence_ = {};
  }

  std::string_view content_;
  bool has_tabs_;
  DataProblems& problems_;
  TaggedSentence sentence_;
  std::vector<TaggedSentence> sentences_;
};

class JsonReader {
 public:
  JsonReader(const LabelSet& labels, DataProblems& problems) : labels_(labels), problems_(problems) {}

  std::vector<TaggedSentence> read(std::string_view content) {
    const Json whole = Json::parse(content, nullptr, false);
    if (whole.is_array()) {
      for (std::size_t i = 0; i < whole.size(); ++i) add(whole[i], 0, "row " + std::to_string(i) + ": ");
      return std::move(sentences_);
    }
    TextLines lines(content);
    std::string_view line;
    while (lines.next(line)) {
      if (trim_right(line).empty()) continue;
      const Json row = Json::parse(line, nullptr, false);
      if (row.is_discarded()) {
        problems_.add(lines.number(), "text that is not JSON: " + shown(line), "one JSON object a line");
      } else {
        add(row, lines.number(), "");
      }
    }
    return std::move(sentences_);
  }

 private:
  static const Json* find(const Json& row, std::initializer_list<const char*> keys) {
    for (const char* key : keys) {
      if (row.is_object() && row.contains(key)) return &row.at(key);
    }
    return nullptr;
  }

  void add(const Json& row, std::size_t line, const std::string& place) {
    const Json* words = find(row, {"tokens", "words"});
    const Json* tags = find(row, {"ner_tags", "tags", "ner", "labels"});
    if (words == nullptr || tags == nullptr || !words->is_array() || !tags->is_array()) {
      problems_.add(line, place + (words == nullptr ? "no list of words" : "no list of tags"),
                    "an object with tokens or words, and ner_tags, tags, ner or labels, both lists");
      return;
    }
    if (words->size() != tags->size()) {
      problems_.add(line,
                    place + std::to_string(words->size()) + " words and " + std::to_string(tags->size()) + " tags",
                    "as many tags as words");
      return;
    }
    TaggedSentence sentence;
    sentence.line = line;
    for (std::size_t i = 0; i < words->size(); ++i) {
      if (!add_word((*words)[i], (*tags)[i], line, place, sentence)) return;
    }
    if (!sentence.words.empty()) sentences_.push_back(std::move(sentence));
  }

  bool add_word(const Json& word, const Json& tag, std::size_t line, const std::string& place,
                TaggedSentence& sentence) {
    if (!word.is_string()) {
      problems_.add(line, place + "word " + shown(word), "a text");
      return false;
    }
    const bool is_number = tag.is_number_integer() && tag >= 0 && tag < labels_.size();
    if (!is_number && !(tag.is_string() && is_tag(tag.get_ref<const std::string&>()))) {
      problems_.add(line, place + "tag " + shown(tag),
                    "O, B-TYPE, I-TYPE, or a number below " + std::to_string(labels_.size()));
      return false;
    }
    sentence.words.push_back(word.get<std::string>());
    sentence.tags.push_back(is_number ? labels_.name(tag.get<int>()) : tag.get<std::string>());
    return true;
  }

  const LabelSet& labels_;
  DataProblems& problems_;
  std::vector<TaggedSentence> sentences_;
};

}  // namespace

std::vector<TaggedSentence> read_tagged_file(const std::filesystem::path& file, const LabelSet& labels_of_numbers,
                                             DataProblems& problems) {
  const std::string content = read_data_file(file);
  std::vector<TaggedSentence> sentences = looks_like_json(content)
                                              ? JsonReader(labels_of_numbers, problems).read(content)
                                              : ColumnReader(content, problems).read();
  if (sentences.empty() && problems.empty()) {
    problems.add(0, content.empty() ? "an empty file" : "no sentence", "sentences with one word and tag a line");
  }
  return sentences;
}

}  // namespace lorascope::data
