#include <CLI/CLI.hpp>
#include <algorithm>
#include <filesystem>
#include <iostream>
#include <memory>
#include <optional>

#include "app/lorascope/commands.h"
#include "app/lorascope/commands/analyse_weights.h"
#include "app/lorascope/commands/workspace_option.h"
#include "app/lorascope/engine/interrupts.h"
#include "app/lorascope/engine/model_setup.h"
#include "app/lorascope/engine/progress_display.h"
#include "app/lorascope/engine/shared_cores.h"
#include "app/lorascope/representations/analyses.h"
#include "app/lorascope/representations/stored_analysis.h"
#include "core/base/error.h"
#include "core/base/files.h"
#include "core/base/json.h"
#include "core/figures/spectrum_figure.h"
#include "core/store/run_store.h"
#include "core/store/workspace.h"

namespace lorascope::app {
namespace {

struct AnalyseOptions {
  WeightAnalysisOptions weights;
  representations::AnalysisOptions states;
  std::vector<std::string> adapters;
  std::string what = "spectra";
  std::string workspace, csv;
  int threads = 0;
  bool json = false, no_untrained = false;
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

/// Rows of the modules' numbers: module,measure,value.
std::string modules_csv(const Json& analysis) {
  std::string csv = "module,measure,value\n";
  for (const auto& [name, values] : analysis.at("modules").items())
    for (const auto& [measure, value] : values.items())
      if (value.is_number()) csv += name + ',' + measure + ',' + value.dump() + '\n';
  return csv;
}

/// The workspace, where any subject is a run of it; one that only holds folders may be missing.
std::optional<store::Workspace> workspace_of(const AnalyseOptions& options) {
  const auto is_folder = [](const std::string& name) { return std::filesystem::is_directory(name); };
  const auto& subjects = options.weights.subjects;
  const bool only_folders = std::all_of(subjects.begin(), subjects.end(), is_folder);
  if (only_folders && !store::Workspace::exists(options.workspace)) return std::nullopt;
  return store::Workspace::open(options.workspace);
}

void analyse_weights(AnalyseOptions options) {
  if (options.weights.subjects.empty()) throw UsageError("nothing to analyse", "name a run or a folder");
  const std::optional<store::Workspace> workspace = workspace_of(options);
  const store::Workspace* opened = workspace ? &*workspace : nullptr;
  const bool compares = options.what == "overlap" || options.what == "similarity";
  Json result;
  {
    engine::ProgressDisplay display(/*silent=*/false);
    options.weights.progress = [&](const std::string& subject, std::size_t done, std::size_t of) {
      display.show(subject, static_cast<std::int64_t>(done), static_cast<std::int64_t>(of), "");
    };
    result = compares                          ? analyse_overlap(options.weights, opened)
             : options.what == "amplification" ? analyse_amplification(options.weights, opened)
             : options.what == "alpha"         ? analyse_alpha(options.weights, opened)
                                               : analyse_intruders(options.weights, opened);
  }
  if (!options.csv.empty()) write_file_atomically(options.csv, modules_csv(result));
  if (options.json)
    std::cout << result.dump() << '\n';
  else
    print_modules(result);
}

void analyse_states(const AnalyseOptions& options) {
  const std::optional<store::Workspace> workspace = workspace_of(options);
  // Runs train beside it: threads that turn while they wait would take most of the time of both.
  const engine::SharedCores shared_cores;
  engine::set_threads(options.threads);
  representations::SubjectOptions chosen;
  chosen.names = options.weights.subjects;
  chosen.adapters = options.adapters;
  chosen.model = options.weights.base;
  chosen.untrained = !options.no_untrained && (options.what == "sensitivity" || options.what == "probe");
  const auto subjects = representations::find_subjects(chosen, workspace ? &*workspace : nullptr);
  representations::AnalysisOptions how = options.states;
  how.what = options.what;
  const engine::Interrupts interrupts;
  Json result;
  {
    engine::ProgressDisplay display(/*silent=*/false);
    result = representations::analyse_representations(subjects, how, {display, interrupts});
  }
  for (const Json& warning : result.at("warnings")) std::cerr << "warning: " << warning.get<std::string>() << '\n';
  if (workspace) result["file"] = representations::store_analysis(*workspace, subjects, result).string();
  if (!options.csv.empty()) write_file_atomically(options.csv, representations::analysis_csv(result));
  if (options.json)
    std::cout << result.dump() << '\n';
  else
    std::cout << representations::analysis_csv(result);
}

void analyse_spectra(const AnalyseOptions& options) {
  if (options.weights.subjects.empty()) throw UsageError("nothing to analyse", "name a run");
  const store::Workspace workspace = store::Workspace::open(options.workspace);
  const store::RunStore runs(workspace);
  const std::vector<store::Spectrum> spectra = runs.spectra(runs.get(options.weights.subjects.at(0)).id);
  if (options.json)
    std::cout << spectra_json(spectra).dump() << std::endl;
  else
    print_spectra(spectra);
}

void add_state_options(CLI::App& command, AnalyseOptions& options) {
  representations::AnalysisOptions& states = options.states;
  command.add_option("--adapter", options.adapters, "Adapter folder over --base; may be given several times");
  command.add_option("--text", states.text,
                     "cka, distances, rsa, pca: file of sentences, one a line or CoNLL; else generated ones");
  command.add_option("--pairs", states.pairs, "sensitivity: CSV of minimal pairs as `data make pairs` writes it");
  command.add_option("--pairs-of-kind", states.pairs_of_kind, "sensitivity: at most so many pairs of each kind; 0: all")
      ->check(CLI::NonNegativeNumber)
      ->capture_default_str();
  command.add_flag("--no-untrained", options.no_untrained, "sensitivity, probe: without the untrained model");
  command.add_option("--treebank", states.treebank, "probe: treebank in CoNLL-U");
  command.add_option("--sentences", states.sentences, "probe: at most so many sentences of the treebank")
      ->check(CLI::PositiveNumber)
      ->capture_default_str();
  command.add_option("--rank", states.rank, "probe: rank of the linear map")
      ->check(CLI::Range(1, 4096))
      ->capture_default_str();
  command.add_option("--tokens", states.tokens, "cka, distances, rsa, pca: at most about so many tokens of the text")
      ->check(CLI::PositiveNumber)
      ->capture_default_str();
  command.add_option("--seed", states.seed, "Of generated sentences, bootstrap, permutations and probes")
      ->capture_default_str();
  command.add_option("--threads", options.threads, "Threads; 0 = all cores")->check(CLI::NonNegativeNumber);
}

}  // namespace

void add_analyse(CLI::App& program) {
  auto options = std::make_shared<AnalyseOptions>();
  CLI::App* command =
      program.add_subcommand("analyse", "What training did to weights and representations, as numbers");
  command->add_option("runs", options->weights.subjects, "Number or name of a run; or a folder of an adapter or model");
  command
      ->add_option("--what", options->what,
                   "Of the weights: spectra over a run's steps; intruders: new directions; amplification; alpha: tails "
                   "of eigenvalues; similarity (or overlap) of two adapters. Of hidden states: cka, distances, rsa and "
                   "pca against the base; sensitivity to form and meaning; probe for syntax")
      ->check(CLI::IsMember({"spectra", "intruders", "amplification", "alpha", "similarity", "overlap", "cka",
                             "distances", "rsa", "pca", "sensitivity", "probe"}))
      ->capture_default_str();
  command->add_option("--base,--model", options->weights.base, "Base model of folders; of runs their own");
  command
      ->add_option("--threshold", options->weights.intruders.threshold, "Cosine below which a direction is an intruder")
      ->check(CLI::Range(0.0, 1.0))
      ->capture_default_str();
  command
      ->add_option("--directions", options->weights.directions,
                   "Leading directions to look at (intruders: 10; amplification: 8; overlap: all)")
      ->check(CLI::Range(1, 65536));
  add_state_options(*command, *options);
  add_workspace_option(*command, options->workspace);
  command->add_flag("--json", options->json, "Print one JSON object");
  command->add_option("--csv", options->csv, "Also writes the numbers there");
  command->footer(
      "Examples:\n  lorascope analyse 3 --what spectra --json\n"
      "  lorascope analyse 3 --what intruders --threshold 0.6\n"
      "  lorascope analyse runs/3/adapter runs/4/adapter --what similarity\n"
      "  lorascope analyse 1 3 --what sensitivity --csv sensitivity.csv\n"
      "  lorascope analyse --model DIR --adapter DIR --what cka --text sentences.txt");
  command->callback([options] {
    if (options->weights.directions > 0) options->weights.intruders.directions = options->weights.directions;
    if (options->what == "spectra")
      analyse_spectra(*options);
    else if (representations::is_representation_analysis(options->what))
      analyse_states(*options);
    else
      analyse_weights(*options);
  });
}

}  // namespace lorascope::app
