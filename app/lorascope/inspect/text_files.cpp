#include "app/lorascope/inspect/text_files.h"

#include <sstream>

#include "core/base/error.h"
#include "core/base/files.h"
#include "core/data/minimal_pairs.h"
#include "core/data/squad.h"
#include "core/data/swag.h"
#include "core/data/wnut17.h"

namespace lorascope::app::inspect {
namespace {

namespace fs = std::filesystem;

std::vector<LabelledText> read_pairs(const fs::path& file, std::size_t limit) {
  std::vector<LabelledText> texts;
  for (const data::MinimalPair& pair : data::read_minimal_pairs(file)) {
    if (texts.size() + 1 >= 2 * limit) break;
    for (const auto& [sentence, side] : {std::pair(&pair.first, "first"), std::pair(&pair.second, "second")}) {
      LabelledText text;
      text.text.text = *sentence;
      text.kind = (pair.changes_form ? "form, " : "meaning, ") + pair.kind + ", " + side;
      texts.push_back(std::move(text));
    }
  }
  return texts;
}

std::vector<LabelledText> read_treebank(const fs::path& file, std::size_t limit) {
  std::vector<LabelledText> texts;
  LabelledText current;
  std::istringstream lines(read_file(file));
  const auto finish = [&] {
    if (!current.text.words.empty()) texts.push_back(std::move(current));
    current = {};
  };
  for (std::string line; texts.size() < limit && std::getline(lines, line);) {
    if (!line.empty() && line.back() == '\r') line.pop_back();
    if (line.empty()) finish();
    if (line.empty() || line.front() == '#') continue;
    std::istringstream columns(line);
    std::string number, form, lemma, part_of_speech;
    std::getline(columns, number, '\t');
    std::getline(columns, form, '\t');
    std::getline(columns, lemma, '\t');
    std::getline(columns, part_of_speech, '\t');
    // Ranges and empty nodes are no words of their own.
    if (number.find_first_of("-.") != std::string::npos) continue;
    if (part_of_speech.empty())
      throw DataError("cannot read the treebank in " + file.string(),
                      Problem{line.substr(0, 40), "fewer than four columns", "number, form, lemma, part of speech", ""});
    current.text.words.push_back(form);
    current.word_classes.push_back(part_of_speech);
  }
  if (texts.size() < limit) finish();
  return texts;
}

std::vector<LabelledText> read_task_file(const std::string& task, const fs::path& file, std::size_t limit) {
  std::vector<LabelledText> texts;
  if (task == "squad") {
    for (const data::SquadQuestion& question : data::read_squad(file).questions) {
      if (texts.size() == limit) break;
      LabelledText text;
      text.text.question = question.question;
      text.text.text = question.context;
      if (!question.answers.empty()) text.answer = question.answers.front().text;
      texts.push_back(std::move(text));
    }
  } else if (task == "swag") {
    for (const data::SwagRow& row : data::read_swag(file)) {
      if (texts.size() == limit) break;
      LabelledText text;
      text.text.text = row.sent1;
      text.text.start = row.sent2;
      text.text.endings.assign(row.endings.begin(), row.endings.end());
      text.label = row.label;
      texts.push_back(std::move(text));
    }
  } else {
    for (data::TaggedSentence& sentence : data::read_tagged_sentences(file)) {
      if (texts.size() == limit) break;
      LabelledText text;
      text.text.words = std::move(sentence.words);
      text.word_classes = std::move(sentence.tags);
      texts.push_back(std::move(text));
    }
  }
  return texts;
}

std::vector<LabelledText> read_lines(const fs::path& file, std::size_t limit) {
  std::vector<LabelledText> texts;
  std::istringstream lines(read_file(file));
  for (std::string line; texts.size() < limit && std::getline(lines, line);) {
    if (split_words(line).empty()) continue;
    texts.emplace_back();
    texts.back().text.text = line;
  }
  return texts;
}

bool holds_pairs(const fs::path& file) {
  return file.extension() == ".csv" && read_file(file).starts_with("changed,");
}

}  // namespace

std::vector<LabelledText> read_texts(const std::string& task, const fs::path& file, std::size_t limit) {
  if (!fs::is_regular_file(file)) throw UsageError("cannot read " + file.string() + ": there is no such file");
  const bool is_tagging = task == "wnut17";
  if (is_tagging && holds_pairs(file)) return read_pairs(file, limit);
  if (is_tagging && file.extension() == ".conllu") return read_treebank(file, limit);
  if (is_tagging && file.extension() == ".txt") return read_lines(file, limit);
  return read_task_file(task, file, limit);
}

}  // namespace lorascope::app::inspect
