#include "core/data/treebank.h"

#include <algorithm>
#include <charconv>
#include <optional>
#include <string_view>

#include "core/base/files.h"
#include "core/base/utf8.h"
#include "core/data/data_problems.h"

namespace lorascope::data {
namespace {

constexpr std::size_t kColumns = 10;

std::vector<std::string_view> columns_of(std::string_view line) {
  std::vector<std::string_view> columns;
  for (std::size_t begin = 0; begin <= line.size();) {
    const std::size_t end = std::min(line.find('\t', begin), line.size());
    columns.push_back(line.substr(begin, end - begin));
    begin = end + 1;
  }
  return columns;
}

std::optional<std::int64_t> whole_number(std::string_view text) {
  std::int64_t number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc() || end != text.data() + text.size() || number < 0) return std::nullopt;
  return number;
}

/// Whether every word leads to the one root.
bool is_tree(const std::vector<std::int64_t>& heads) {
  for (std::size_t word = 0; word < heads.size(); ++word) {
    std::int64_t at = static_cast<std::int64_t>(word);
    for (std::size_t steps = 0; at >= 0; ++steps) {
      if (steps > heads.size()) return false;
      at = heads[static_cast<std::size_t>(at)];
    }
  }
  return true;
}

class TreebankReader {
 public:
  explicit TreebankReader(DataProblems& problems) : problems_(problems) {}

  void take(std::string_view line, std::size_t number) {
    if (line.empty()) return finish();
    if (line.front() == '#') return;
    const std::vector<std::string_view> columns = columns_of(line);
    if (columns.size() != kColumns) {
      problems_.add(number, std::to_string(columns.size()) + " columns", "the ten columns of CoNLL-U between tabs");
      is_bad_ = true;
      return;
    }
    if (columns[0].find_first_of("-.") != std::string_view::npos) return;
    if (sentence_.words.empty()) sentence_.line = number;
    const auto id = whole_number(columns[0]), head = whole_number(columns[6]);
    if (!id || *id != static_cast<std::int64_t>(sentence_.words.size()) + 1) {
      problems_.add(number, "word number \"" + std::string(columns[0]) + '"',
                    std::to_string(sentence_.words.size() + 1));
      is_bad_ = true;
    }
    if (!head) {
      problems_.add(number, "head \"" + std::string(columns[6]) + '"', "the number of a word, or 0");
      is_bad_ = true;
    }
    sentence_.words.emplace_back(columns[1]);
    sentence_.heads.push_back(head.value_or(0) - 1);
    sentence_.is_punctuation.push_back(columns[3] == "PUNCT" || columns[3] == "SYM");
  }

  void finish() {
    if (!sentence_.words.empty() && !is_bad_) check_tree();
    if (!sentence_.words.empty() && !is_bad_) sentences_.push_back(std::move(sentence_));
    sentence_ = {};
    is_bad_ = false;
  }

  std::vector<TreeSentence> sentences() && { return std::move(sentences_); }

 private:
  void check_tree() {
    const auto size = static_cast<std::int64_t>(sentence_.words.size());
    const auto roots = std::count(sentence_.heads.begin(), sentence_.heads.end(), -1);
    const bool has_far = std::any_of(sentence_.heads.begin(), sentence_.heads.end(),
                                     [size](std::int64_t head) { return head >= size; });
    is_bad_ = true;
    if (has_far)
      problems_.add(sentence_.line, "a head after the last word", "heads from 0 to " + std::to_string(size));
    else if (roots != 1)
      problems_.add(sentence_.line, std::to_string(roots) + " roots", "one word whose head is 0");
    else if (!is_tree(sentence_.heads))
      problems_.add(sentence_.line, "heads that lead in a circle", "a tree");
    else
      is_bad_ = false;
  }

  DataProblems& problems_;
  std::vector<TreeSentence> sentences_;
  TreeSentence sentence_;
  bool is_bad_ = false;
};

}  // namespace

std::vector<TreeSentence> read_treebank(const std::filesystem::path& file) {
  DataProblems problems(file);
  const std::string content = read_file(file);
  if (find_invalid_utf8(content) != std::string_view::npos)
    problems.add(0, "bytes that are not UTF-8", "UTF-8");
  problems.throw_if_any();
  TreebankReader reader(problems);
  std::size_t number = 0;
  for (std::size_t begin = 0; begin < content.size();) {
    const std::size_t end = std::min(content.find('\n', begin), content.size());
    std::string_view line = std::string_view(content).substr(begin, end - begin);
    if (line.ends_with('\r')) line.remove_suffix(1);
    reader.take(line, ++number);
    begin = end + 1;
  }
  reader.finish();
  std::vector<TreeSentence> sentences = std::move(reader).sentences();
  if (sentences.empty() && problems.empty()) problems.add(0, "no sentence", "sentences in CoNLL-U");
  problems.throw_if_any();
  return sentences;
}

}  // namespace lorascope::data
