#include "core/data/answer_guesses.h"

#include "core/data/data_problems.h"
#include "core/data/json_content.h"

namespace lorascope::data {
namespace {

template <typename Value, typename IsRight>
std::map<std::string, Value> read_object(const std::filesystem::path& file, const IsRight& is_right,
                                         const char* expected) {
  DataProblems problems(file);
  const std::string content = read_data_file(file);
  const JsonContent json = parse_json(content, problems);
  std::map<std::string, Value> values;
  if (json.document.is_object()) {
    for (const auto& [id, value] : json.document.items()) {
      if (is_right(value)) {
        values.emplace(id, value.template get<Value>());
      } else {
        problems.add_key(0, shown(std::string_view(id)), shown(value), expected);
      }
    }
  } else if (problems.empty()) {
    problems.add(1, json.rows.empty() ? shown(json.document) : "JSON lines", "one object {id: value}");
  }
  problems.throw_if_any();
  return values;
}

}  // namespace

std::map<std::string, std::string> read_answer_guesses(const std::filesystem::path& file) {
  return read_object<std::string>(
      file, [](const Json& value) { return value.is_string(); }, "the answer as a text");
}

std::map<std::string, double> read_null_odds(const std::filesystem::path& file) {
  return read_object<double>(
      file, [](const Json& value) { return value.is_number(); }, "a number");
}

}  // namespace lorascope::data
