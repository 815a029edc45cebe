#pragma once

#include <string>

#include "core/figures/figure_data.h"
#include "core/figures/table_data.h"

namespace lorascope::figures {

// Tables and the numbers of figures as text files. Decimal point in every locale, "\n" line ends, UTF-8.

struct LatexOptions {
  std::string label = {};  ///< of \label{tab:…}; empty: none
  bool document = false;   ///< a whole document that pdflatex accepts, rather than a table to be \input
};

/// A table environment with booktabs rules (needs booktabs and graphicx, which shrinks it to the text's
/// width where it is wider): text escaped, mean $\pm$ spread, best values
/// bold, rows of level 1 indented and small.
std::string latex_table(const TableData& table, const LatexOptions& options = {});

/// One line a row with full precision. A column with spreads gets a second one, "NAME sd"; the first column says
/// "group" or "run". RFC 4180 quoting.
std::string csv_table(const TableData& table);

/// A pipe table of GitHub's Markdown.
std::string markdown_table(const TableData& table);

/// Exactly the numbers that the figure draws, one line a point: line, role (curve, raw, single, band, reference), x, y,
/// low, high. Full precision; NaN is an empty field.
std::string figure_csv(const FigureData& figure);

/// The text with LaTeX's special characters escaped.
std::string latex_escaped(const std::string& text);

}  // namespace lorascope::figures
