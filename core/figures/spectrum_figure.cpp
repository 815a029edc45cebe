#include "core/figures/spectrum_figure.h"

#include <algorithm>
#include <cmath>
#include <map>
#include <set>

#include "core/base/json.h"
#include "core/figures/number_text.h"

namespace lorascope::figures {
namespace {

constexpr std::size_t kFewValues = 64;  // each gets a dot
constexpr std::size_t kManyRuns = 5;    // from here on the band stands for them
constexpr std::size_t kMostBars = 4;    // rows of bars side by side that can be told apart

// The newest spectrum of a module up to the chosen step.
const store::Spectrum* spectrum_at(const RunSpectra& run, const std::string& module, const SpectrumOptions& options) {
  const store::Spectrum* found = nullptr;
  for (const store::Spectrum& spectrum : run.spectra) {
    if (spectrum.module != module || spectrum.values.empty()) continue;
    if (options.step && spectrum.step > *options.step) continue;
    if (!found || spectrum.step >= found->step) found = &spectrum;
  }
  return found;
}

std::optional<int> rank_of(const store::RunRecord& run) {
  const Json settings = Json::parse(run.settings, nullptr, false);
  if (!settings.is_object()) return std::nullopt;
  const Json rank = settings.value("/lora/rank"_json_pointer, Json());
  if (!rank.is_number_integer() || rank.get<std::int64_t>() < 1) return std::nullopt;
  return static_cast<int>(rank.get<std::int64_t>());
}

std::vector<const store::RunRecord*> records_of(std::span<const RunSpectra> runs) {
  std::vector<const store::RunRecord*> records;
  for (const RunSpectra& run : runs) records.push_back(&run.run);
  return records;
}

// "step 2,130", or the span of steps where the runs' newest spectra lie apart.
std::string step_note(const std::set<std::int64_t>& steps) {
  if (steps.empty()) return {};
  const auto text = [](std::int64_t step) { return fixed_number(static_cast<double>(step), 0); };
  if (steps.size() == 1) return "step " + text(*steps.begin());
  return "steps " + text(*steps.begin()) + " to " + text(*steps.rbegin());
}

LineStyle style_of(const RunGroup& group, std::span<const RunSpectra> runs) {
  LineStyle style = runs[group.members.front()].style.value_or(group.style);
  style.role = Role::Main;
  return style;
}

Line index_line(const std::string& name, std::vector<double> values, const LineStyle& style, std::int64_t run_id) {
  Line line{name, {}, std::move(values), style, Shape::Line, run_id};
  for (std::size_t i = 0; i < line.y.size(); ++i) line.x.push_back(static_cast<double>(i + 1));
  line.style.markers = style.role == Role::Main && line.x.size() <= kFewValues;
  return line;
}

// The mean at every i that all have, over a band from smallest to largest and, of few, the single ones.
void add_group(FigureData& figure, const RunGroup& group, const LineStyle& style, std::vector<Line> singles) {
  if (singles.size() == 1) {
    figure.lines.push_back(std::move(singles.front()));
    return;
  }
  std::size_t shortest = singles.front().y.size();
  for (const Line& single : singles) shortest = std::min(shortest, single.y.size());
  Band band{group.name + ", smallest to largest of " + std::to_string(singles.size()), {}, {}, {}, style};
  std::vector<double> means;
  for (std::size_t i = 0; i < shortest; ++i) {
    double sum = 0, low = INFINITY, high = -INFINITY;
    for (const Line& single : singles) {
      sum += single.y[i];
      low = std::min(low, single.y[i]);
      high = std::max(high, single.y[i]);
    }
    means.push_back(sum / static_cast<double>(singles.size()));
    band.x.push_back(static_cast<double>(i + 1));
    band.low.push_back(low);
    band.high.push_back(high);
  }
  if (singles.size() < kManyRuns) {
    for (Line& single : singles) {
      single.style.role = Role::Single;
      single.style.markers = false;
      figure.lines.push_back(std::move(single));
    }
  }
  figure.bands.push_back(std::move(band));
  figure.lines.push_back(index_line(group.name, std::move(means), style, 0));
}

// One line a group of f(spectrum), and the ranks of the adapters.
template <class Values>
FigureData index_figure(std::span<const RunSpectra> runs, const std::string& module, const SpectrumOptions& options,
                        Values values_of) {
  FigureData figure;
  figure.x.label = "singular value, by rank";
  figure.x.whole_numbers = true;
  figure.x.minimum = 1;
  std::set<std::int64_t> steps;
  std::set<int> ranks;
  std::size_t longest = 0;
  for (const RunGroup& group : group_runs(records_of(runs), options.grouping)) {
    const LineStyle style = style_of(group, runs);
    std::vector<Line> singles;
    for (const std::size_t member : group.members) {
      const store::RunRecord& run = runs[member].run;
      const store::Spectrum* spectrum = spectrum_at(runs[member], module, options);
      if (!spectrum) continue;
      const std::string name = group.members.size() == 1 ? group.name : group.name + ", " + seed_name(run);
      singles.push_back(index_line(name, values_of(*spectrum), style, run.id));
      longest = std::max(longest, spectrum->values.size());
      steps.insert(spectrum->step);
      const std::optional<int> rank = rank_of(run);
      if (rank && ranks.insert(*rank).second) {
        figure.references.push_back({true, static_cast<double>(*rank), "rank " + std::to_string(*rank), style});
      }
    }
    if (!singles.empty()) add_group(figure, group, style, std::move(singles));
  }
  if (!ranks.empty()) {
    const std::size_t shown = std::max<std::size_t>(32, 4 * static_cast<std::size_t>(*ranks.rbegin()));
    if (longest > shown) figure.x.maximum = static_cast<double>(shown);
  }
  figure.note = step_note(steps);
  if (!figure.bands.empty()) figure.note = "means over runs, smallest to largest, " + figure.note;
  if (figure.lines.empty()) figure.empty_reason = "no run has a spectrum of " + module_place(module).text() + " yet";
  return figure;
}

std::vector<double> cumulative_energy(const store::Spectrum& spectrum) {
  double energy = 0;
  for (const double value : spectrum.values) energy += value * value;
  std::vector<double> shares;
  double reached = 0;
  for (const double value : spectrum.values) {
    reached += value * value;
    shares.push_back(energy > 0 ? 100 * reached / energy : NAN);
  }
  return shares;
}

std::string measure_title(SpectrumMeasure measure) {
  switch (measure) {
    case SpectrumMeasure::StableRank:
      return "Stable rank of the update";
    case SpectrumMeasure::EffectiveRank:
      return "Effective rank of the update";
    case SpectrumMeasure::EnergyRank:
      return "90 % energy rank of the update";
    case SpectrumMeasure::Norm:
      return "Norm of the update";
    case SpectrumMeasure::RelativeNorm:
      return "Relative norm of the update";
  }
  return {};
}

// Mean of the measure over the runs of a group that know it, by layer.
std::map<int, double> layer_means(std::span<const RunSpectra> runs, const RunGroup& group, const std::string& kind,
                                  SpectrumMeasure measure, const SpectrumOptions& options,
                                  std::set<std::int64_t>& steps) {
  std::map<int, std::vector<double>> values;
  for (const std::size_t member : group.members) {
    for (const std::string& module : modules_of(runs.subspan(member, 1))) {
      const ModulePlace place = module_place(module);
      if (place.kind != kind || place.layer < 0) continue;
      const store::Spectrum* spectrum = spectrum_at(runs[member], module, options);
      if (!spectrum) continue;
      steps.insert(spectrum->step);
      const double value = spectrum_measure(*spectrum, measure);
      if (!std::isnan(value)) values[place.layer].push_back(value);
    }
  }
  std::map<int, double> means;
  for (const auto& [layer, found] : values) {
    double sum = 0;
    for (const double value : found) sum += value;
    means[layer] = sum / static_cast<double>(found.size());
  }
  return means;
}

}  // namespace

FigureData spectrum_figure(std::span<const RunSpectra> runs, const std::string& module,
                           const SpectrumOptions& options) {
  FigureData figure =
      index_figure(runs, module, options, [](const store::Spectrum& spectrum) { return spectrum.values; });
  figure.title = "Spectrum of the update, " + module_place(module).text();
  figure.y.label = "singular value σ of ΔW";
  figure.y.log = options.log_y;
  // A fresh adapter has B = 0: a spectrum of zeros has no place on a log axis.
  const bool all_zero = std::all_of(figure.lines.begin(), figure.lines.end(), [](const Line& line) {
    return std::all_of(line.y.begin(), line.y.end(), [](double value) { return !(value > 0); });
  });
  if (all_zero) figure.y.log = false;
  return figure;
}

FigureData energy_figure(std::span<const RunSpectra> runs, const std::string& module, const SpectrumOptions& options) {
  FigureData figure = index_figure(runs, module, options, cumulative_energy);
  figure.title = "Cumulative energy, " + module_place(module).text();
  figure.y.label = "energy in the first k singular values";
  figure.y.unit = "%";
  figure.y.minimum = 0;
  figure.y.maximum = 102;
  if (!figure.lines.empty()) figure.references.push_back({false, 90, "90 %", {}});
  return figure;
}

FigureData spectrum_history_figure(const RunSpectra& run, const std::string& module, int num_values) {
  FigureData figure;
  figure.title = "Spectrum over training, " + module_place(module).text();
  figure.x = {"step", "", false, true, {}, {}, {}};
  figure.y.label = "singular value σ of ΔW";
  std::vector<const store::Spectrum*> spectra;
  for (const store::Spectrum& spectrum : run.spectra) {
    if (spectrum.module == module) spectra.push_back(&spectrum);
  }
  std::stable_sort(spectra.begin(), spectra.end(), [](const auto* a, const auto* b) { return a->step < b->step; });
  std::size_t longest = 0;
  for (const store::Spectrum* spectrum : spectra) longest = std::max(longest, spectrum->values.size());
  const std::size_t num_lines = std::min(longest, static_cast<std::size_t>(std::max(0, num_values)));
  for (std::size_t i = 0; i < num_lines; ++i) {
    Line line;
    line.name = "σ " + std::to_string(i + 1);
    line.style = run.style.value_or(LineStyle{run.run.method, 0, 1, Role::Main, false, {}});
    line.style.variation = static_cast<int>(i);
    line.style.num_variations = static_cast<int>(num_lines);
    line.run_id = run.run.id;
    for (const store::Spectrum* spectrum : spectra) {
      line.x.push_back(static_cast<double>(spectrum->step));
      line.y.push_back(i < spectrum->values.size() ? spectrum->values[i] : NAN);
    }
    figure.lines.push_back(std::move(line));
  }
  if (figure.lines.empty()) figure.empty_reason = "no spectrum of " + module_place(module).text() + " yet";
  return figure;
}

FigureData layer_figure(std::span<const RunSpectra> runs, const std::string& kind, SpectrumMeasure measure,
                        Grouping grouping, const SpectrumOptions& options) {
  FigureData figure;
  figure.y.label = measure_label(measure);
  figure.y.whole_numbers = measure == SpectrumMeasure::EnergyRank;
  figure.title = measure_title(measure) + ", " + kind;
  figure.x.label = "layer";
  std::set<std::int64_t> steps;
  int last_layer = -1;
  std::vector<std::map<int, double>> means;
  for (const RunGroup& group : group_runs(records_of(runs), grouping)) {
    std::map<int, double> values = layer_means(runs, group, kind, measure, options, steps);
    if (values.empty()) continue;
    last_layer = std::max(last_layer, values.rbegin()->first);
    Line line{group.name,  {},
              {},          style_of(group, runs),
              Shape::Bars, group.members.size() == 1 ? runs[group.members.front()].run.id : 0};
    for (const auto& [layer, value] : values) {
      line.x.push_back(layer);
      line.y.push_back(value);
    }
    figure.lines.push_back(std::move(line));
  }
  for (int layer = 0; layer <= last_layer; ++layer) figure.x.categories.push_back(std::to_string(layer));
  if (figure.lines.size() > kMostBars) {
    for (Line& line : figure.lines) {
      line.shape = Shape::Line;
      line.style.markers = true;
    }
  }
  figure.note = step_note(steps);
  if (figure.lines.empty()) figure.empty_reason = "no run has spectra of " + kind + " yet";
  return figure;
}

}  // namespace lorascope::figures
