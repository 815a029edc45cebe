#include "core/data/row_names.h"

#include <algorithm>
#include <array>

#include "core/base/utf8.h"
#include "core/data/csv_table.h"
#include "core/data/json_content.h"
#include "core/data/text_lines.h"

namespace lorascope::data {
namespace {

/// What an example has in one of the tasks' layouts, and what stands around examples has not.
constexpr std::array kKeysOfExamples = {"question", "sent1", "ctx_a", "ctx", "tokens", "words"};

bool is_example(const Json& value) {
  return value.is_object() && std::any_of(kKeysOfExamples.begin(), kKeysOfExamples.end(),
                                          [&](const char* key) { return value.contains(key); });
}

std::string trimmed(std::string_view text) { return std::string(trim_left(trim_right(text))); }

/// Walks through a document in its order and takes the field of every example.
class Walk {
 public:
  Walk(const std::string& field, DataProblems& problems) : field_(field), problems_(problems) {}

  void visit(const Json& value, const std::string& path, std::size_t line, const Json* inherited) {
    if (value.is_array()) {
      for (std::size_t i = 0; i < value.size(); ++i)
        visit(value[i], path + "[" + std::to_string(i) + "]", line, inherited);
      return;
    }
    if (!value.is_object()) return;
    const auto own = value.find(field_);
    const Json* name = own != value.end() ? &*own : inherited;
    if (is_example(value)) {
      take(name, path.empty() ? "line " + std::to_string(line) : path, line);
      return;
    }
    for (const auto& [key, inner] : value.items())
      if (inner.is_structured()) visit(inner, path + (path.empty() ? "" : ".") + key, line, name);
  }

  std::vector<RowName> names;

 private:
  void take(const Json* name, const std::string& place, std::size_t line) {
    if (name == nullptr)
      problems_.add(line, place + " without \"" + field_ + "\"", "\"" + field_ + "\" with a name");
    else if (!name->is_string() && !name->is_number_integer())
      problems_.add(line, place + ": " + shown(*name), "a name in \"" + field_ + "\"");
    else
      names.push_back({name->is_string() ? trimmed(name->get_ref<const std::string&>()) : name->dump(), place});
  }

  const std::string& field_;
  DataProblems& problems_;
};

std::vector<RowName> names_of_csv(const std::string& content, const std::string& field, DataProblems& problems) {
  const CsvTable table(content, problems);
  problems.throw_if_any();
  const auto column = table.column(field);
  if (!column) {
    std::string header;
    for (const std::string& name : table.header()) header += (header.empty() ? "" : ", ") + name;
    problems.add(1, "the columns " + header, "a column " + field);
    problems.throw_if_any();
  }
  std::vector<RowName> names;
  for (const CsvRow& row : table.rows())
    names.push_back({trimmed(row.fields[*column]), "line " + std::to_string(row.line)});
  return names;
}

}  // namespace

std::vector<RowName> read_name_lines(const std::filesystem::path& file) {
  const std::string content = read_data_file(file);
  DataProblems problems(file);
  if (find_invalid_utf8(content) != content.npos) problems.add(0, "bytes that are not UTF-8", "names in UTF-8");
  problems.throw_if_any();
  std::vector<RowName> names;
  TextLines lines(content);
  std::string_view line;
  while (lines.next(line)) names.push_back({trimmed(line), "line " + std::to_string(lines.number())});
  return names;
}

std::vector<RowName> read_row_names(const std::filesystem::path& file, const std::string& field) {
  const std::string content = read_data_file(file);
  DataProblems problems(file);
  const std::size_t begin = content.find_first_not_of(" \t\r\n");
  const bool is_json = begin != content.npos && (content[begin] == '{' || content[begin] == '[');
  if (!is_json) {
    TextLines lines(content);
    std::string_view first;
    if (lines.next(first) && first.find(',') == first.npos) {
      problems.add(1, "columns of words, which have no further fields", "CSV or JSON with \"" + field + "\"",
                   "give one name a line in a file of its own");
      problems.throw_if_any();
    }
    return names_of_csv(content, field, problems);
  }
  const JsonContent json = parse_json(content, problems);
  problems.throw_if_any();
  Walk walk(field, problems);
  if (json.rows.empty()) walk.visit(json.document, "", 0, nullptr);
  for (const JsonRow& row : json.rows) walk.visit(row.value, "", row.line, nullptr);
  problems.throw_if_any();
  return std::move(walk.names);
}

}  // namespace lorascope::data
