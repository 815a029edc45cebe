#include "app/lorascope/commands/mix_train.h"

#include <CLI/CLI.hpp>
#include <filesystem>
#include <iostream>
#include <map>
#include <memory>

#include "app/lorascope/commands/training_options.h"
#include "app/lorascope/commands/workspace_option.h"
#include "app/lorascope/commands/xlora_options.h"
#include "app/lorascope/engine/run_process.h"
#include "core/base/error.h"
#include "core/base/json.h"
#include "core/store/run_store.h"
#include "core/study/adapter_reference.h"
#include "core/tasks/batch.h"

namespace lorascope::app {
namespace {

namespace fs = std::filesystem;

struct MixTrainOptions {
  TrainingCommandOptions run;
  std::vector<std::string> train, eval, test;
  std::string workspace;
  bool json = false;
};

std::string absolute(const std::string& path) {
  return path.empty() ? path : fs::absolute(path).lexically_normal().string();
}

/// The files of "wnut17=FILE" by task.
std::map<std::string, std::string> files_by_task(const std::vector<std::string>& texts, const char* option) {
  std::map<std::string, std::string> files;
  for (const std::string& text : texts) {
    const std::size_t equals = text.find('=');
    if (equals == std::string::npos || equals == 0 || equals + 1 == text.size())
      throw UsageError(std::string(option) + ": found " + text + ", expected TASK=FILE",
                       "for example wnut17=train.conll");
    files[text.substr(0, equals)] = absolute(text.substr(equals + 1));
  }
  return files;
}

/// Fills in the tasks in the order of --train.
void set_tasks(const MixTrainOptions& options, study::RunSettings& settings) {
  const auto train = files_by_task(options.train, "--train");
  std::map<std::string, std::string> eval = files_by_task(options.eval, "--eval"),
                                     test = files_by_task(options.test, "--test");
  study::SeveralTasks& several = settings.several;
  for (const std::string& text : options.train) {
    const std::string task = text.substr(0, text.find('='));
    tasks::task_kind(task);  // refuses a task that there is not
    several.tasks.push_back(task);
    several.train.push_back(train.at(task));
    several.eval.push_back(eval[task]);
    several.test.push_back(test[task]);
    eval.erase(task);
    test.erase(task);
  }
  for (const auto& [option, left] : {std::pair("--eval", &eval), std::pair("--test", &test)})
    if (!left->empty())
      throw UsageError(std::string(option) + ": found the task " + left->begin()->first +
                       ", expected one that --train names");
  settings.task = study::kSeveralTasks;
  if (several.tasks.size() == 1) settings = settings.of_task(0);
}

study::RunSettings finished(const MixTrainOptions& options) {
  study::RunSettings settings = options.run.settings;
  settings.method = study::method_from(options.run.method);
  set_tasks(options, settings);
  if (options.run.batching == "grouped") settings.training.batching = study::Batching::Grouped;
  if (options.run.batching == "plain") settings.training.compatible_path = true;
  for (std::string& text : settings.xlora.adapters) {
    study::AdapterReference reference = study::AdapterReference::parse(text);
    reference.folder = absolute(reference.folder);
    text = reference.text();
  }
  settings.adapter = absolute(settings.adapter);
  settings.export_folder = absolute(settings.export_folder);
  if (fs::is_directory(settings.model)) settings.model = absolute(settings.model);
  settings = study::RunSettings::from_json(settings.to_json());
  if (const std::vector<Problem> problems = settings.problems(); !problems.empty())
    throw UsageError("these options do not fit together:\n  " + problems.front().to_text());
  return settings;
}

/// Scores of the evaluation split by task; with one task under its name too.
Json scores_by_task(const study::RunSettings& settings, const store::RunRecord& record, const std::string& split) {
  Json scores = Json::object();
  for (const std::string& task : settings.task_names()) {
    const auto found = record.result.scores.find(settings.has_several_tasks() ? split + "/" + task : split);
    if (found != record.result.scores.end()) scores[task] = found->second;
  }
  return scores;
}

Json mean_losses(const study::RunSettings& settings, const store::RunStore& runs, store::RunId id) {
  Json means = Json::object();
  for (const std::string& task : settings.task_names()) {
    const auto points = runs.points(id, settings.has_several_tasks() ? "train/" + task + "/loss" : "train/loss");
    double sum = 0;
    for (const store::MetricPoint& point : points) sum += point.value;
    if (!points.empty()) means[task] = sum / static_cast<double>(points.size());
  }
  return means;
}

Json summary(const store::Workspace& workspace, store::RunId id) {
  const store::RunStore runs(workspace);
  const store::RunRecord record = runs.get(id);
  const study::RunSettings settings = study::RunSettings::from_json(record.settings);
  Json paths = {{"workspace", workspace.folder().string()}, {"run", workspace.run_folder(id).string()}};
  for (const store::Artifact& artifact : runs.artifacts(id)) {
    if (artifact.kind != "predictions" && artifact.kind != "nbest" && artifact.kind != "scalings")
      paths[artifact.kind] = workspace.resolved_path(artifact.path).string();
  }
  const store::RunResult& result = record.result;
  return {{"run_id", id},
          {"state", store::text(record.state)},
          {"steps", record.heartbeat.step},
          {"seconds", result.seconds},
          {"train_loss", mean_losses(settings, runs, id)},
          {"scores", scores_by_task(settings, record, "eval")},
          {"test_scores", scores_by_task(settings, record, "test")},
          {"tokens_per_second", result.tokens_per_second},
          {"peak_rss_mib", result.peak_rss_mib},
          {"parameters", {{"all", result.parameters_all}, {"trainable", result.parameters_trainable}}},
          {"paths", paths}};
}

/// Ends as the run did.
void train(const MixTrainOptions& options) {
  const study::RunSettings settings = finished(options);
  const store::Workspace workspace = store::Workspace::open_or_create(options.workspace);
  const store::RunId id = store::RunStore(workspace).create(settings, {}, own_command_line());
  const engine::RunOutcome outcome = engine::execute_run(workspace, id, {});
  if (outcome.exit_code == 0 || options.json)
    std::cout << summary(workspace, id).dump(options.json ? -1 : 2) << std::endl;
  if (outcome.exit_code == 4)
    throw Interrupted("run " + std::to_string(id) + " was stopped, its state is kept",
                      "lorascope resume " + std::to_string(id) + " --workspace " + options.workspace);
  if (outcome.exit_code == 0) return;
  engine::report(outcome);
  throw CLI::RuntimeError(outcome.exit_code);
}

void add_mixture_options(CLI::App& command, study::RunSettings& settings) {
  study::MixSettings& mix = settings.mix;
  command.add_option("--draw", settings.several.draw, "How often each task is drawn: proportional, uniform or temperature")
      ->check(CLI::IsMember({"proportional", "uniform", "temperature"}))
      ->capture_default_str();
  command.add_option("--draw-temperature", settings.several.temperature, "Of --draw temperature: 1 is proportional")
      ->check(CLI::PositiveNumber)
      ->capture_default_str();
  command.add_option("--mix-weights", mix.weights, "merge: a weight for each adapter, 0.5,0.8,-0.3; default: 1/N each")
      ->delimiter(',');
  command.add_option("--mix-sum", mix.sum, "lorahub: sum of the factors A and B as published, or of the updates (delta)")
      ->check(CLI::IsMember({"factors", "delta"}))
      ->capture_default_str();
  command.add_option("--examples", mix.examples, "lorahub: examples whose loss is made small")
      ->check(CLI::PositiveNumber)
      ->capture_default_str();
  command.add_option("--budget", mix.budget, "lorahub: evaluations of that loss")
      ->check(CLI::PositiveNumber)
      ->capture_default_str();
  command.add_option("--penalty", mix.penalty, "lorahub: of the mean of |w|")->capture_default_str();
  command.add_option("--top-k", mix.top_k, "meteora, arrow: adapters of a token and module (default 2, 3)")
      ->check(CLI::NonNegativeNumber);
  command.add_option("--mix-temperature", mix.temperature, "arrow: of the softmax over the scores")
      ->check(CLI::PositiveNumber)
      ->capture_default_str();
  command
      .add_option("--gate-loss-weight", mix.gate_loss_weight,
                  "meteora: of the gates' cross-entropy against each example's own adapter")
      ->check(CLI::NonNegativeNumber)
      ->capture_default_str();
  command.add_option("--mix-train-head", mix.train_head, "meteora: whether the heads are trained with the gates")
      ->capture_default_str();
}

}  // namespace

void add_mix_train(CLI::App& group) {
  CLI::App* command =
      group.add_subcommand("train", "Adapters of several tasks under one gate, or in one of the other ways, as a run");
  command->footer(
      "Example: lorascope mix train --model DIR --adapters wnut17=A,squad=B,swag=C --train wnut17=a.conll \\\n"
      "           --train squad=b.json --eval wnut17=c.conll --draw uniform --lr 1e-3 --epochs 2 --out mixture\n"
      "An adapter is a folder, or run:N for what run N of the workspace trained; its name is the task that it is for.");
  auto options = std::make_shared<MixTrainOptions>();
  options->run.method = "xlora";
  study::RunSettings& settings = options->run.settings;
  study::TrainingSettings& training = settings.training;
  add_workspace_option(*command, options->workspace);
  command->add_option("--model", settings.model, "Model folder, a model's name, or \"default\"")->capture_default_str();
  command->add_option("--train", options->train, "TASK=FILE, once for each task")->required();
  command->add_option("--eval", options->eval, "TASK=FILE: scored while training and at the end");
  command->add_option("--test", options->test, "TASK=FILE: scored at the end");
  command
      ->add_option("--method", options->run.method,
                   "xlora, meteora (gates), lorahub (searched weights), merge (given weights), arrow (routing without "
                   "training), switch (each task its own adapter), ft (every weight under all heads)")
      ->check(CLI::IsMember({"xlora", "meteora", "lorahub", "merge", "arrow", "switch", "ft"}))
      ->capture_default_str();
  command->add_option("--adapter", settings.adapter, "xlora: folder whose gate is trained on");
  add_xlora_options(*command, settings.xlora);
  add_mixture_options(*command, settings);
  options->run.add_training_options(*command);
  command->add_option("--epochs", training.epochs, "Passes over all tasks' batches")->capture_default_str();
  command->add_option("--max-steps", training.max_steps, "Steps; 0 = go by epochs")->check(CLI::NonNegativeNumber);
  command->add_option("--evaluate-every", training.evaluate_every_steps, "Steps between evaluations; 0 = every epoch")
      ->check(CLI::NonNegativeNumber);
  command->add_option("--checkpoint-every", training.checkpoint_every_steps,
                      "Steps between checkpoints; 0 = after evaluations, at most 2 % of the time")
      ->check(CLI::NonNegativeNumber);
  command->add_option("--zero-division", settings.zero_division, "Precision without guesses: 0 or 1")
      ->check(CLI::IsMember({0, 1}));
  command->add_option("--threads", settings.threads, "Threads; 0 = all cores")->check(CLI::NonNegativeNumber);
  command->add_option("--device", settings.device, "auto, cpu or cuda")
      ->check(CLI::IsMember({"auto", "cpu", "cuda"}))
      ->capture_default_str();
  command->add_option("--name", settings.name, "Name of the run");
  command->add_option("--out,--export", settings.export_folder, "Folder for gate, adapters and each task's head");
  command->add_flag("--json", options->json, "One JSON object on one line");
  command->callback([options] { train(*options); });
}

}  // namespace lorascope::app
