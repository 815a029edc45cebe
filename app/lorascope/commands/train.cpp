#include <filesystem>
#include <iostream>
#include <memory>

#include <CLI/CLI.hpp>

#include "app/lorascope/commands.h"
#include "app/lorascope/commands/training_options.h"
#include "app/lorascope/commands/workspace_option.h"
#include "app/lorascope/engine/run_process.h"
#include "core/base/error.h"
#include "core/base/json.h"
#include "core/store/run_store.h"
#include "core/study/adapter_reference.h"

namespace lorascope::app {
namespace {

namespace fs = std::filesystem;

struct TrainOptions {
  TrainingCommandOptions run;
  std::string workspace;
  bool json = false;
};

Json summary(const store::Workspace& workspace, store::RunId id) {
  const store::RunStore runs(workspace);
  const store::RunRecord record = runs.get(id);
  const study::RunSettings settings = study::RunSettings::from_json(record.settings);
  Json evaluations = Json::array();
  for (const store::Evaluation& evaluation : runs.evaluations(id)) {
    if (evaluation.split != settings.training.evaluate_on) continue;
    Json row = evaluation.scores;
    row["step"] = evaluation.step;
    row["epoch"] = evaluation.epoch;
    row["split"] = evaluation.split;
    row["seconds"] = evaluation.seconds;
    evaluations.push_back(row);
  }
  Json paths = {{"workspace", workspace.folder().string()}, {"run", workspace.run_folder(id).string()}};
  for (const store::Artifact& artifact : runs.artifacts(id)) {
    const std::string path = workspace.resolved_path(artifact.path).string();
    const bool is_by_split = artifact.kind == "predictions" || artifact.kind == "nbest" || artifact.kind == "null-odds";
    if (is_by_split) {
      paths[artifact.kind].push_back(path);
    } else {
      paths[artifact.kind] = path;
    }
  }
  if (!settings.export_folder.empty()) paths["export"] = fs::absolute(settings.export_folder).string();
  return {{"run_id", id},
          {"state", store::text(record.state)},
          {"scores", record.result.scores},
          {"evaluations", evaluations},
          {"seconds", record.result.seconds},
          {"tokens_per_second", record.result.tokens_per_second},
          {"peak_rss_mib", record.result.peak_rss_mib},
          {"parameters", {{"all", record.result.parameters_all}, {"trainable", record.result.parameters_trainable}}},
          {"settings_hash", record.settings_hash},
          {"paths", paths}};
}

void print_scores(const store::RunRecord& record) {
  for (const auto& [split, scores] : record.result.scores) {
    std::cout << split << ':';
    for (const char* name : {"exact_match", "f1", "precision", "recall", "accuracy", "surface.f1", "loss"}) {
      const auto found = scores.find(name);
      if (found != scores.end()) std::cout << ' ' << name << ' ' << found->second;
    }
    std::cout << '\n';
  }
}

/// Ends as the run did.
void train(const TrainOptions& options) {
  study::RunSettings settings = options.run.finished();
  for (std::string* file : {&settings.train_file, &settings.eval_file, &settings.test_file, &settings.adapter,
                            &settings.export_folder}) {
    if (!file->empty()) *file = fs::absolute(*file).lexically_normal().string();
  }
  for (std::string& adapter : settings.xlora.adapters) {
    study::AdapterReference reference = study::AdapterReference::parse(adapter);
    if (!reference.run) reference.folder = fs::absolute(reference.folder).lexically_normal().string();
    adapter = reference.text();
  }
  if (fs::is_directory(settings.model)) settings.model = fs::absolute(settings.model).lexically_normal().string();
  const store::Workspace workspace = store::Workspace::open_or_create(options.workspace);
  store::RunStore runs(workspace);
  const store::RunId id = runs.create(settings, {}, own_command_line());
  const engine::RunOutcome outcome = engine::execute_run(workspace, id, {});
  if (options.json) {
    std::cout << summary(workspace, id).dump() << std::endl;
  } else if (outcome.exit_code == 0) {
    std::cout << "run " << id << ": " << store::text(outcome.state) << '\n';
    print_scores(runs.get(id));
  }
  if (outcome.exit_code == 4) {
    throw Interrupted("run " + std::to_string(id) + " was stopped, its state is kept",
                      "lorascope resume " + std::to_string(id) + " --workspace " + options.workspace);
  }
  if (outcome.exit_code != 0) {
    engine::report(outcome);
    throw CLI::RuntimeError(outcome.exit_code);
  }
}

}  // namespace

void add_train(CLI::App& program) {
  CLI::App* command = program.add_subcommand("train", "One training run in the foreground");
  command->footer(
      "Example: lorascope train --workspace W --model DIR --task wnut17 --train train.conll --eval dev.conll \\\n"
      "           --test test.conll --method lora --rank 8 --lr 1e-3 --epochs 10\n"
      "Ctrl-C once stops and keeps the state (lorascope resume goes on), twice aborts.");
  auto options = std::make_shared<TrainOptions>();
  study::RunSettings& settings = options->run.settings;
  add_workspace_option(*command, options->workspace);
  options->run.add_model_options(*command);
  command->add_option("--eval", settings.eval_file, "Data to evaluate on while training");
  command->add_option("--test", settings.test_file, "Data that is scored once, at the end");
  options->run.add_training_options(*command);
  command->add_option("--epochs", settings.training.epochs, "Passes over the data; fractions are allowed")->capture_default_str();
  command->add_option("--max-steps", settings.training.max_steps, "Optimiser steps; 0 = go by epochs")
      ->check(CLI::NonNegativeNumber);
  command->add_option("--evaluate-every", settings.training.evaluate_every_steps, "Steps between evaluations; 0 = every epoch")
      ->check(CLI::NonNegativeNumber);
  command->add_option("--checkpoint-every", settings.training.checkpoint_every_steps,
                      "Steps between checkpoints; 0 = after evaluations, at most 2 % of the time")
      ->check(CLI::NonNegativeNumber);
  command->add_option("--spectra-every", settings.training.spectra_every_steps,
                      "Steps between the adapters' live spectra; 0 = at evaluations only")
      ->check(CLI::NonNegativeNumber);
  command->add_option("--early-stopping-patience", settings.training.early_stopping_patience,
                      "Evaluations without improvement before training ends; 0 = never")
      ->check(CLI::NonNegativeNumber);
  CLI::Option* select = command->add_option("--select-by", settings.training.select_by,
                                            "loss, f1, …: the best evaluation's weights come back at the end");
  command->add_option("--evaluate-on", settings.training.evaluate_on, "Split to evaluate on while training: eval or test")
      ->check(CLI::IsMember({"eval", "test"}))
      ->capture_default_str();
  command->add_option("--zero-division", settings.zero_division, "Precision without guesses, recall without entities: 0 or 1")
      ->check(CLI::IsMember({0, 1}));
  command->add_option("--name", settings.name, "Name of the run");
  command->add_option("--export", settings.export_folder, "Writes the trained model or adapter there");
  command->add_flag("--json", options->json, "Print one JSON object about the run on stdout");
  command->callback([options, select] {
    options->run.chooses_best = select->count() > 0;
    train(*options);
  });
}

void add_run_one(CLI::App& program) {
  struct RunOneOptions {
    std::string workspace;
    store::RunId run = 0;
    int threads = 0;
  };
  CLI::App* command = program.add_subcommand("run-one", "Carries one run of a workspace; the queue starts it");
  command->group("");  // internal: not in the help
  auto options = std::make_shared<RunOneOptions>();
  command->add_option("--workspace", options->workspace)->required();
  command->add_option("--run", options->run)->required();
  command->add_option("--threads", options->threads);
  command->callback([options] {
    const int code = engine::run_one(options->workspace, options->run, {.threads = options->threads});
    if (code != 0) throw CLI::RuntimeError(code);
  });
}

}  // namespace lorascope::app
