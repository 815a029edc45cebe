#include "core/data/data_summary.h"

#include <algorithm>
#include <set>

#include "core/data/code_points.h"
#include "core/data/text_lines.h"

namespace lorascope::data {
namespace {

constexpr std::size_t kFirstRows = 3;

void remark(DataSummary& summary, std::size_t count, const std::string& what) {
  if (count > 0) summary.remarks.push_back(std::to_string(count) + " " + what);
}

double share(std::size_t part, std::size_t whole) {
  return whole == 0 ? 0.0 : static_cast<double>(part) / static_cast<double>(whole);
}

std::string first_word(std::string_view question) {
  constexpr std::string_view kKnown[] = {"what", "who", "how", "when", "which", "where", "why", "whom", "whose", "in"};
  std::string word;
  for (const char byte : trim_left(question)) {
    const bool is_letter = (byte >= 'a' && byte <= 'z') || (byte >= 'A' && byte <= 'Z');
    if (!is_letter) break;
    word.push_back(byte >= 'A' && byte <= 'Z' ? static_cast<char>(byte - 'A' + 'a') : byte);
  }
  return std::find(std::begin(kKnown), std::end(kKnown), word) == std::end(kKnown) ? "other" : word;
}

}  // namespace

void LengthHistogram::add(std::size_t length) {
  const std::size_t bucket = length == 0 ? 0 : (length - 1) / width;
  if (counts.size() <= bucket) counts.resize(bucket + 1);
  ++counts[bucket];
  longest = std::max(longest, length);
  total += length;
}

double LengthHistogram::mean() const {
  std::size_t number = 0;
  for (const std::size_t count : counts) number += count;
  return share(total, number);
}

std::size_t count_words(std::string_view text) {
  std::size_t count = 0;
  bool is_inside = false;
  for (const char byte : text) {
    const bool is_space = byte == ' ' || (byte >= '\t' && byte <= '\r');
    if (!is_space && !is_inside) ++count;
    is_inside = !is_space;
  }
  return count;
}

std::string on_one_line(std::string_view text, std::size_t limit) {
  const CodePoints points(text);
  const bool is_cut = points.size() > static_cast<std::int64_t>(limit);
  std::string line(is_cut ? points.slice(0, static_cast<std::int64_t>(limit)) : text);
  std::replace_if(
      line.begin(), line.end(), [](char byte) { return byte == '\n' || byte == '\r' || byte == '\t'; }, ' ');
  return line + (is_cut ? "…" : "");
}

DataSummary summarize(const SquadData& data) {
  DataSummary summary;
  std::set<std::string_view> titles, contexts, texts;
  std::size_t num_answers = 0, num_answerable = 0, num_repeated = 0, num_padded = 0, num_empty = 0;
  LengthHistogram context_words{"words of a context", 50}, question_words{"words of a question", 5},
      answer_words{"words of an answer", 2};
  summary.label_name = "first word of the question";
  for (const SquadQuestion& question : data.questions) {
    titles.insert(question.title);
    if (contexts.insert(question.context).second) context_words.add(count_words(question.context));
    if (!texts.insert(question.question).second) ++num_repeated;
    if (trim_left(question.question).size() != question.question.size()) ++num_padded;
    question_words.add(count_words(question.question));
    ++summary.labels[first_word(question.question)];
    num_answers += question.answers.size();
    num_answerable += question.answers.empty() ? 0 : 1;
    for (const SquadAnswer& answer : question.answers) {
      answer_words.add(count_words(answer.text));
      if (answer.text.empty()) ++num_empty;
    }
    if (summary.first_rows.size() == kFirstRows) continue;
    const std::string answer = question.answers.empty() ? "(no answer)" : question.answers.front().text;
    summary.first_rows.push_back(on_one_line(question.question, 100) + " -> " + on_one_line(answer, 60));
  }
  summary.counts = {{"questions", data.questions.size()},
                    {"titles", titles.size()},
                    {"contexts", contexts.size()},
                    {"answers", num_answers}};
  summary.shares = {{"answerable", share(num_answerable, data.questions.size())}};
  summary.lengths = {context_words, question_words, answer_words};
  remark(summary, num_repeated, "questions have the words of an earlier one");
  remark(summary, num_padded, "questions begin with white space, which is dropped");
  remark(summary, num_empty, "answers are empty texts");
  if (data.is_v2) summary.remarks.push_back("the file is scored as SQuAD version 2");
  return summary;
}

DataSummary summarize(std::span<const SwagRow> rows) {
  DataSummary summary;
  LengthHistogram beginning{"words of a beginning", 10}, ending{"words of an ending", 5};
  std::set<std::string> known;
  std::size_t num_repeated = 0, num_twins = 0, num_empty = 0, num_labelled = 0, num_without_sent2 = 0;
  summary.label_name = "label";
  for (const SwagRow& row : rows) {
    beginning.add(count_words(row.sent1) + count_words(row.sent2));
    std::string text = row.sent1 + '\n' + row.sent2;
    for (const std::string& each : row.endings) {
      ending.add(count_words(each));
      text += '\n' + each;
      if (each.empty()) ++num_empty;
    }
    if (!known.insert(text).second) ++num_repeated;
    if (std::set<std::string>(row.endings.begin(), row.endings.end()).size() < row.endings.size()) ++num_twins;
    if (row.sent2.empty()) ++num_without_sent2;
    ++summary.labels[row.label < 0 ? "none" : std::to_string(row.label)];
    num_labelled += row.label < 0 ? 0 : 1;
    if (summary.first_rows.size() == kFirstRows) continue;
    const std::string right = row.label < 0 ? "?" : row.endings[static_cast<std::size_t>(row.label)];
    summary.first_rows.push_back(on_one_line(row.sent1, 80) + " | " + on_one_line(row.sent2, 40) + " -> " +
                                 on_one_line(right, 60));
  }
  summary.counts = {{"rows", rows.size()}};
  summary.shares = {{"labelled", share(num_labelled, rows.size())}};
  summary.lengths = {beginning, ending};
  remark(summary, num_repeated, "rows are repeated");
  remark(summary, num_twins, "rows have two equal endings");
  remark(summary, num_empty, "endings are empty");
  remark(summary, num_without_sent2, "rows have no sent2");
  return summary;
}

}  // namespace lorascope::data
