#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace lorascope::figures {

enum class Align { Left, Right };
/// Which value of a column is the best one (marked bold in exports).
enum class Better { None, Higher, Lower };

struct TableColumn {
  std::string name;
  std::string unit;  ///< "%", "MiB", "s"; empty: none
  Align align = Align::Left;
  int digits = 2;  ///< after the decimal point, for people; CSV has full precision
  Better better = Better::None;
};

/// Text, or a number with an optional spread (standard deviation over seeds). A cell without either is empty.
struct TableCell {
  std::string text;
  std::optional<double> value;
  std::optional<double> spread;
  bool best = false;
  std::string mark = {};  ///< after the number: "*" of a significant difference

  bool empty() const { return text.empty() && !value; }
};

struct TableRow {
  std::vector<TableCell> cells;  ///< one a column
  int level = 0;                 ///< 0: a group or a lone run; 1: one seed of the group above
  std::string method;            ///< colour of its swatch, as in LineStyle
  std::int64_t run_id = 0;       ///< 0: a group
};

struct TableData {
  std::string title;
  std::string note;
  std::vector<TableColumn> columns;
  std::vector<TableRow> rows;
};

/// The cell as people read it: "43.2 ± 0.5", "22,600,000", "—" when empty.
std::string cell_text(const TableCell& cell, const TableColumn& column);

/// Marks the best value of every column that says which is better, among rows of level 0.
void mark_best(TableData& table);

}  // namespace lorascope::figures
