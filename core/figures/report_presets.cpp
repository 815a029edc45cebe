#include "core/figures/report_presets.h"

#include <algorithm>
#include <set>

#include "core/figures/compare_table.h"
#include "core/figures/mixture_table.h"
#include "core/figures/report_content.h"
#include "core/figures/scalings.h"
#include "core/store/run_store.h"

namespace lorascope::figures {
namespace {

constexpr double kTrainingSmoothing = 0.9;

bool starts_with_table(const std::string& preset) {
  return preset.starts_with("table-") && preset.size() == 7;
}

// The last module that all runs with spectra have, or the last of all.
std::string telling_module(const std::vector<RunSpectra>& spectra) {
  const std::vector<std::string> modules = modules_of(spectra);
  std::string last = modules.empty() ? "" : modules.back();
  for (const std::string& module : modules) {
    const bool common = std::all_of(spectra.begin(), spectra.end(), [&](const RunSpectra& run) {
      return std::any_of(run.spectra.begin(), run.spectra.end(),
                         [&](const store::Spectrum& spectrum) { return spectrum.module == module; });
    });
    if (common) last = module;
  }
  return last;
}

HeatMapData scaling_map(const store::RunRecord& run, const Scalings& scalings, std::int64_t step) {
  const std::vector<ScalingRow> rows = scaling_rows(scalings, {});
  const auto means = scaling_means(scalings, ScalingKind::Applied, rows, 0, scalings.num_rows());
  HeatMapData map;
  map.title = "Mean scaling by block and adapter, " + (run.group.empty() ? run.name : run.group);
  map.note = "mean over " + std::to_string(scalings.tokens.size()) + " tokens at step " + std::to_string(step) + ", " +
             seed_name(run);
  map.row_label = "block";
  map.column_label = "adapter";
  map.columns = scalings.adapters;
  for (std::size_t row = 0; row < rows.size(); ++row) {
    map.rows.push_back(rows[row].name);
    for (const std::vector<double>& of_adapter : means) {
      const std::size_t num_tokens = of_adapter.size() / rows.size();
      map.values.push_back(mean_of(std::span(of_adapter).subspan(row * num_tokens, num_tokens)));
    }
  }
  return map;
}

struct Maker {
  const store::RunStore store;
  std::span<const store::RunRecord> runs;
  RunSelection selection;

  ReportQuery query(ReportKind kind, Grouping grouping) const {
    ReportQuery query;
    query.kind = kind;
    query.runs = selection;
    query.curves.grouping = grouping;
    return query;
  }

  std::vector<ReportQuery> curves() const {
    std::set<std::string> names;
    for (const store::RunRecord& run : runs) {
      for (std::string& name : series_of(store, run.id)) names.insert(std::move(name));
    }
    std::vector<ReportQuery> queries;
    const std::string main = main_score(runs);
    const std::string metric = main.substr(main.find('/') + 1);
    for (const std::string& name : {std::string("train/loss"), std::string("eval/loss"), "eval/" + metric}) {
      if (!names.contains(name) || (!queries.empty() && queries.back().series == name)) continue;
      ReportQuery one = query(ReportKind::Curves, Grouping::Method);
      one.series = name;
      one.curves.band = BandKind::Interval;
      if (name == "train/loss") one.curves.smoothing = kTrainingSmoothing;
      queries.push_back(std::move(one));
    }
    return queries;
  }

  // What a gate did is an artifact, not a row: its means are kept as they are now.
  std::vector<ReportQuery> scalings(const store::Workspace& workspace) const {
    std::vector<ReportQuery> queries;
    for (const store::RunRecord& run : runs) {
      const std::vector<store::Artifact> looks = store.artifacts(run.id, "scalings");
      const auto newest = std::max_element(looks.begin(), looks.end(),
                                           [](const auto& a, const auto& b) { return a.step < b.step; });
      if (newest == looks.end()) continue;
      ReportQuery one = query(ReportKind::Fixed, Grouping::None);
      one.fixed = std::make_shared<const Content>(scaling_map(
          run, read_scalings(workspace.resolved_path(newest->path)), newest->step));
      queries.push_back(std::move(one));
    }
    return queries;
  }

  std::vector<RunSpectra> spectra() const {
    std::vector<RunSpectra> found;
    for (const store::RunRecord& run : runs) {
      RunSpectra one{run, store.spectra(run.id), {}};
      if (!one.spectra.empty()) found.push_back(std::move(one));
    }
    return found;
  }

  std::vector<ReportQuery> of_spectra(bool maps) const {
    const std::vector<RunSpectra> found = spectra();
    if (found.empty()) return {};
    std::vector<ReportQuery> queries;
    if (!maps) {
      for (const ReportKind kind : {ReportKind::Spectrum, ReportKind::Energy, ReportKind::Numbers}) {
        ReportQuery one = query(kind, Grouping::Setting);
        one.curves.log_y = kind == ReportKind::Spectrum;
        one.module = kind == ReportKind::Numbers ? std::string() : telling_module(found);
        queries.push_back(std::move(one));
      }
      for (const std::string& kind : kinds_of(found)) {
        ReportQuery one = query(ReportKind::Layers, Grouping::Setting);
        one.module_kind = kind;
        queries.push_back(std::move(one));
      }
      return queries;
    }
    std::vector<const store::RunRecord*> records;
    for (const RunSpectra& run : found) records.push_back(&run.run);
    for (const RunGroup& group : group_runs(records, Grouping::Setting)) {
      ReportQuery one = query(ReportKind::LayerMap, Grouping::Setting);
      one.measure = SpectrumMeasure::RelativeNorm;
      one.group = group.name;
      queries.push_back(std::move(one));
    }
    return queries;
  }
};

}  // namespace

const std::vector<ReportPreset>& report_presets() {
  static const std::vector<ReportPreset> presets = {
      {"table-1", "Table 1: settings", "learning rate, batch, epochs and rank of each task"},
      {"table-2", "Table 2: time on SQuAD", "training time of each model and method"},
      {"table-3", "Table 3: time on SWAG", "training time of each model and method"},
      {"table-4", "Table 4: time on WNUT17", "training time of each model and method"},
      {"table-5", "Table 5: scores", "scores of all tasks, with published numbers where the study quotes them"},
      {"table-6", "Table 6: parameters of mixtures", "counted once, and as the original package counts"},
      {"curves", "Curves by method", "training and validation loss, and the main score"},
      {"scores", "Score table", "every score with its spread over seeds"},
      {"comparison", "Comparison", "baseline, intervals, significance, costs"},
      {"settings", "Settings that differ", "between the groups of runs"},
      {"spectra", "Spectra", "singular values and energy of a module, ranks by layer, the numbers"},
      {"layer-map", "Layer maps", "relative size of the update by layer and module, one map a group"},
      {"parallel", "Parallel coordinates", "settings and scores of each run"},
      {"mixtures", "Methods by tasks", "scores of mixtures and single adapters on every task, with their costs"},
      {"scalings", "Scalings of the gate", "mean scaling of each adapter by block, newest look of each X-LoRA run"}};
  return presets;
}

std::vector<ReportQuery> preset_queries(const store::Workspace& workspace, const std::string& preset,
                                        std::span<const store::RunRecord> runs,
                                        std::span<const store::RunRecord> all) {
  const Maker maker{store::RunStore(workspace), runs, selection_of(runs, all)};
  if (starts_with_table(preset)) {
    ReportQuery query = maker.query(ReportKind::PaperTable, Grouping::Method);
    query.table = preset.back() - '0';
    return {query};
  }
  if (preset == "curves") return maker.curves();
  if (preset == "scores") return {maker.query(ReportKind::Scores, Grouping::Setting)};
  if (preset == "comparison") return {maker.query(ReportKind::Comparison, Grouping::Setting)};
  if (preset == "settings") return {maker.query(ReportKind::Settings, Grouping::Setting)};
  if (preset == "parallel") return {maker.query(ReportKind::Parallel, Grouping::None)};
  if (preset == "mixtures" && has_mixtures(runs)) return {maker.query(ReportKind::Mixtures, Grouping::Setting)};
  if (preset == "scalings") return maker.scalings(workspace);
  if (preset == "spectra") return maker.of_spectra(false);
  if (preset == "layer-map") return maker.of_spectra(true);
  return {};
}

std::string new_label(const Content& content, const std::vector<std::string>& taken) {
  const std::string stem = (is_table(content) ? "tab:" : "fig:") + label_stem(title_of(content), "figure");
  std::string label = stem;
  for (int number = 2; std::find(taken.begin(), taken.end(), label) != taken.end(); ++number) {
    label = stem + "-" + std::to_string(number);
  }
  return label;
}

}  // namespace lorascope::figures
