#pragma once

#include <string>
#include <vector>

#include "core/figures/run_series.h"
#include "core/study/run_settings.h"

namespace lorascope::test {

/// A run with settings of its own, as the store would return it.
inline store::RunRecord make_run(std::int64_t id, const std::string& method, std::uint64_t seed, double rate = 1e-3,
                                 const std::string& group = {}) {
  study::RunSettings settings;
  settings.method = study::method_from(method);
  settings.training.seed = seed;
  settings.training.learning_rate = rate;
  settings.name = "seed " + std::to_string(seed);
  settings.group = group;
  store::RunRecord run;
  run.id = id;
  run.name = settings.name;
  run.group = group;
  run.task = "wnut17";
  run.method = method;
  run.settings = settings.to_json();
  run.settings_hash = settings.hash();
  return run;
}

/// Points at steps 1, 2, ….
inline figures::RunSeries make_series(store::RunRecord run, const std::string& name,
                                      const std::vector<double>& values) {
  figures::RunSeries series{std::move(run), name, {}, {}, {}};
  for (std::size_t i = 0; i < values.size(); ++i)
    series.points.push_back({static_cast<std::int64_t>(i + 1), values[i]});
  return series;
}

}  // namespace lorascope::test
