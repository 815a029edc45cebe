#include "core/data/json_content.h"

#include <algorithm>
#include <cstdint>
#include <utility>

#include "core/base/files.h"
#include "core/base/utf8.h"
#include "core/data/text_lines.h"
#include "core/text/json_fields.h"

namespace lorascope::data {
namespace {

// "line 3, column 7: …" of what nlohmann says in its own words.
void add_syntax_problem(std::string_view content, std::size_t line_offset, const Json::parse_error& error,
                        DataProblems& problems) {
  const std::string_view before = content.substr(0, std::min(error.byte, content.size()));
  const auto line = static_cast<std::size_t>(std::count(before.begin(), before.end(), '\n')) + 1 + line_offset;
  const std::size_t line_begin = before.rfind('\n') == before.npos ? 0 : before.rfind('\n') + 1;
  const std::size_t column = before.size() - line_begin;
  const bool is_cut_off = error.byte > content.size();
  const std::string what =
      is_cut_off ? "the end of the file inside a value"
      : find_invalid_utf8(content) != content.npos
          ? "bytes that are not UTF-8 or not JSON"
          : "text that is not JSON: " + shown(content.substr(before.empty() ? 0 : before.size() - 1, 40));
  problems.add_key(line, "column " + std::to_string(column), what, "JSON in UTF-8");
}

bool parse(std::string_view content, std::size_t line_offset, Json& value, DataProblems* problems) {
  try {
    value = Json::parse(content);
    return true;
  } catch (const Json::parse_error& error) {
    if (problems != nullptr) add_syntax_problem(content, line_offset, error, *problems);
  } catch (const Json::exception&) {
    if (problems != nullptr) problems->add(line_offset + 1, "a number too large to be held", "numbers below 1e308");
  }
  value = nullptr;
  return false;
}

bool begins_with_object_line(std::string_view content) {
  TextLines lines(content);
  std::string_view line;
  while (lines.next(line)) {
    if (trim_right(line).empty()) continue;
    Json value;
    return parse(line, 0, value, nullptr) && value.is_object();
  }
  return false;
}

// Forms that people download and that only look like data at first sight.
void refuse_binary(const std::filesystem::path& file, std::string_view content) {
  struct Form {
    std::string_view begin;
    const char *found, *hint;
  };
  constexpr Form kForms[] = {
      {"PAR1", "a Parquet file", "write it as JSON lines: datasets.Dataset.from_parquet(FILE).to_json(OUT)"},
      {"\x1F\x8B", "a gzip archive", "unpack it with gunzip"},
      {"PK\x03\x04", "a zip archive", "unpack it with unzip"},
      {"version https://git-lfs", "a pointer of Git LFS, not the file itself", "fetch the file with git lfs pull"},
      {"<!DOCTYPE", "a web page", "download the file itself, not the page that shows it"},
      {"<html", "a web page", "download the file itself, not the page that shows it"}};
  for (const Form& form : kForms) {
    if (!content.starts_with(form.begin)) continue;
    throw DataError("cannot use the data in " + file.string(),
                    Problem{file.string(), form.found, "a text file of the task", form.hint});
  }
}

}  // namespace

std::vector<JsonRow> JsonContent::rows_of(Json& list, const std::string& path) {
  std::vector<JsonRow> rows;
  rows.reserve(list.size());
  for (std::size_t i = 0; i < list.size(); ++i) {
    rows.push_back({std::move(list[i]), 0, path + "[" + std::to_string(i) + "]"});
  }
  return rows;
}

JsonContent parse_json(std::string_view content, DataProblems& problems) {
  JsonContent result;
  if (parse(content, 0, result.document, nullptr)) return result;
  if (!begins_with_object_line(content)) {
    parse(content, 0, result.document, &problems);
    return result;
  }
  TextLines lines(content);
  std::string_view line;
  while (lines.next(line)) {
    if (trim_right(line).empty()) continue;
    Json value;
    if (parse(line, lines.number() - 1, value, &problems))
      result.rows.push_back({std::move(value), lines.number(), ""});
  }
  return result;
}

std::string read_data_file(const std::filesystem::path& file) {
  constexpr std::uint64_t kLargestFile = std::uint64_t{2} << 30;
  constexpr std::string_view kByteOrderMark = "\xEF\xBB\xBF";
  std::string content = read_file(file, kLargestFile);
  refuse_binary(file, content);
  if (content.starts_with(kByteOrderMark)) content.erase(0, kByteOrderMark.size());
  return content;
}

std::string shown(std::string_view text) {
  constexpr std::size_t kShown = 40;
  const Json value = std::string(text.substr(0, kShown)) + (text.size() > kShown ? "…" : "");
  return value.dump(-1, ' ', false, Json::error_handler_t::replace);
}

std::string shown(const Json& value) {
  if (value.is_string()) return shown(std::string_view(value.get_ref<const std::string&>()));
  if (value.is_number() || value.is_boolean()) return value.dump();
  return text::describe(value);
}

}  // namespace lorascope::data
