#include "core/figures/content.h"

#include <algorithm>
#include <cmath>

#include "core/base/error.h"
#include "core/figures/pgfplots.h"
#include "core/figures/table_text.h"

namespace lorascope::figures {
namespace {

template <class... Functions>
struct Overloaded : Functions... {
  using Functions::operator()...;
};
template <class... Functions>
Overloaded(Functions...) -> Overloaded<Functions...>;

TableCell number(double value) {
  TableCell cell;
  if (value == value) cell.value = value;
  return cell;
}

TableCell words(const std::string& text) {
  TableCell cell;
  cell.text = text;
  return cell;
}

std::string position_text(const Axis& axis, double x) {
  const auto index = static_cast<std::size_t>(std::max(0.0, x));
  return index < axis.categories.size() ? axis.categories[index] : std::string();
}

/// Means of counts are none.
bool has_whole_values(const FigureData& figure) {
  if (!figure.y.whole_numbers) return false;
  const auto is_fraction = [](double y) { return std::isfinite(y) && y != std::round(y); };
  return std::none_of(figure.lines.begin(), figure.lines.end(), [&](const Line& line) {
    return std::any_of(line.y.begin(), line.y.end(), is_fraction);
  });
}

TableData figure_table(const FigureData& figure) {
  constexpr int kDigits = 4;
  TableData table;
  table.title = figure.title;
  table.note = figure.note;
  const bool named = !figure.x.categories.empty();
  table.columns = {{"line", ""},
                   {figure.x.label.empty() ? "x" : figure.x.label, figure.x.unit, named ? Align::Left : Align::Right,
                    figure.x.whole_numbers ? 0 : kDigits},
                   {figure.y.label.empty() ? "y" : figure.y.label, figure.y.unit, Align::Right,
                    has_whole_values(figure) ? 0 : kDigits}};
  for (const Line& line : figure.lines) {
    for (std::size_t i = 0; i < std::min(line.x.size(), line.y.size()); ++i) {
      TableRow row;
      row.method = line.style.method;
      row.cells = {words(line.name), named ? words(position_text(figure.x, line.x[i])) : number(line.x[i]),
                   number(line.y[i])};
      table.rows.push_back(std::move(row));
    }
  }
  return table;
}

}  // namespace

bool is_table(const Content& content) {
  return std::holds_alternative<TableData>(content);
}

bool is_empty(const Content& content) {
  return std::visit(Overloaded{[](const HeatMapData& map) { return map.values.empty(); },
                               [](const TableData& table) { return table.rows.empty(); },
                               [](const auto& figure) { return figure.empty(); }},
                    content);
}

const std::string& title_of(const Content& content) {
  return std::visit([](const auto& one) -> const std::string& { return one.title; }, content);
}

const std::string& note_of(const Content& content) {
  return std::visit([](const auto& one) -> const std::string& { return one.note; }, content);
}

Drawing layout_content(const Content& content, const RenderOptions& options) {
  return std::visit(
      Overloaded{[&](const FigureData& figure) { return layout_figure(figure, options); },
                 [&](const HeatMapData& map) { return layout_heat_map(map, options); },
                 [&](const ParallelData& data) { return layout_parallel(data, options); },
                 [](const TableData& table) -> Drawing {
                   throw Error("the table \"" + table.title + "\" is no picture", "write it as LaTeX, CSV or Markdown");
                 }},
      content);
}

std::string content_csv(const Content& content) {
  return std::visit(Overloaded{[](const FigureData& figure) { return figure_csv(figure); },
                               [](const HeatMapData& map) { return csv_table(heat_map_table(map)); },
                               [](const ParallelData& data) { return csv_table(parallel_table(data)); },
                               [](const TableData& table) { return csv_table(table); }},
                    content);
}

std::string content_latex(const Content& content, const RenderOptions& options) {
  return std::visit(Overloaded{[&](const TableData& table) { return latex_table(table); },
                               [&](const auto& figure) { return pgfplots_figure(figure, options); }},
                    content);
}

TableData content_table(const Content& content) {
  return std::visit(Overloaded{[](const FigureData& figure) { return figure_table(figure); },
                               [](const HeatMapData& map) { return heat_map_table(map); },
                               [](const ParallelData& data) { return parallel_table(data); },
                               [](const TableData& table) { return table; }},
                    content);
}

}  // namespace lorascope::figures
