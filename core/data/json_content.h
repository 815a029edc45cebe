#pragma once

#include <cstddef>
#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

#include "core/base/json.h"
#include "core/data/data_problems.h"

namespace lorascope::data {

/// One row of a JSON data file, with where it stands: a line (from 1) of JSON lines, or a key path ("[3]", "data[3]").
struct JsonRow {
  Json value;
  std::size_t line = 0;
  std::string path;

  /// "data[3].answers": the path of one of its keys.
  std::string at(std::string_view key) const { return path + (path.empty() ? "" : ".") + std::string(key); }
};

/// A JSON file: one document, or JSON lines.
struct JsonContent {
  Json document;              ///< null where the file holds JSON lines
  std::vector<JsonRow> rows;  ///< of JSON lines; empty otherwise

  /// Moves the elements of a list out of `list`, which stands at `path` ("" for the document itself).
  static std::vector<JsonRow> rows_of(Json& list, const std::string& path);
};

/// Parses the content. What is not JSON becomes a problem with its line and column, and nothing is returned for it.
JsonContent parse_json(std::string_view content, DataProblems& problems);

/// Reads a data file as text without a byte order mark. Throws DataError (unreadable, above 2 GiB; Parquet, an archive,
/// a web page).
std::string read_data_file(const std::filesystem::path& file);

/// A text in quotes, shortened and escaped, for messages; and the kind or short form of a JSON value.
std::string shown(std::string_view text);
std::string shown(const Json& value);

}  // namespace lorascope::data
