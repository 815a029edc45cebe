#include "core/figures/table_data.h"

#include <cmath>

#include "core/figures/number_text.h"

namespace lorascope::figures {
namespace {

// What people see decides: two values that print alike are equally good.
bool prints_alike(double a, double b, int digits) {
  return fixed_number(a, digits) == fixed_number(b, digits);
}

std::optional<double> best_value(const TableData& table, std::size_t column) {
  const bool higher = table.columns[column].better == Better::Higher;
  std::optional<double> best;
  for (const TableRow& row : table.rows) {
    const std::optional<double>& value = row.cells[column].value;
    if (row.level != 0 || !value || std::isnan(*value)) continue;
    if (!best || (higher ? *value > *best : *value < *best)) best = value;
  }
  return best;
}

}  // namespace

std::string cell_text(const TableCell& cell, const TableColumn& column) {
  if (!cell.value) return cell.text.empty() ? "—" : cell.text;
  std::string text = fixed_number(*cell.value, column.digits);
  if (cell.spread) text += " ± " + fixed_number(*cell.spread, column.digits);
  if (!cell.mark.empty()) text += " " + cell.mark;
  return text;
}

void mark_best(TableData& table) {
  int num_rows = 0;
  for (const TableRow& row : table.rows) num_rows += row.level == 0 ? 1 : 0;
  for (std::size_t column = 0; column < table.columns.size(); ++column) {
    const TableColumn& about = table.columns[column];
    const std::optional<double> best = about.better == Better::None ? std::nullopt : best_value(table, column);
    for (TableRow& row : table.rows) {
      TableCell& cell = row.cells[column];
      // One row alone is not the best of anything.
      cell.best =
          best && num_rows > 1 && row.level == 0 && cell.value && prints_alike(*cell.value, *best, about.digits);
    }
  }
}

}  // namespace lorascope::figures
