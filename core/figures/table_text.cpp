#include "core/figures/table_text.h"

#include <algorithm>
#include <array>
#include <cmath>

#include "core/base/csv.h"
#include "core/figures/number_text.h"

namespace lorascope::figures {
namespace {

struct Replacement {
  std::string_view from, to;
};

// ASCII specials, and the signs that our own labels use and an ordinary LaTeX does not know.
constexpr std::array<Replacement, 39> kLatex = {{
    {"\\", "\\textbackslash{}"},
    {"&", "\\&"},
    {"%", "\\%"},
    {"$", "\\$"},
    {"#", "\\#"},
    {"_", "\\_"},
    {"{", "\\{"},
    {"}", "\\}"},
    {"~", "\\textasciitilde{}"},
    {"^", "\\textasciicircum{}"},
    {"<", "\\textless{}"},
    {">", "\\textgreater{}"},
    {"|", "\\textbar{}"},
    {"\"", "\\textquotedbl{}"},
    {"\n", " "},
    {"\t", " "},
    {"±", "$\\pm$"},
    {"−", "$-$"},
    {"σ", "$\\sigma$"},
    {"Δ", "$\\Delta$"},
    {"–", "--"},
    {"ᵉ", "$^{e}$"},
    {"‖", "$\\Vert$"},
    {"×", "$\\times$"},
    {"·", "$\\cdot$"},
    {"…", "\\ldots{}"},
    {"—", "---"},
    {"∞", "$\\infty$"},
    {"⁻", "$^{-}$"},
    {"⁰", "$^{0}$"},
    {"¹", "$^{1}$"},
    {"²", "$^{2}$"},
    {"³", "$^{3}$"},
    {"⁴", "$^{4}$"},
    {"⁵", "$^{5}$"},
    {"⁶", "$^{6}$"},
    {"⁷", "$^{7}$"},
    {"⁸", "$^{8}$"},
    {"⁹", "$^{9}$"},
}};

std::string header_text(const TableColumn& column) {
  return column.unit.empty() ? column.name : column.name + " (" + column.unit + ")";
}

std::string latex_cell(const TableCell& cell, const TableColumn& column) {
  if (!cell.value) return cell.text.empty() ? "---" : latex_escaped(cell.text);
  std::string number = latex_escaped(fixed_number(*cell.value, column.digits));
  if (number.starts_with('-')) number = "$-$" + number.substr(1);
  if (cell.best) number = "\\textbf{" + number + "}";
  if (cell.spread) number += " $\\pm$ " + fixed_number(*cell.spread, column.digits);
  return cell.mark.empty() ? number : number + "$^{" + cell.mark + "}$";
}

std::string latex_rows(const TableData& table) {
  std::string text;
  bool first = true;
  for (const TableRow& row : table.rows) {
    // A little air before each group, where groups have members.
    if (!first && row.level == 0 &&
        std::any_of(table.rows.begin(), table.rows.end(), [](const TableRow& other) { return other.level > 0; })) {
      text += "    \\addlinespace\n";
    }
    first = false;
    text += "    ";
    for (std::size_t i = 0; i < row.cells.size(); ++i) {
      const std::string cell = row.level > 0 && row.cells[i].empty() ? "" : latex_cell(row.cells[i], table.columns[i]);
      if (i > 0) text += " & ";
      text += row.level > 0 && i == 0 ? "\\quad " + cell : cell;
    }
    text += " \\\\\n";
  }
  return text;
}

bool has_spread(const TableData& table, std::size_t column) {
  return std::any_of(table.rows.begin(), table.rows.end(),
                     [column](const TableRow& row) { return row.cells[column].spread.has_value(); });
}

std::string markdown_cell(std::string text) {
  for (std::size_t at = 0; (at = text.find_first_of("|\n", at)) != std::string::npos; at += 2) {
    text.replace(at, 1, text[at] == '|' ? "\\|" : "  ");
  }
  return text;
}

std::string_view role_text(const Line& line) {
  if (line.shape == Shape::Bars) return "bar";
  switch (line.style.role) {
    case Role::Main:
      return "curve";
    case Role::Raw:
      return "raw";
    case Role::Single:
      return "single";
  }
  return "";
}

std::string x_text(const Axis& axis, double x) {
  const auto index = static_cast<std::size_t>(std::max(0.0, x));
  const bool named = !axis.categories.empty() && x >= 0 && std::floor(x) == x && index < axis.categories.size();
  return named ? csv_field(axis.categories[index]) : exact_number(x);
}

}  // namespace

std::string latex_escaped(const std::string& text) {
  std::string result;
  for (std::size_t at = 0; at < text.size();) {
    const std::string_view rest = std::string_view(text).substr(at);
    const auto found = std::find_if(kLatex.begin(), kLatex.end(),
                                    [rest](const Replacement& one) { return rest.starts_with(one.from); });
    if (found != kLatex.end()) {
      result += found->to;
      at += found->from.size();
    } else {
      if (static_cast<unsigned char>(text[at]) >= 0x20) result += text[at];
      ++at;
    }
  }
  return result;
}

std::string latex_table(const TableData& table, const LatexOptions& options) {
  // A header of several words takes two rows, so that columns stay narrow.
  std::string columns, header, second_row;
  for (const TableColumn& column : table.columns) {
    const std::string text = header_text(column);
    const std::size_t space = std::min(text.find(' '), text.size());
    if (!columns.empty()) {
      header += " & ";
      second_row += " & ";
    }
    columns += column.align == Align::Left ? 'l' : 'r';
    header += latex_escaped(text.substr(0, space));
    if (space < text.size()) second_row += latex_escaped(text.substr(space + 1));
  }
  std::string caption = latex_escaped(table.title);
  if (!table.note.empty()) caption += ": " + latex_escaped(table.note);
  std::string text =
      "% needs \\usepackage{booktabs,graphicx}\n\\begin{table}\n  \\centering\n  \\footnotesize\n  "
      "\\setlength{\\tabcolsep}{4pt}\n  \\caption{" +
      caption + (caption.ends_with('.') ? "}\n" : ".}\n");
  if (!options.label.empty()) text += "  \\label{tab:" + options.label + "}\n";
  // Shrunk only where it is wider than the text.
  text += "  \\resizebox{\\ifdim\\width>\\linewidth\\linewidth\\else\\width\\fi}{!}{%\n  \\begin{tabular}{@{}" +
          columns + "@{}}\n    \\toprule\n    " + header + " \\\\\n    " + second_row + " \\\\\n    \\midrule\n" +
          latex_rows(table) + "    \\bottomrule\n  \\end{tabular}}\n\\end{table}\n";
  if (!options.document) return text;
  return "\\documentclass{article}\n\\usepackage[utf8]{inputenc}\n\\usepackage[T1]{fontenc}\n\\usepackage{booktabs,"
         "graphicx}\n"
         "\\begin{document}\n" +
         text + "\\end{document}\n";
}

std::string csv_table(const TableData& table) {
  std::string text = "row";
  std::vector<bool> spreads;
  for (std::size_t i = 0; i < table.columns.size(); ++i) {
    const std::string name = header_text(table.columns[i]);
    spreads.push_back(has_spread(table, i));
    text += "," + csv_field(name);
    if (spreads.back()) text += "," + csv_field(name + " sd");
  }
  text += '\n';
  for (const TableRow& row : table.rows) {
    text += row.run_id == 0 ? "group" : "run";
    for (std::size_t i = 0; i < row.cells.size(); ++i) {
      const TableCell& cell = row.cells[i];
      text += "," + (cell.value ? exact_number(*cell.value) : csv_field(cell.text));
      if (spreads[i]) text += "," + (cell.spread ? exact_number(*cell.spread) : "");
    }
    text += '\n';
  }
  return text;
}

std::string markdown_table(const TableData& table) {
  std::string text = "|", rule = "|";
  for (const TableColumn& column : table.columns) {
    text += " " + markdown_cell(header_text(column)) + " |";
    rule += column.align == Align::Left ? " --- |" : " ---: |";
  }
  text += "\n" + rule + "\n";
  for (const TableRow& row : table.rows) {
    text += "|";
    for (std::size_t i = 0; i < row.cells.size(); ++i) {
      const TableCell& cell = row.cells[i];
      std::string shown = row.level > 0 && cell.empty() ? "" : markdown_cell(cell_text(cell, table.columns[i]));
      if (cell.best) shown = "**" + shown + "**";
      if (row.level > 0 && i == 0) shown = "· " + shown;
      text += " " + shown + " |";
    }
    text += "\n";
  }
  return text;
}

std::string figure_csv(const FigureData& figure) {
  const auto name_of = [](const Axis& axis, const char* otherwise) {
    return csv_field(axis.label.empty() ? otherwise : axis.full_label());
  };
  std::string text = "line,role," + name_of(figure.x, "x") + "," + name_of(figure.y, "y") + ",low,high\n";
  for (const Line& line : figure.lines) {
    const std::string start = csv_field(line.name) + "," + std::string(role_text(line)) + ",";
    for (std::size_t i = 0; i < std::min(line.x.size(), line.y.size()); ++i) {
      text += start + x_text(figure.x, line.x[i]) + "," + exact_number(line.y[i]) + ",,\n";
    }
  }
  for (const Band& band : figure.bands) {
    const std::string start = csv_field(band.name) + ",band,";
    for (std::size_t i = 0; i < std::min({band.x.size(), band.low.size(), band.high.size()}); ++i) {
      text += start + x_text(figure.x, band.x[i]) + ",," + exact_number(band.low[i]) + "," +
              exact_number(band.high[i]) + "\n";
    }
  }
  for (const ReferenceLine& reference : figure.references) {
    const std::string value = exact_number(reference.value);
    text += csv_field(reference.label) + ",reference," + (reference.vertical ? value + "," : "," + value) + ",,\n";
  }
  return text;
}

}  // namespace lorascope::figures
