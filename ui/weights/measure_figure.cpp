#include "ui/weights/measure_figure.h"

#include <algorithm>
#include <set>

#include "core/figures/run_groups.h"

namespace lorascope::ui {
namespace {

constexpr int kDotted = 2;  ///< of figures::dash_pattern
constexpr int kDashDotDot = 5;

/// What a measure says where nothing was learned.
struct Floor {
  std::string value;  ///< key of AdapterModule::values
  std::string name;
  int dash = kDotted;
  bool is_base = false;  ///< of the base alone, the same for all runs
};

std::vector<Floor> floorsOf(const std::string& measure) {
  if (measure == "intruders") return {{"random_intruders", "random update"}};
  if (measure == "base_share") return {{"random_base_share", "random update"}};
  if (measure == "amplification")
    return {{"own_amplification", "W's own directions", kDashDotDot}, {"random_amplification", "random directions"}};
  if (measure == "alpha") return {{"base_alpha", "base model", kDotted, true}, {"random_alpha", "with a random update", kDashDotDot}};
  return {};
}

struct Column {
  std::string value, name;
  int digits = 3;
};

std::vector<Column> columnsOf(const std::string& measure) {
  if (measure == "amplification")
    return {{"amplification", "amplification"},
            {"random_amplification", "in random directions"},
            {"own_amplification", "in W's own"},
            {"relative_norm", "‖ΔW‖ / ‖W‖", 4}};
  if (measure == "alpha")
    return {{"alpha", "α"},
            {"alpha_error", "standard error"},
            {"base_alpha", "of the base"},
            {"random_alpha", "with a random update"},
            {"distance", "distance of the fit"},
            {"tail", "n of the tail", 0}};
  return {{"intruders", "intruders", 0},
          {"random_intruders", "by chance", 0},
          {"relative_norm", "‖ΔW‖ / ‖W‖", 4},
          {"base_share", "in base space"},
          {"random_base_share", "by chance in base space"},
          {"amplification", "amplification"}};
}

figures::Line lineByLayer(const WeightAnalysis& analysis, const std::string& kind, const std::string& value) {
  figures::Line line;
  line.name = analysis.name;
  line.style = analysis.style;
  line.style.markers = true;
  line.run_id = analysis.run;
  for (const AdapterModule& module : analysis.modules) {
    const figures::ModulePlace place = figures::module_place(module.path);
    const auto found = module.values.find(value);
    if (place.kind != kind || found == module.values.end()) continue;
    line.x.push_back(place.layer);
    line.y.push_back(found->second);
  }
  return line;
}

/// Whether the runs can be told apart by their methods alone.
bool areOfOtherMethods(std::span<const WeightAnalysis> analyses) {
  std::set<std::string> methods;
  return std::all_of(analyses.begin(), analyses.end(),
                     [&](const WeightAnalysis& analysis) { return methods.insert(analysis.style.method).second; });
}

/// Floors have names; where they would be many they are thin and have theirs in the table only.
void addFloors(figures::FigureData& figure, std::span<const WeightAnalysis> analyses, const std::string& kind,
               const std::string& measure) {
  const bool is_alone = analyses.size() == 1, is_plain = areOfOtherMethods(analyses);
  for (const Floor& floor : floorsOf(measure)) {
    for (std::size_t i = floor.is_base ? analyses.size() - 1 : 0; i < analyses.size(); ++i) {
      figures::Line line = lineByLayer(analyses[i], kind, floor.value);
      if (line.x.empty()) continue;
      line.style.markers = false;
      line.style.dash = floor.dash;
      if (is_alone || floor.is_base) {
        line.name = floor.name;
        line.style.method = "base";
        line.style.colour.reset();
        line.run_id = 0;
      } else {
        line.name = floor.name + ", " + (is_plain ? figures::method_name(line.style.method) : analyses[i].name);
        if (!is_plain) line.style.role = figures::Role::Single;
      }
      figure.lines.push_back(std::move(line));
    }
  }
}

/// α ± its standard error.
void addErrorBand(figures::FigureData& figure, const WeightAnalysis& analysis, const std::string& kind) {
  const figures::Line alpha = lineByLayer(analysis, kind, "alpha"), error = lineByLayer(analysis, kind, "alpha_error");
  if (alpha.x.empty() || error.x != alpha.x) return;
  figures::Band band{analysis.name + ", standard error of the fit", alpha.x, {}, {}, analysis.style};
  for (std::size_t i = 0; i < alpha.y.size(); ++i) {
    band.low.push_back(alpha.y[i] - error.y[i]);
    band.high.push_back(alpha.y[i] + error.y[i]);
  }
  figure.bands.push_back(std::move(band));
}

}  // namespace

std::vector<std::string> kindsOf(std::span<const WeightAnalysis> analyses) {
  std::vector<std::string> kinds;
  for (const WeightAnalysis& analysis : analyses) {
    for (const AdapterModule& module : analysis.modules) {
      const std::string kind = figures::module_place(module.path).kind;
      if (std::find(kinds.begin(), kinds.end(), kind) == kinds.end()) kinds.push_back(kind);
    }
  }
  return kinds;
}

figures::FigureData measureByLayerFigure(std::span<const WeightAnalysis> analyses, const std::string& kind,
                                         const AdapterMeasure& measure) {
  figures::FigureData figure;
  const std::string label = measure.label.toStdString();
  figure.title = label + " by layer, " + kind;
  figure.x.label = "layer";
  figure.x.whole_numbers = true;
  figure.y.label = label;
  figure.y.log = measure.name == "amplification";
  figure.y.whole_numbers = measure.name == "intruders";
  for (const WeightAnalysis& analysis : analyses) {
    figures::Line line = lineByLayer(analysis, kind, measure.name);
    if (!line.x.empty()) figure.lines.push_back(std::move(line));
    if (measure.name == "alpha") addErrorBand(figure, analysis, kind);
  }
  if (figure.lines.empty()) {
    figure.empty_reason = "no run was analysed for modules of this kind";
  } else {
    addFloors(figure, analyses, kind, measure.name);
  }
  return figure;
}

figures::TableData measureTable(std::span<const WeightAnalysis> analyses, const AdapterMeasure& measure) {
  figures::TableData table;
  table.title = measure.label.toStdString() + " by module";
  table.columns = {{"module", "", figures::Align::Left, 0, figures::Better::None},
                   {"run", "", figures::Align::Left, 0, figures::Better::None}};
  const std::vector<Column> columns = columnsOf(measure.name);
  for (const Column& column : columns)
    table.columns.push_back({column.name, "", figures::Align::Right, column.digits, figures::Better::None});
  std::vector<std::pair<figures::ModulePlace, figures::TableRow>> rows;
  for (const WeightAnalysis& analysis : analyses) {
    for (const AdapterModule& module : analysis.modules) {
      const figures::ModulePlace place = figures::module_place(module.path);
      figures::TableRow row;
      row.method = analysis.style.method;
      row.run_id = analysis.run;
      row.cells.resize(2);
      row.cells[0].text = place.text();
      row.cells[1].text = analysis.name;
      for (const Column& column : columns) {
        const auto found = module.values.find(column.value);
        row.cells.emplace_back();
        if (found != module.values.end()) row.cells.back().value = found->second;
      }
      rows.emplace_back(place, std::move(row));
    }
  }
  std::stable_sort(rows.begin(), rows.end(), [](const auto& a, const auto& b) { return a.first < b.first; });
  for (auto& [place, row] : rows) table.rows.push_back(std::move(row));
  return table;
}

}  // namespace lorascope::ui
