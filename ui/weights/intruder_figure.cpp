#include "ui/weights/intruder_figure.h"

#include <algorithm>
#include <numeric>

#include "core/figures/number_text.h"

namespace lorascope::ui {
namespace {

/// The module values of one run by layer, in the order of the layers.
figures::Line lineByLayer(const IntruderAnalysis& analysis, const std::string& kind, const std::string& value) {
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

}  // namespace

int intruderCount(const AdapterModule& module, double threshold) {
  const auto closest = module.lists.find("closest");
  if (closest == module.lists.end()) return 0;
  return static_cast<int>(std::count_if(closest->second.begin(), closest->second.end(),
                                        [threshold](double overlap) { return overlap < threshold; }));
}

std::vector<AdapterModule> withCounts(std::vector<AdapterModule> modules, double threshold) {
  for (AdapterModule& module : modules) {
    module.values["intruders"] = intruderCount(module, threshold);
    const auto lengths = module.lists.find("in_base_space");
    if (lengths == module.lists.end() || lengths->second.empty()) continue;
    module.values["base_share"] = std::accumulate(lengths->second.begin(), lengths->second.end(), 0.0) /
                                  static_cast<double>(lengths->second.size());
  }
  return modules;
}

figures::FigureData closestFigure(std::span<const IntruderAnalysis> analyses, const figures::ModulePlace& place,
                                  double threshold) {
  figures::FigureData figure;
  figure.title = "Closest base direction, " + place.text();
  figure.x.label = "singular vector of W', by rank";
  figure.x.whole_numbers = true;
  figure.y.label = "largest overlap with W";
  figure.y.minimum = 0;
  figure.y.maximum = 1;
  for (const IntruderAnalysis& analysis : analyses) {
    for (const AdapterModule& module : analysis.modules) {
      const auto closest = module.lists.find("closest");
      if (figures::module_place(module.path) != place || closest == module.lists.end()) continue;
      figures::Line line;
      line.name = analysis.name;
      line.y = closest->second;
      for (std::size_t j = 0; j < line.y.size(); ++j) line.x.push_back(static_cast<double>(j + 1));
      line.style = analysis.style;
      line.style.markers = true;
      line.run_id = analysis.run;
      figure.lines.push_back(std::move(line));
    }
  }
  figure.references.push_back({false, threshold, "threshold " + figures::fixed_number(threshold, 2), std::nullopt});
  if (figure.lines.empty()) figure.empty_reason = "no run was analysed for this module";
  return figure;
}

figures::FigureData measureByLayerFigure(std::span<const IntruderAnalysis> analyses, const std::string& kind,
                                         const AdapterMeasure& measure) {
  figures::FigureData figure;
  const std::string label = measure.label.toStdString();
  figure.title = label + " by layer, " + kind;
  figure.x.label = "layer";
  figure.x.whole_numbers = true;
  figure.y.label = label;
  figure.y.log = measure.name == "amplification";
  for (const IntruderAnalysis& analysis : analyses) {
    figures::Line line = lineByLayer(analysis, kind, measure.name);
    if (!line.x.empty()) figure.lines.push_back(std::move(line));
  }
  if (measure.name == "amplification" && !analyses.empty()) {
    const std::pair<const char*, const char*> floors[] = {{"own_amplification", "in W's own directions"},
                                                          {"random_amplification", "in random directions"}};
    for (const auto& [value, name] : floors) {
      figures::Line line = lineByLayer(analyses.back(), kind, value);
      line.name = name;
      line.style.method = "base";
      line.style.colour.reset();
      line.run_id = 0;
      if (!line.x.empty()) figure.lines.push_back(std::move(line));
    }
  }
  if (figure.lines.empty()) figure.empty_reason = "no run was analysed for modules of this kind";
  return figure;
}

}  // namespace lorascope::ui
