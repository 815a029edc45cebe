#include <CLI/CLI.hpp>
#include <iostream>
#include <memory>

#include "app/lorascope/commands.h"
#include "app/lorascope/commands/workspace_option.h"
#include "core/base/json.h"
#include "core/figures/spectrum_figure.h"
#include "core/store/run_store.h"
#include "core/store/workspace.h"

namespace lorascope::app {
namespace {

struct AnalyseOptions {
  std::string run;
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
    std::cout << spectrum.step << '\t' << spectrum.module << '\t'
              << figures::spectrum_measure(spectrum, Measure::Norm) << '\t'
              << figures::spectrum_measure(spectrum, Measure::StableRank) << '\t'
              << figures::spectrum_measure(spectrum, Measure::EffectiveRank) << '\t'
              << (spectrum.values.empty() ? 0 : spectrum.values.front()) << '\n';
  }
}

}  // namespace

void add_analyse(CLI::App& program) {
  auto options = std::make_shared<AnalyseOptions>();
  CLI::App* command = program.add_subcommand("analyse", "What a run did to the weights, as numbers");
  command->add_option("run", options->run, "Number or name of the run")->required();
  command->add_option("--what", options->what, "The analysis")->check(CLI::IsMember({"spectra"}))->capture_default_str();
  add_workspace_option(*command, options->workspace);
  command->add_flag("--json", options->json, "Print one JSON object");
  command->footer("Example:\n  lorascope analyse 3 --what spectra --json");
  command->callback([options] {
    const store::Workspace workspace = store::Workspace::open(options->workspace);
    const store::RunStore runs(workspace);
    const std::vector<store::Spectrum> spectra = runs.spectra(runs.get(options->run).id);
    if (options->json) {
      std::cout << spectra_json(spectra).dump() << std::endl;
    } else {
      print_spectra(spectra);
    }
  });
}

}  // namespace lorascope::app
