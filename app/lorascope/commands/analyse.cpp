#include <CLI/CLI.hpp>
#include <algorithm>
#include <filesystem>
#include <iostream>
#include <memory>
#include <optional>

#include "app/lorascope/commands.h"
#include "app/lorascope/commands/analyse_weights.h"
#include "app/lorascope/commands/workspace_option.h"
#include "core/base/json.h"
#include "core/figures/spectrum_figure.h"
#include "core/store/run_store.h"
#include "core/store/workspace.h"

namespace lorascope::app {
namespace {

struct AnalyseOptions {
  WeightAnalysisOptions weights;
  std::string what = "spectra";
  std::string workspace;
  bool json = false;
};

/// {"spectra": {STEP: {MODULE: [σ…]}}} as stored.
Json spectra_json(const std::vector<store::Spectrum>& spectra) {
  Json steps = Json::object();
  for (const store::Spectrum& spectrum : spectra) {
    steps[std::to_string(spectrum.step)][spectrum.module] = spectrum.values;
  }
  return {{"spectra", steps}};
}

void print_spectra(const std::vector<store::Spectrum>& spectra) {
  std::cout << "step\tmodule\tnorm\tstable rank\teffective rank\tsigma 1\n";
  for (const store::Spectrum& spectrum : spectra) {
    using Measure = figures::SpectrumMeasure;
    std::cout << spectrum.step << '\t' << spectrum.module << '\t' << figures::spectrum_measure(spectrum, Measure::Norm)
              << '\t' << figures::spectrum_measure(spectrum, Measure::StableRank) << '\t'
              << figures::spectrum_measure(spectrum, Measure::EffectiveRank) << '\t'
              << (spectrum.values.empty() ? 0 : spectrum.values.front()) << '\n';
  }
}

/// A table of the modules' single numbers.
void print_modules(const Json& analysis) {
  bool has_title = false;
  for (const auto& [name, values] : analysis.at("modules").items()) {
    std::string title = "module", row = name;
    for (const auto& [key, value] : values.items()) {
      if (value.is_array()) continue;
      title += '\t' + key;
      row += '\t' + value.dump();
    }
    if (!has_title) std::cout << title << '\n';
    has_title = true;
    std::cout << row << '\n';
  }
  for (const auto& [key, value] : analysis.items())
    if (value.is_number()) std::cout << key << '\t' << value << '\n';
}

void analyse_weights(const AnalyseOptions& options) {
  std::optional<store::Workspace> workspace;
  const auto& subjects = options.weights.subjects;
  const auto is_folder = [](const std::string& name) { return std::filesystem::is_directory(name); };
  if (!std::all_of(subjects.begin(), subjects.end(), is_folder))
    workspace.emplace(store::Workspace::open(options.workspace));
  const store::Workspace* opened = workspace ? &*workspace : nullptr;
  const Json result =
      options.what == "overlap" ? analyse_overlap(options.weights, opened) : analyse_intruders(options.weights, opened);
  if (options.json)
    std::cout << result.dump() << '\n';
  else
    print_modules(result);
}

void analyse_spectra(const AnalyseOptions& options) {
  const store::Workspace workspace = store::Workspace::open(options.workspace);
  const store::RunStore runs(workspace);
  const std::vector<store::Spectrum> spectra = runs.spectra(runs.get(options.weights.subjects.at(0)).id);
  if (options.json)
    std::cout << spectra_json(spectra).dump() << std::endl;
  else
    print_spectra(spectra);
}

}  // namespace

void add_analyse(CLI::App& program) {
  auto options = std::make_shared<AnalyseOptions>();
  CLI::App* command = program.add_subcommand("analyse", "What training did to the weights, as numbers");
  command->add_option("runs", options->weights.subjects, "Number or name of a run; or a folder of an adapter or model")
      ->required();
  command
      ->add_option("--what", options->what,
                   "spectra over the steps of a run; intruders: new directions in the trained weights; overlap of two")
      ->check(CLI::IsMember({"spectra", "intruders", "overlap"}))
      ->capture_default_str();
  command->add_option("--base", options->weights.base, "Base model, for intruders in a folder");
  command
      ->add_option("--threshold", options->weights.intruders.threshold, "Cosine below which a direction is an intruder")
      ->check(CLI::Range(0.0, 1.0))
      ->capture_default_str();
  command
      ->add_option("--directions", options->weights.directions,
                   "Leading directions to look at (intruders: 10; overlap: all)")
      ->check(CLI::Range(1, 65536));
  add_workspace_option(*command, options->workspace);
  command->add_flag("--json", options->json, "Print one JSON object");
  command->footer(
      "Examples:\n  lorascope analyse 3 --what spectra --json\n"
      "  lorascope analyse 3 --what intruders --threshold 0.6\n"
      "  lorascope analyse runs/3/adapter runs/4/adapter --what overlap");
  command->callback([options] {
    if (options->weights.directions > 0) options->weights.intruders.directions = options->weights.directions;
    if (options->what == "spectra")
      analyse_spectra(*options);
    else
      analyse_weights(*options);
  });
}

}  // namespace lorascope::app
