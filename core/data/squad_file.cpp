#include <algorithm>
#include <optional>
#include <set>
#include <string_view>
#include <utility>

#include "core/data/code_points.h"
#include "core/data/data_problems.h"
#include "core/data/json_content.h"
#include "core/data/squad.h"
#include "core/data/squad_reader.h"

namespace lorascope::data {
namespace {

class Reader {
 public:
  explicit Reader(DataProblems& problems) : problems_(problems) {}

  SquadData read(std::string_view content) {
    JsonContent json = parse_json(content, problems_);
    if (!json.rows.empty()) {
      add_rows(json.rows);
    } else if (json.document.is_array()) {
      add_list(json.document, "");
    } else if (json.document.is_object() && json.document.contains("data")) {
      add_data(json.document["data"]);
    } else if (json.document.is_object()) {
      add_row({std::move(json.document), 1, ""});
    } else if (problems_.empty()) {
      problems_.add(1, shown(json.document), "an object with \"data\", or rows with context and question");
    }
    return finish();
  }

 private:
  static const Json* find(const Json& object, const char* key) {
    const auto found = object.find(key);
    return found == object.end() || found->is_null() ? nullptr : &*found;
  }

  /// Adds the problem and says that the value is not good.
  bool complain(const JsonRow& row, std::string_view key, const Json* value, const char* expected) {
    problems_.add_key(row.line, row.at(key), value == nullptr ? "nothing" : shown(*value), expected);
    return false;
  }

  std::optional<std::string> text_of(const JsonRow& row, const char* key, bool is_required = true) {
    const Json* value = find(row.value, key);
    if (value != nullptr && value->is_string()) return value->get<std::string>();
    if (value == nullptr && !is_required) return std::string();
    complain(row, key, value, "a text");
    return std::nullopt;
  }

  /// Whether `row` is an object; if not, that is a problem.
  bool is_object(const JsonRow& row) {
    if (row.value.is_object()) return true;
    problems_.add_key(row.line, row.path, shown(row.value), "an object");
    return false;
  }

  /// The elements of a list under a key, moved out; a problem where there is none.
  std::vector<JsonRow> list_of(JsonRow& row, const char* key, const char* expected) {
    const Json* value = find(row.value, key);
    if (value == nullptr || !value->is_array()) {
      complain(row, key, value, expected);
      return {};
    }
    std::vector<JsonRow> rows = JsonContent::rows_of(row.value[key], row.at(key));
    for (JsonRow& each : rows) each.line = row.line;
    return rows;
  }

  void add_data(Json& data) {
    if (data.is_array()) {
      add_list(data, "data");
    } else {
      problems_.add_key(0, "data", shown(data), "a list of articles or of rows");
    }
  }

  void add_list(Json& list, const std::string& path) {
    std::vector<JsonRow> rows = JsonContent::rows_of(list, path);
    const bool is_articles = std::any_of(rows.begin(), rows.end(), [](const JsonRow& row) {
      return row.value.is_object() && row.value.contains("paragraphs");
    });
    if (!is_articles) return add_rows(rows);
    for (JsonRow& article : rows) add_article(article);
  }

  void add_article(JsonRow& article) {
    if (!is_object(article)) return;
    const std::optional<std::string> title = text_of(article, "title", /*is_required=*/false);
    for (JsonRow& paragraph : list_of(article, "paragraphs", "a list of paragraphs")) {
      if (!is_object(paragraph)) continue;
      const std::optional<std::string> context = text_of(paragraph, "context");
      std::vector<JsonRow> entries = list_of(paragraph, "qas", "a list of questions");
      if (!context) continue;
      const CodePoints points(*context);
      for (const JsonRow& entry : entries) {
        if (!is_object(entry)) continue;
        SquadQuestion question;
        question.title = title.value_or("");
        question.context = *context;
        add_question(entry, std::move(question), points);
      }
    }
  }

  void add_rows(const std::vector<JsonRow>& rows) {
    for (const JsonRow& row : rows) add_row(row);
  }

  void add_row(const JsonRow& row) {
    if (!is_object(row)) return;
    const std::optional<std::string> title = text_of(row, "title", /*is_required=*/false);
    const std::optional<std::string> context = text_of(row, "context");
    if (!title || !context) return;
    SquadQuestion question;
    question.title = *title;
    question.context = *context;
    add_question(row, std::move(question), CodePoints(*context));
  }

  void add_question(const JsonRow& row, SquadQuestion question, const CodePoints& context) {
    const std::optional<std::string> id = id_of(row), text = text_of(row, "question");
    question.place = row.line > 0 ? "line " + std::to_string(row.line) : row.path;
    if (const Json* impossible = find(row.value, "is_impossible")) {
      if (!impossible->is_boolean()) {
        complain(row, "is_impossible", impossible, "true or false");
        return;
      }
      question.impossible = impossible->get<bool>();
      says_impossible_ = true;
    }
    if (const Json* answers = find(row.value, "answers")) {
      if (!add_answers(row, *answers, context, question)) return;
    }
    if (!id || !text) return;
    question.id = *id;
    question.question = *text;
    if (!ids_.insert(question.id).second) {
      problems_.add_key(row.line, row.at("id"), shown(std::string_view(question.id)) + " for the second time",
                        "an id of its own for each question");
      return;
    }
    questions_.push_back(std::move(question));
  }

  std::optional<std::string> id_of(const JsonRow& row) {
    const Json* value = find(row.value, "id");
    if (value != nullptr && value->is_number_integer()) return value->dump();
    return text_of(row, "id");
  }

  /// Official: a list of {text, answer_start}; rows of the hub: {text: [], answer_start: []}.
  bool add_answers(const JsonRow& row, const Json& answers, const CodePoints& context, SquadQuestion& question) {
    if (answers.is_array()) {
      for (std::size_t i = 0; i < answers.size(); ++i) {
        const std::string place = "answers[" + std::to_string(i) + "]";
        if (!answers[i].is_object()) return complain(row, place, &answers[i], "an object with text and answer_start");
        const Json *text = find(answers[i], "text"), *start = find(answers[i], "answer_start");
        if (!add_answer(row, {place + ".text", text}, {place + ".answer_start", start}, context, question))
          return false;
      }
      return true;
    }
    const Json* texts = answers.is_object() ? find(answers, "text") : nullptr;
    const Json* starts = answers.is_object() ? find(answers, "answer_start") : nullptr;
    const bool is_pair = texts != nullptr && starts != nullptr && texts->is_array() && starts->is_array();
    if (!is_pair || texts->size() != starts->size()) {
      const std::string sizes =
          is_pair ? std::to_string(texts->size()) + " texts and " + std::to_string(starts->size()) + " starts"
                  : shown(answers);
      problems_.add_key(row.line, row.at("answers"), sizes, "text and answer_start, lists of one length");
      return false;
    }
    for (std::size_t i = 0; i < texts->size(); ++i) {
      const std::string place = "[" + std::to_string(i) + "]";
      if (!add_answer(row, {"answers.text" + place, &(*texts)[i]}, {"answers.answer_start" + place, &(*starts)[i]},
                      context, question)) {
        return false;
      }
    }
    return true;
  }

  struct Value {
    std::string key;
    const Json* json;
  };

  bool add_answer(const JsonRow& row, const Value& text, const Value& start, const CodePoints& context,
                  SquadQuestion& question) {
    if (text.json == nullptr || !text.json->is_string()) return complain(row, text.key, text.json, "a text");
    const bool is_number = start.json != nullptr && start.json->is_number_integer() &&
                           (!start.json->is_number_unsigned() || start.json->get<std::uint64_t>() <= INT64_MAX);
    if (!is_number) return complain(row, start.key, start.json, "a whole number");
    SquadAnswer answer = {text.json->get<std::string>(), start.json->get<std::int64_t>()};
    const std::int64_t length = CodePoints(answer.text).size();
    const bool fits = answer.start >= 0 && answer.start <= context.size() && length <= context.size() - answer.start;
    const std::string_view there = fits ? context.slice(answer.start, answer.start + length) : std::string_view();
    if (!fits || there != answer.text) {
      problems_.add_key(row.line, row.at(start.key),
                        std::to_string(answer.start) +
                            (fits ? ", where the context has " + shown(there)
                                  : ", outside the context's " + std::to_string(context.size()) + " code points"),
                        "the place of " + shown(std::string_view(answer.text)),
                        "answer_start counts code points from 0, not bytes");
      return false;
    }
    question.answers.push_back(std::move(answer));
    return true;
  }

  SquadData finish() {
    if (questions_.empty() && problems_.empty()) problems_.add(0, "no question", "at least one question");
    const auto has_none = [](const SquadQuestion& question) { return question.answers.empty(); };
    const auto num_without = std::count_if(questions_.begin(), questions_.end(), has_none);
    const bool is_mixed = num_without > 0 && num_without < static_cast<std::ptrdiff_t>(questions_.size());
    return {std::move(questions_), says_impossible_ || is_mixed};
  }

  DataProblems& problems_;
  std::vector<SquadQuestion> questions_;
  std::set<std::string> ids_;
  bool says_impossible_ = false;
};

}  // namespace

SquadData read_squad_file(const std::filesystem::path& file, DataProblems& problems) {
  const std::string content = read_data_file(file);
  return Reader(problems).read(content);
}

SquadData read_squad(const std::filesystem::path& file) {
  DataProblems problems(file);
  SquadData data = read_squad_file(file, problems);
  problems.throw_if_any();
  return data;
}

std::string squad_json(std::span<const SquadQuestion> questions, bool is_v2) {
  OrderedJson articles = OrderedJson::array();
  const SquadQuestion* last = nullptr;
  for (const SquadQuestion& question : questions) {
    if (last == nullptr || last->title != question.title) {
      articles.push_back({{"title", question.title}, {"paragraphs", OrderedJson::array()}});
    }
    OrderedJson& paragraphs = articles.back()["paragraphs"];
    if (paragraphs.empty() || last->context != question.context) {
      paragraphs.push_back({{"context", question.context}, {"qas", OrderedJson::array()}});
    }
    OrderedJson entry = {{"id", question.id}, {"question", question.question}, {"answers", OrderedJson::array()}};
    for (const SquadAnswer& answer : question.answers) {
      entry["answers"].push_back({{"text", answer.text}, {"answer_start", answer.start}});
    }
    if (is_v2) entry["is_impossible"] = question.impossible;
    paragraphs.back()["qas"].push_back(std::move(entry));
    last = &question;
  }
  const OrderedJson whole = {{"version", is_v2 ? "v2.0" : "1.1"}, {"data", std::move(articles)}};
  return whole.dump() + "\n";
}

}  // namespace lorascope::data
