#pragma once

#include <cstddef>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/data/data_problems.h"

namespace lorascope::data {

/// A row of a CSV file.
struct CsvRow {
  std::vector<std::string> fields;
  std::size_t line = 0;  ///< where it begins, from 1
};

/// A CSV file with a header (RFC 4180, as Python's csv module reads it: quoted fields may hold commas, doubled quotes
/// and line ends; rows end with LF, CR LF or CR; empty rows are skipped).
class CsvTable {
 public:
  /// Problems: not UTF-8, a quote that is never closed, rows that are longer or shorter than the header.
  CsvTable(std::string_view content, DataProblems& problems);

  const std::vector<std::string>& header() const { return header_; }
  const std::vector<CsvRow>& rows() const { return rows_; }
  std::optional<std::size_t> column(std::string_view name) const;

 private:
  std::vector<std::string> header_;
  std::vector<CsvRow> rows_;
};

}  // namespace lorascope::data
