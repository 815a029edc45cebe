#include <CLI/CLI.hpp>
#include <algorithm>
#include <iostream>
#include <map>
#include <memory>
#include <set>

#include "app/lorascope/commands.h"
#include "app/lorascope/commands/workspace_option.h"
#include "app/lorascope/kit/kit.h"
#include "app/lorascope/kit/kit_figures.h"
#include "app/lorascope/kit/kit_report.h"
#include "app/lorascope/kit/selection.h"
#include "core/base/error.h"
#include "core/base/files.h"
#include "core/base/json.h"
#include "core/figures/curve_figure.h"
#include "core/figures/render.h"
#include "core/figures/run_series.h"
#include "core/figures/run_tables.h"
#include "core/figures/table_text.h"
#include "core/store/run_store.h"

namespace lorascope::app {
namespace {

namespace fs = std::filesystem;

struct Options {
  std::string workspace;
  std::vector<std::string> runs;
  std::string study, kit, what = "curves", series = "train/loss", out;
  std::string module, kind, measure = "stable-rank";
  std::int64_t step = -1;
  std::string x = "step", group = "setting", band = "min-max";
  bool log_x = false, log_y = false, no_outliers = false, no_title = false, all_scores = false, document = false;
  bool json = false;
  double smoothing = 0;
  figures::RenderOptions render;
};

// The words of options and what they mean.
const std::map<std::string, figures::XSource>& x_sources() {
  using figures::XSource;
  static const std::map<std::string, XSource> kSources = {{"step", XSource::Step},
                                                          {"epoch", XSource::Epoch},
                                                          {"examples", XSource::Examples},
                                                          {"seconds", XSource::Seconds}};
  return kSources;
}

const std::map<std::string, figures::Grouping>& groupings() {
  using figures::Grouping;
  static const std::map<std::string, Grouping> kGroupings = {
      {"none", Grouping::None}, {"method", Grouping::Method}, {"setting", Grouping::Setting}};
  return kGroupings;
}

const std::map<std::string, figures::BandKind>& bands() {
  using figures::BandKind;
  static const std::map<std::string, BandKind> kBands = {{"none", BandKind::None}, {"min-max", BandKind::MinMax}};
  return kBands;
}

const std::map<std::string, figures::SpectrumMeasure>& measures() {
  using figures::SpectrumMeasure;
  static const std::map<std::string, SpectrumMeasure> kMeasures = {{"stable-rank", SpectrumMeasure::StableRank},
                                                                   {"effective-rank", SpectrumMeasure::EffectiveRank},
                                                                   {"energy-rank", SpectrumMeasure::EnergyRank},
                                                                   {"norm", SpectrumMeasure::Norm},
                                                                   {"relative-norm", SpectrumMeasure::RelativeNorm}};
  return kMeasures;
}

template <class Meaning>
CLI::IsMember words_of(const std::map<std::string, Meaning>& meanings) {
  std::vector<std::string> words;
  for (const auto& [word, meaning] : meanings) words.push_back(word);
  return CLI::IsMember(words);
}

std::string joined(const std::vector<std::string>& names) {
  std::string text;
  for (const std::string& name : names) text += (text.empty() ? "" : ", ") + name;
  return text;
}

figures::FigureData curves(const store::Workspace& workspace, const std::vector<store::RunRecord>& runs,
                           const Options& options) {
  const store::RunStore store(workspace);
  const figures::XSource x = x_sources().at(options.x);
  std::vector<figures::RunSeries> series;
  std::set<std::string> known;
  bool found = false;
  for (const store::RunRecord& run : runs) {
    series.push_back(figures::load_series(store, run, options.series, x));
    found = found || !series.back().points.empty();
    for (std::string& name : figures::series_of(store, run.id)) known.insert(std::move(name));
  }
  if (!found) {
    throw UsageError("none of the chosen runs has the series \"" + options.series + "\"",
                     known.empty() ? "they have no points yet" : "there are " + joined({known.begin(), known.end()}));
  }
  return figures::curve_figure(series, {.x = x,
                                        .log_x = options.log_x,
                                        .log_y = options.log_y,
                                        .smoothing = options.smoothing,
                                        .grouping = groupings().at(options.group),
                                        .band = bands().at(options.band),
                                        .outliers = !options.no_outliers});
}

// A module by its full name or as figures write it, "layer 5 value"; the last layer's last one by default.
std::string chosen_module(const std::vector<std::string>& modules, const std::string& wanted) {
  if (wanted.empty()) return modules.back();
  std::vector<std::string> names;
  for (const std::string& module : modules) {
    if (module == wanted || figures::module_place(module).text() == wanted) return module;
    names.push_back("\"" + figures::module_place(module).text() + "\"");
  }
  throw UsageError("none of the chosen runs has a spectrum of \"" + wanted + "\"", "there are " + joined(names));
}

figures::FigureData spectra(const store::Workspace& workspace, const std::vector<store::RunRecord>& runs,
                            const Options& options) {
  const std::vector<figures::RunSpectra> all = load_spectra(workspace, runs);
  const std::vector<std::string> modules = figures::modules_of(all);
  if (modules.empty())
    throw UsageError("none of the chosen runs has a spectrum", "spectra are written while a run trains");
  figures::SpectrumOptions chosen{.grouping = groupings().at(options.group)};
  if (options.step >= 0) chosen.step = options.step;
  if (options.what == "layers") {
    const std::vector<std::string> kinds = figures::kinds_of(all);
    const std::string kind = options.kind.empty() ? kinds.back() : options.kind;
    if (std::find(kinds.begin(), kinds.end(), kind) == kinds.end()) {
      throw UsageError("none of the chosen runs has spectra of \"" + kind + "\"", "there are " + joined(kinds));
    }
    return figures::layer_figure(all, kind, measures().at(options.measure), chosen.grouping, chosen);
  }
  const std::string module = chosen_module(modules, options.module);
  figures::FigureData figure = options.what == "energy" ? figures::energy_figure(all, module, chosen)
                                                        : figures::spectrum_figure(all, module, chosen);
  if (figure.empty()) {
    const std::vector<std::int64_t> steps = figures::steps_of(all);
    throw UsageError(figure.empty_reason, "spectra start at step " + std::to_string(steps.front()));
  }
  return figure;
}

std::string lower_ending(const fs::path& file) {
  std::string ending = file.extension().string();
  std::transform(ending.begin(), ending.end(), ending.begin(), [](unsigned char c) { return std::tolower(c); });
  return ending;
}

std::string table_file(const figures::TableData& table, const Options& options) {
  const std::string ending = lower_ending(options.out);
  if (ending == ".tex") return figures::latex_table(table, {.label = "scores", .document = options.document});
  if (ending == ".csv") return figures::csv_table(table);
  if (ending == ".md") return figures::markdown_table(table);
  throw UsageError("a table cannot be written to " + options.out, "choose a name that ends in .tex, .csv or .md");
}

std::string figure_file(const figures::FigureData& figure, const Options& options) {
  if (lower_ending(options.out) == ".csv") return figures::figure_csv(figure);
  return figures::render(figure, *figures::image_format_of(options.out), options.render);
}

void write_single(const store::Workspace& workspace, const std::vector<store::RunRecord>& runs, Options options) {
  if (options.what == "scores") {
    const figures::ScoreTableOptions chosen{.grouping = groupings().at(options.group),
                                            .all_scores = options.all_scores};
    write_file_atomically(options.out, table_file(figures::score_table(runs, chosen), options));
    return;
  }
  if (lower_ending(options.out) != ".csv" && !figures::image_format_of(options.out)) {
    throw UsageError("a figure cannot be written to " + options.out,
                     "choose a name that ends in .pdf, .svg, .png or .csv; --what scores writes .tex, .csv and .md");
  }
  options.render.title = !options.no_title;
  const figures::FigureData figure =
      options.what == "curves" ? curves(workspace, runs, options) : spectra(workspace, runs, options);
  write_file_atomically(options.out, figure_file(figure, options));
}

void export_runs(const Options& options) {
  if (options.kit.empty() == options.out.empty()) {
    throw UsageError("export needs either --kit FOLDER or --out FILE", "see `lorascope export --help`");
  }
  store::Workspace workspace = store::Workspace::open(options.workspace);
  std::vector<std::int64_t> ids;
  if (!options.kit.empty() && options.runs.empty() && options.study.empty()) ids = report_runs(workspace);
  std::vector<store::RunRecord> runs;
  if (ids.empty()) {
    runs = select_runs(workspace, options.runs, options.study);
    for (const store::RunRecord& run : runs) ids.push_back(run.id);
  }
  if (options.kit.empty()) {
    write_single(workspace, runs, options);
  } else {
    write_kit(workspace, ids, options.kit);
  }
  const std::string& path = options.kit.empty() ? options.out : options.kit;
  if (options.json) {
    std::cout << Json{{"runs", ids}, {"path", path}}.dump() << '\n';
  } else {
    std::cout << path << '\n';
  }
}

void add_figure_options(CLI::App& command, Options& options) {
  command.add_option("--x", options.x, "What curves run over (step)")->check(words_of(x_sources()));
  command.add_option("--group", options.group, "Runs with a common mean: equal in all but the seed (setting)")
      ->check(words_of(groupings()));
  command.add_option("--band", options.band, "Around a mean (min-max)")->check(words_of(bands()));
  command.add_flag("--log-x", options.log_x, "Logarithmic x axis");
  command.add_flag("--log-y", options.log_y, "Logarithmic y axis");
  command.add_option("--smoothing", options.smoothing, "Weight of the moving average, 0 (raw) to 1")
      ->check(CLI::Range(0.0, 1.0));
  command.add_flag("--no-outliers", options.no_outliers, "The value axis ignores the outermost 2 % on each side");
  command.add_option("--width", options.render.width_cm, "Width in cm (12)");
  command.add_option("--height", options.render.height_cm, "Height in cm; by the width");
  command.add_option("--dpi", options.render.dpi, "Resolution of PNG (300)");
  command.add_option("--font-size", options.render.font_size_pt, "In pt (8)");
  command.add_option("--font", options.render.font_family, "Font family (sans-serif)");
  command.add_flag("--no-title", options.no_title, "Without title: for figures with a caption");
}

}  // namespace

void add_export(CLI::App& program) {
  CLI::App* command = program.add_subcommand("export", "Figures and tables of runs, alone or as a whole paper kit");
  command->footer(
      "Examples: lorascope export --study \"Built-in study\" --kit kit\n"
      "          lorascope export 3 4 5 --what curves --series eval/f1 --out f1.pdf --width 8.5\n"
      "          lorascope export 3 7 --what spectra --module \"layer 5 value\" --out spectrum.svg\n"
      "          lorascope export --study 1 --what scores --out scores.tex");
  auto options = std::make_shared<Options>();
  command->add_option("runs", options->runs,
                      "Runs: numbers, names, groups or studies; a kit without any is about the runs of the report");
  add_workspace_option(*command, options->workspace);
  command->add_option("--study", options->study, "All runs of a study: its name or number");
  command->add_option("--kit", options->kit, "Folder for the whole kit: figures, tables, settings, commands, versions");
  command->add_option("--out", options->out,
                      "One file: .pdf, .svg, .png or .csv of a figure; .tex, .csv or .md of scores");
  command->add_option("--what", options->what, "curves, spectra, energy, layers or scores")
      ->check(CLI::IsMember({"curves", "spectra", "energy", "layers", "scores"}));
  command->add_option("--series", options->series, "Series of the curves (train/loss)");
  command->add_option("--module", options->module, "Module of the spectrum: \"layer 5 value\" or its full name");
  command->add_option("--kind", options->kind, "Kind of module for layers: \"value\"");
  command->add_option("--measure", options->measure, "Of layers (stable-rank)")->check(words_of(measures()));
  command->add_option("--step", options->step, "Spectra up to this step; the newest by default");
  command->add_flag("--all-scores", options->all_scores, "Every score, per type and strict ones too");
  command->add_flag("--document", options->document, "LaTeX that compiles by itself");
  command->add_flag("--json", options->json, "Prints what was written as JSON");
  add_figure_options(*command, *options);
  command->callback([options] { export_runs(*options); });
}

}  // namespace lorascope::app
