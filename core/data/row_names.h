#pragma once

#include <filesystem>
#include <string>
#include <vector>

namespace lorascope::data {

/// A name that belongs to one example of a data file, as which adapter is to read it.
struct RowName {
  std::string name;   ///< white space at both ends left out; may be empty
  std::string place;  ///< where it stands: "line 3", "data[0].paragraphs[1].qas[2]"
};

/// One name a line, the lines in the order of the examples. Throws DataError (unreadable, not UTF-8).
std::vector<RowName> read_name_lines(const std::filesystem::path& file);

/// The column `field` of a CSV file, or the key `field` of each example of a JSON file, in any layout of the tasks; a
/// key of an enclosing object (a paragraph, an article) counts for all examples in it. Throws DataError with every
/// example that has no such field, and for columns of words, which have no fields.
std::vector<RowName> read_row_names(const std::filesystem::path& file, const std::string& field);

}  // namespace lorascope::data
