#include "core/data/tag_guesses.h"

#include <string_view>
#include <utility>

#include "core/data/data_problems.h"
#include "core/data/json_content.h"
#include "core/data/text_lines.h"

namespace lorascope::data {
namespace {

struct GuessLine {
  std::string_view word, gold, guess;
};

bool split_line(std::string_view line, GuessLine& out) {
  const std::size_t last = line.rfind('\t');
  if (last == std::string_view::npos || last == 0) return false;
  const std::size_t middle = line.rfind('\t', last - 1);
  if (middle == std::string_view::npos) return false;
  out = {line.substr(0, middle), line.substr(middle + 1, last - middle - 1), line.substr(last + 1)};
  return !out.guess.empty();
}

// Walks through the words of the data as the lines of the predictions come.
class GuessReader {
 public:
  GuessReader(std::span<const TaggedSentence> sentences, DataProblems& problems)
      : sentences_(sentences), problems_(problems) {}

  void add_word(const GuessLine& line, std::size_t number) {
    if (sentence_ == sentences_.size()) {
      problems_.add(number, "more words than the data has", "the end of the file");
      return;
    }
    const TaggedSentence& sentence = sentences_[sentence_];
    const std::size_t word = current_.size();
    if (word > sentence.words.size()) {
      // Told once a sentence.
    } else if (word == sentence.words.size()) {
      problems_.add(number,
                    "more words than the sentence at line " + std::to_string(sentence.line) + " of the data has",
                    "an empty line after its " + std::to_string(word) + " words");
    } else if (line.word != sentence.words[word] || line.gold != sentence.tags[word]) {
      problems_.add(number, "\"" + std::string(line.word) + "\" " + std::string(line.gold),
                    "\"" + sentence.words[word] + "\" " + sentence.tags[word] + " as in the data",
                    "are these predictions for this data file?");
    }
    current_.emplace_back(line.guess);
  }

  void end_sentence(std::size_t number) {
    if (current_.empty()) return;
    if (sentence_ < sentences_.size() && current_.size() < sentences_[sentence_].words.size()) {
      problems_.add(number, std::to_string(current_.size()) + " words in the sentence before",
                    std::to_string(sentences_[sentence_].words.size()) + " as in the data");
    }
    guesses_.push_back(std::move(current_));
    current_.clear();
    if (sentence_ < sentences_.size()) ++sentence_;
  }

  TagGuesses finish() {
    if (guesses_.size() < sentences_.size()) {
      problems_.add(0, std::to_string(guesses_.size()) + " sentences",
                    std::to_string(sentences_.size()) + " as in the data");
    }
    return std::move(guesses_);
  }

 private:
  std::span<const TaggedSentence> sentences_;
  DataProblems& problems_;
  std::size_t sentence_ = 0;
  std::vector<std::string> current_;
  TagGuesses guesses_;
};

}  // namespace

TagGuesses read_tag_guesses(const std::filesystem::path& file, std::span<const TaggedSentence> sentences) {
  const std::string content = read_data_file(file);
  DataProblems problems(file);
  GuessReader reader(sentences, problems);
  TextLines lines(content);
  std::string_view line;
  while (lines.next(line)) {
    const std::string_view trimmed = trim_right(line);
    GuessLine columns;
    if (trimmed.empty()) {
      reader.end_sentence(lines.number());
    } else if (split_line(trimmed, columns)) {
      reader.add_word(columns, lines.number());
    } else {
      problems.add(lines.number(), "fewer than three columns", "word TAB gold TAB guess");
    }
  }
  reader.end_sentence(lines.number());
  TagGuesses guesses = reader.finish();
  problems.throw_if_any();
  return guesses;
}

std::string tag_guess_lines(std::span<const TaggedSentence> sentences, const TagGuesses& guesses) {
  std::string text;
  for (std::size_t i = 0; i < sentences.size(); ++i) {
    for (std::size_t word = 0; word < sentences[i].words.size(); ++word) {
      text += sentences[i].words[word] + '\t' + sentences[i].tags[word] + '\t' + guesses[i][word] + '\n';
    }
    text += '\n';
  }
  return text;
}

}  // namespace lorascope::data
