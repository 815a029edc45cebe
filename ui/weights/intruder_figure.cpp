#include "ui/weights/intruder_figure.h"

#include <algorithm>
#include <numeric>

#include "core/figures/number_text.h"

namespace lorascope::ui {
namespace {

int countBelow(const AdapterModule& module, const char* list, double threshold) {
  const auto closest = module.lists.find(list);
  if (closest == module.lists.end()) return 0;
  return static_cast<int>(std::count_if(closest->second.begin(), closest->second.end(),
                                        [threshold](double overlap) { return overlap < threshold; }));
}

void setMean(AdapterModule& module, const char* list, const char* name) {
  const auto values = module.lists.find(list);
  if (values == module.lists.end() || values->second.empty()) return;
  module.values[name] = std::accumulate(values->second.begin(), values->second.end(), 0.0) /
                        static_cast<double>(values->second.size());
}

}  // namespace

int intruderCount(const AdapterModule& module, double threshold) {
  return countBelow(module, "closest", threshold);
}

std::vector<AdapterModule> withCounts(std::vector<AdapterModule> modules, double threshold) {
  for (AdapterModule& module : modules) {
    module.values["intruders"] = intruderCount(module, threshold);
    setMean(module, "in_base_space", "base_share");
    if (!module.lists.contains("random_closest")) continue;
    module.values["random_intruders"] = countBelow(module, "random_closest", threshold);
    setMean(module, "random_in_base_space", "random_base_share");
  }
  return modules;
}

figures::FigureData closestFigure(std::span<const WeightAnalysis> analyses, const figures::ModulePlace& place,
                                  double threshold) {
  figures::FigureData figure;
  figure.title = "Closest base direction, " + place.text();
  figure.x.label = "singular vector of W', by rank";
  figure.x.whole_numbers = true;
  figure.y.label = "largest overlap with W";
  figure.y.minimum = 0;
  figure.y.maximum = 1;
  for (const WeightAnalysis& analysis : analyses) {
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

}  // namespace lorascope::ui
