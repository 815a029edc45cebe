#include "core/data/csv_table.h"

#include <algorithm>
#include <utility>

#include "core/base/utf8.h"

namespace lorascope::data {
namespace {

/// Cuts the content into rows, one after the other.
class CsvScanner {
 public:
  explicit CsvScanner(std::string_view content) : content_(content) {}

  /// The next row that is not empty, or nothing at the end.
  std::optional<CsvRow> next() {
    while (position_ < content_.size()) {
      CsvRow row;
      row.line = line_;
      if (read_row(row.fields)) return row;
    }
    return std::nullopt;
  }

  /// Line on which the quote begins that the last row never closes, or 0.
  std::size_t open_quote() const { return open_quote_; }

 private:
  // False for a line without any field.
  bool read_row(std::vector<std::string>& fields) {
    if (end_line()) return false;
    for (;;) {
      fields.push_back(read_field());
      if (position_ == content_.size() || end_line()) return true;
      ++position_;  // the comma
    }
  }

  std::string read_field() {
    std::string field;
    if (position_ < content_.size() && content_[position_] == '"') read_quoted(field);
    while (position_ < content_.size() && !is_end(content_[position_])) field.push_back(content_[position_++]);
    return field;
  }

  void read_quoted(std::string& field) {
    open_quote_ = line_;
    for (++position_; position_ < content_.size(); ++position_) {
      const char byte = content_[position_];
      if (byte == '"') {
        if (position_ + 1 == content_.size() || content_[position_ + 1] != '"') {
          ++position_;
          open_quote_ = 0;
          return;
        }
        ++position_;
      }
      if (byte == '\n') ++line_;
      field.push_back(byte);
    }
  }

  static bool is_end(char byte) { return byte == ',' || byte == '\n' || byte == '\r'; }

  bool end_line() {
    if (position_ == content_.size() || (content_[position_] != '\n' && content_[position_] != '\r')) return false;
    const bool is_pair = content_.substr(position_, 2) == "\r\n";
    position_ += is_pair ? 2 : 1;
    ++line_;
    return true;
  }

  std::string_view content_;
  std::size_t position_ = 0, line_ = 1, open_quote_ = 0;
};

bool is_utf8(const CsvRow& row) {
  return std::all_of(row.fields.begin(), row.fields.end(),
                     [](const std::string& field) { return find_invalid_utf8(field) == std::string::npos; });
}

}  // namespace

CsvTable::CsvTable(std::string_view content, DataProblems& problems) {
  CsvScanner scanner(content);
  if (std::optional<CsvRow> first = scanner.next()) header_ = std::move(first->fields);
  while (std::optional<CsvRow> row = scanner.next()) {
    if (scanner.open_quote() > 0) break;
    if (!is_utf8(*row)) {
      problems.add(row->line, "bytes that are not UTF-8", "UTF-8 text", "convert the file with iconv");
    } else if (row->fields.size() != header_.size()) {
      problems.add(row->line, std::to_string(row->fields.size()) + " fields",
                   "the " + std::to_string(header_.size()) + " of the header",
                   "fields with commas or quotes stand in quotes");
    } else {
      rows_.push_back(std::move(*row));
    }
  }
  if (scanner.open_quote() > 0) problems.add(scanner.open_quote(), "a quote that is never closed", "a closing quote");
}

std::optional<std::size_t> CsvTable::column(std::string_view name) const {
  const auto found = std::find(header_.begin(), header_.end(), name);
  if (found == header_.end()) return std::nullopt;
  return static_cast<std::size_t>(found - header_.begin());
}

}  // namespace lorascope::data
