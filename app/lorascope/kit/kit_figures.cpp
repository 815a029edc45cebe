#include "app/lorascope/kit/kit_figures.h"

#include <algorithm>
#include <iterator>
#include <map>
#include <set>

#include "core/figures/file_stem.h"
#include "core/figures/curve_figure.h"
#include "core/figures/number_text.h"
#include "core/figures/run_series.h"
#include "core/store/run_store.h"

namespace lorascope::app {
namespace {

using figures::FigureData;

constexpr double kTrainingSmoothing = 0.9;

// Scores per entity type and the strict ones are in the tables; as figures they would bury the others.
bool is_drawn(const std::string& series) {
  static const std::set<std::string> kScores = {"loss",   "f1",       "exact_match", "precision",
                                                "recall", "accuracy", "surface.f1"};
  if (series.starts_with("time/")) return false;
  const std::size_t slash = series.find('/');
  if (series.starts_with("eval/") || series.starts_with("test/")) return kScores.contains(series.substr(slash + 1));
  return true;
}

void add(std::vector<NamedFigure>& list, const std::string& stem, FigureData figure) {
  if (!figure.empty()) list.push_back({stem, std::move(figure)});
}

void add_curves(std::vector<NamedFigure>& list, const store::RunStore& store,
                const std::vector<store::RunRecord>& runs) {
  std::set<std::string> names;
  for (const store::RunRecord& run : runs) {
    for (std::string& name : figures::series_of(store, run.id)) names.insert(std::move(name));
  }
  for (const std::string& name : names) {
    if (!is_drawn(name)) continue;
    std::vector<figures::RunSeries> series;
    std::size_t most_points = 0;
    for (const store::RunRecord& run : runs) {
      series.push_back(figures::load_series(store, run, name));
      most_points = std::max(most_points, series.back().points.size());
    }
    if (most_points < 2) continue;
    figures::CurveOptions options;
    options.grouping = figures::Grouping::Setting;
    const bool noisy = name.starts_with("train/") && name != "train/lr";
    if (noisy) options.smoothing = kTrainingSmoothing;
    FigureData figure = figures::curve_figure(series, options);
    const std::string stem = figures::file_stem(figure.title);
    add(list, stem, std::move(figure));
  }
}

// Whether all runs that have spectra at all have one of this module: only then they can be compared in it.
bool is_common(const std::vector<figures::RunSpectra>& runs, const std::string& module) {
  return std::all_of(runs.begin(), runs.end(), [&module](const figures::RunSpectra& run) {
    return run.spectra.empty() || std::any_of(run.spectra.begin(), run.spectra.end(),
                                              [&module](const auto& spectrum) { return spectrum.module == module; });
  });
}

// The first and the last layer of each kind of module, of those that all runs have where there are any.
std::vector<std::string> outer_modules(const std::vector<figures::RunSpectra>& runs) {
  const std::vector<std::string> all = figures::modules_of(runs);
  std::vector<std::string> common;
  std::copy_if(all.begin(), all.end(), std::back_inserter(common),
               [&runs](const std::string& module) { return is_common(runs, module); });
  std::map<std::string, std::pair<std::string, std::string>> outer;
  for (const std::string& module : common.empty() ? all : common) {
    auto [entry, is_new] = outer.emplace(figures::module_place(module).kind, std::pair(module, module));
    if (!is_new) entry->second.second = module;
  }
  std::vector<std::string> modules;
  for (const std::string& kind : figures::kinds_of(runs)) {
    if (!outer.contains(kind)) continue;
    const auto& [first, last] = outer.at(kind);
    modules.push_back(first);
    if (last != first) modules.push_back(last);
  }
  return modules;
}

void add_spectra(std::vector<NamedFigure>& list, const std::vector<figures::RunSpectra>& runs) {
  for (const std::string& module : outer_modules(runs)) {
    const std::string place = figures::file_stem(figures::module_place(module).text());
    const figures::SpectrumOptions options{.grouping = figures::Grouping::Setting};
    add(list, "spectrum-" + place, figures::spectrum_figure(runs, module, options));
    add(list, "energy-" + place, figures::energy_figure(runs, module, options));
  }
  using figures::SpectrumMeasure;
  static const std::vector<std::pair<SpectrumMeasure, std::string>> kMeasures = {
      {SpectrumMeasure::StableRank, "stable-rank"},
      {SpectrumMeasure::EffectiveRank, "effective-rank"},
      {SpectrumMeasure::EnergyRank, "energy-rank"},
      {SpectrumMeasure::RelativeNorm, "relative-norm"}};
  for (const std::string& kind : figures::kinds_of(runs)) {
    for (const auto& [measure, stem] : kMeasures) {
      add(list, stem + "-" + figures::file_stem(kind), figures::layer_figure(runs, kind, measure));
    }
  }
}

std::string quoted(const std::string& text) {
  std::string result = "\"";
  for (const char letter : text) result += letter == '"' ? std::string("\"\"") : std::string(1, letter);
  return result + '"';
}

}  // namespace

std::vector<figures::RunSpectra> load_spectra(const store::Workspace& workspace,
                                              const std::vector<store::RunRecord>& runs) {
  const store::RunStore store(workspace);
  std::vector<figures::RunSpectra> spectra;
  for (const store::RunRecord& run : runs) spectra.push_back({run, store.spectra(run.id), {}});
  return spectra;
}

std::vector<NamedFigure> kit_figures(const store::Workspace& workspace, const std::vector<store::RunRecord>& runs) {
  std::vector<NamedFigure> list;
  add_curves(list, store::RunStore(workspace), runs);
  add_spectra(list, load_spectra(workspace, runs));
  return list;
}

std::string spectra_csv(const std::vector<figures::RunSpectra>& runs) {
  std::string text = "run,group,name,step,module,i,sigma\n";
  for (const figures::RunSpectra& run : runs) {
    std::map<std::string, const store::Spectrum*> newest;
    for (const store::Spectrum& spectrum : run.spectra) {
      const store::Spectrum*& best = newest[spectrum.module];
      if (!best || spectrum.step >= best->step) best = &spectrum;
    }
    for (const auto& [module, spectrum] : newest) {
      const std::string start = std::to_string(run.run.id) + "," + quoted(run.run.group) + "," + quoted(run.run.name) +
                                "," + std::to_string(spectrum->step) + "," + module + ",";
      for (std::size_t i = 0; i < spectrum->values.size(); ++i) {
        text += start + std::to_string(i + 1) + "," + figures::exact_number(spectrum->values[i]) + "\n";
      }
    }
  }
  return text;
}

}  // namespace lorascope::app
