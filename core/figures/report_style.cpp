#include "core/figures/report_style.h"

#include <algorithm>
#include <array>

#include "core/base/json.h"

namespace lorascope::figures {
namespace {

constexpr std::array<const char*, 5> kLegends = {"auto", "ends", "inside", "below", "none"};
constexpr std::array<const char*, 2> kPalettes = {"methods", "greys"};

template <class Enum, std::size_t N>
Enum named(const Json& json, const char* key, const std::array<const char*, N>& names, Enum otherwise) {
  const auto found = json.find(key);
  if (found == json.end() || !found->is_string()) return otherwise;
  const auto name = std::find(names.begin(), names.end(), found->get<std::string>());
  return name == names.end() ? otherwise : static_cast<Enum>(name - names.begin());
}

double number(const Json& json, const char* key, double otherwise, double low, double high) {
  const auto found = json.find(key);
  if (found == json.end() || !found->is_number()) return otherwise;
  const double value = found->get<double>();
  return value >= low && value <= high ? value : otherwise;
}

bool flag(const Json& json, const char* key, bool otherwise) {
  const auto found = json.find(key);
  return found != json.end() && found->is_boolean() ? found->get<bool>() : otherwise;
}

}  // namespace

std::string ReportStyle::to_json() const {
  return Json{{"width_cm", render.width_cm},
              {"height_cm", render.height_cm},
              {"dpi", render.dpi},
              {"font_size_pt", render.font_size_pt},
              {"font_family", render.font_family},
              {"title", render.title},
              {"legend", kLegends[static_cast<std::size_t>(render.legend)]},
              {"palette", kPalettes[static_cast<std::size_t>(render.palette)]},
              {"dashes", render.dashes},
              {"digits", digits},
              {"single_runs", single_runs},
              {"best_bold", best_bold},
              {"marks", marks}}
      .dump();
}

ReportStyle ReportStyle::from_json(const std::string& text) {
  ReportStyle style;
  const Json json = Json::parse(text, nullptr, false);
  if (!json.is_object()) return style;
  RenderOptions& render = style.render;
  render.width_cm = number(json, "width_cm", render.width_cm, 3, 100);
  render.height_cm = number(json, "height_cm", render.height_cm, 0, 100);
  if (render.height_cm < 2.5) render.height_cm = 0;
  render.dpi = number(json, "dpi", render.dpi, 36, 1200);
  render.font_size_pt = number(json, "font_size_pt", render.font_size_pt, 4, 24);
  if (const auto family = json.find("font_family"); family != json.end() && family->is_string()) {
    render.font_family = family->get<std::string>();
  }
  render.title = flag(json, "title", render.title);
  render.legend = named(json, "legend", kLegends, render.legend);
  render.palette = named(json, "palette", kPalettes, render.palette);
  render.dashes = flag(json, "dashes", render.dashes);
  style.single_runs = flag(json, "single_runs", style.single_runs);
  style.best_bold = flag(json, "best_bold", style.best_bold);
  style.marks = flag(json, "marks", style.marks);
  if (const auto digits = json.find("digits"); digits != json.end() && digits->is_object()) {
    for (const auto& [name, value] : digits->items()) {
      if (value.is_number_integer()) style.digits[name] = std::clamp(value.get<int>(), 0, 12);
    }
  }
  return style;
}

TableData styled_table(TableData table, const ReportStyle& style) {
  for (TableColumn& column : table.columns) {
    if (const auto own = style.digits.find(column.name); own != style.digits.end()) column.digits = own->second;
  }
  if (!style.single_runs) std::erase_if(table.rows, [](const TableRow& row) { return row.level > 0; });
  for (TableRow& row : table.rows) {
    for (TableCell& cell : row.cells) {
      if (!style.best_bold) cell.best = false;
      if (!style.marks) cell.mark.clear();
    }
  }
  return table;
}

}  // namespace lorascope::figures
