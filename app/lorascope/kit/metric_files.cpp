#include "app/lorascope/kit/metric_files.h"

#include <cmath>
#include <map>
#include <vector>

#include "core/base/csv.h"
#include "core/base/json.h"
#include "core/figures/number_text.h"
#include "core/store/run_store.h"

namespace lorascope::app {
namespace {

/// Values by step and number of the series.
using Steps = std::map<std::int64_t, std::map<std::size_t, double>>;

Steps steps_of(const store::RunStore& runs, store::RunId run, const std::vector<std::string>& names) {
  Steps steps;
  for (std::size_t i = 0; i < names.size(); ++i) {
    for (const store::MetricPoint& point : runs.points(run, names[i])) steps[point.step][i] = point.value;
  }
  return steps;
}

}  // namespace

std::string metrics_csv(const store::RunStore& runs, store::RunId run) {
  const std::vector<std::string> names = runs.series_names(run);
  std::string text = "step";
  for (const std::string& name : names) text += ',' + csv_field(name);
  text += '\n';
  for (const auto& [step, values] : steps_of(runs, run, names)) {
    text += std::to_string(step);
    for (std::size_t i = 0; i < names.size(); ++i) {
      const auto value = values.find(i);
      text += ',';
      if (value != values.end()) text += std::isnan(value->second) ? "nan" : figures::exact_number(value->second);
    }
    text += '\n';
  }
  return text;
}

std::string metrics_json_lines(const store::RunStore& runs, store::RunId run) {
  const std::vector<std::string> names = runs.series_names(run);
  std::string text;
  for (const auto& [step, values] : steps_of(runs, run, names)) {
    OrderedJson line = {{"step", step}};
    for (const auto& [i, value] : values) line[names[i]] = value;
    text += line.dump() + '\n';
  }
  return text;
}

}  // namespace lorascope::app
