#pragma once

#include <map>
#include <string>

#include "core/figures/content.h"
#include "core/figures/render.h"

namespace lorascope::figures {

/// How one figure or table of a report is exported: kept while its numbers change.
struct ReportStyle {
  RenderOptions render;
  std::map<std::string, int> digits = {};  ///< of tables: after the point, by column name
  bool single_runs = true;                 ///< of tables: rows of single seeds
  bool best_bold = true;
  bool marks = true;  ///< of tables: the stars of significant differences

  std::string to_json() const;
  /// Missing keys keep their defaults; text that is no object gives the defaults.
  static ReportStyle from_json(const std::string& json);

  bool operator==(const ReportStyle&) const = default;
};

/// The table with the style's digits, rows and marks.
TableData styled_table(TableData table, const ReportStyle& style);

}  // namespace lorascope::figures
