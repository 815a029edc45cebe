#include "app/lorascope/engine/run_work.h"

#include <ATen/ATen.h>

#include <algorithm>

#include "app/lorascope/engine/environment.h"
#include "app/lorascope/engine/model_setup.h"
#include "app/lorascope/engine/run_models.h"
#include "app/lorascope/hub/model_places.h"
#include "core/base/error.h"
#include "core/base/json.h"
#include "core/files/model_folder.h"
#include "core/files/xlora_folder.h"
#include "core/nn/device.h"
#include "core/train/mean_scores.h"
#include "core/train/multi_task_trainer.h"

namespace lorascope::app::engine {
namespace fs = std::filesystem;
using study::RunSettings;

RunWork::RunWork(const store::Workspace& workspace, store::RunId run, const ExecutionOptions& options,
                 const Interrupts& interrupts, ProgressDisplay& display)
    : workspace_(workspace),
      run_(run),
      runs_(workspace),
      settings_(RunSettings::from_json(runs_.get(run).settings)),
      run_folder_(workspace.run_folder(run)),
      commands_(workspace, run, interrupts),
      display_(display),
      outputs_(workspace, run) {
  if (settings_.threads == 0) settings_.threads = options.threads;
  for (const store::RunRecord& other : runs_.alive()) {
    if (other.id != run && !shared_cores_) shared_cores_.emplace();
  }
}

RunWork::~RunWork() = default;

store::RunState RunWork::execute() {
  load();
  runs_.set_state(run_, store::RunState::Running);
  const Trained trained = train();
  observer_->flush();
  if (trained.is_stopped) {
    runs_.set_state(run_, store::RunState::Stopped, "stopped on request after step " + std::to_string(trained.step),
                    "resume continues from there");
    display_.line("stopped after step " + std::to_string(trained.step) + ", state kept");
    return store::RunState::Stopped;
  }
  finish(trained);
  return store::RunState::Finished;
}

void RunWork::load() {
  if (const std::vector<Problem> problems = settings_.problems(); !problems.empty()) {
    throw StudyError("cannot run with these settings", problems);
  }
  settings_ = with_adapter_folders(settings_, workspace_);
  store::Heartbeat heartbeat = runs_.get(run_).heartbeat;
  heartbeat.time = now_seconds();
  heartbeat.phase = "loading the model";
  runs_.write_heartbeat(run_, heartbeat);
  const int threads = set_threads(settings_.threads);
  const std::string device = nn::resolve_device(settings_.device);
  const fs::path place = hub::find_model(settings_.model);
  tokenizer_ = text::Tokenizer::from_folder(place);
  model_folder_ = std::make_unique<files::ModelFolder>(files::load_model_folder(place));
  tasks_ = load_tasks(settings_, *model_folder_, *tokenizer_);
  export_source_ = {model_folder_->config, tasks_.front().labels.names(), place,
                    settings_.model == "default" ? place.string() : settings_.model};
  std::vector<std::string> remarks = tokenizer_->warnings();
  for (const RunTask& task : tasks_) {
    for (const Split& split : task.splits) remarks.insert(remarks.end(), split.remarks.begin(), split.remarks.end());
  }
  if (study::takes_steps(settings_.method)) {
    make_trained_models(settings_, *model_folder_, tasks_, remarks);
    model_folder_.reset();
  }
  observe(remarks);
  describe(threads, device);
}

void RunWork::observe(const std::vector<std::string>& remarks) {
  ObservedRun observed{run_, settings_, *tokenizer_, {}};
  for (RunTask& task : tasks_) {
    if (const Split* split = task.selection()) task.evaluator = make_evaluator(*split, task.settings, task.labels);
    observed.tasks.push_back({task.name, task.settings, task.labels, task.train(), task.selection()});
  }
  observer_ = std::make_unique<StoreObserver>(workspace_, std::move(observed), display_);
  for (const std::string& remark : remarks) observer_->on_log(train::LogLevel::Warning, remark);
  const bool has_gate = settings_.method == study::Method::Xlora || settings_.method == study::Method::Meteora;
  if (!has_gate) return;
  std::vector<GateProbe::Task> probed;
  for (const RunTask& task : tasks_) {
    const Split& rows = task.selection() != nullptr ? *task.selection() : task.train();
    probed.push_back({task.name, *task.model, rows.features});
  }
  const std::vector<std::string> names = settings_.method == study::Method::Xlora
                                             ? adapter_names(tasks_.front().model->export_xlora())
                                             : read_adapters(settings_.xlora.adapters).names;
  gate_probe_ = std::make_unique<GateProbe>(probed, names, *tokenizer_, run_folder_ / "scalings");
  observer_->follow_gate(gate_probe_.get());
}

/// Hashing a large model takes a while: beside the training, on a connection of its own.
void RunWork::describe(int threads, const std::string& device) {
  std::map<std::string, fs::path> data_files;
  for (const RunTask& task : tasks_) {
    for (const Split& split : task.splits) data_files[split.full_name()] = split.file;
  }
  environment_ = std::async(
      std::launch::async,
      [device, threads, data_files, folder = export_source_.tokenizer_folder, run = run_,
       workspace = std::make_shared<store::Workspace>(workspace_.open_again())] {
        store::RunStore(*workspace).set_environment(run, describe_environment(device, threads, data_files, folder));
      });
}

train::TrainingOptions RunWork::training_options() const {
  const study::TrainingSettings& from = settings_.training;
  train::TrainingOptions options = step_options(from);
  options.zero_segment_ids = settings_.has_zero_segment_ids();
  options.early_stopping_patience = from.early_stopping_patience;
  options.select_by = from.select_by;
  options.keep_best = from.keep_best;
  options.evaluate_every_steps = from.evaluate_every_steps;
  options.checkpoint_folder = run_folder_ / "checkpoints";
  options.checkpoint_every_steps = from.checkpoint_every_steps;
  options.spectra_every_steps = from.spectra_every_steps;
  if (study::mixes_adapters(settings_.method)) options.spectra_share = 0;  // nothing has an update of its own
  return options;
}

RunWork::Trained RunWork::train() {
  if (!study::takes_steps(settings_.method)) return put_together();
  return tasks_.size() > 1 ? train_several() : train_one();
}

namespace {

/// Goes on from the newest checkpoint, where there is one, and forgets what came after it.
template <class AnyTrainer>
void restore_newest(AnyTrainer& trainer, const fs::path& folder, store::RunStore& runs, store::RunId run) {
  const auto checkpoint = train::newest_checkpoint(folder);
  if (!checkpoint) return runs.forget_after(run, -1);
  const train::Checkpoint stored = train::read_checkpoint(*checkpoint);
  trainer.restore(stored);
  runs.forget_after(run, stored.state.step);
}

}  // namespace

RunWork::Trained::Trained(const train::TrainingOutcome& outcome)
    : is_stopped(outcome.end == train::TrainingOutcome::End::Stopped),
      step(outcome.kept_step.value_or(outcome.state.step)),
      epoch(outcome.epoch),
      seconds(outcome.state.wall_seconds),
      tokens_per_second(outcome.tokens_per_second) {}

RunWork::Trained RunWork::train_one() {
  const train::TrainingOptions options = training_options();
  const RunTask& task = tasks_.front();
  train::Trainer trainer({task.model.get(), task.train().features, task.evaluator.get(), observer_.get(), &commands_},
                         options);
  restore_newest(trainer, options.checkpoint_folder, runs_, run_);
  const train::TrainingResult result = trainer.run();
  Trained trained(result);
  if (result.latest) trained.evaluated_split = result.latest->split;
  trained.counts = task.model->counts();
  return trained;
}

RunWork::Trained RunWork::train_several() {
  const train::TrainingOptions options = training_options();
  train::MultiTaskParts parts{{}, observer_.get(), &commands_};
  for (const RunTask& task : tasks_) {
    parts.tasks.push_back({task.name, task.model.get(), task.train().features, task.evaluator.get(),
                           task.settings.has_zero_segment_ids()});
  }
  const study::SeveralTasks& several = settings_.several;
  train::MultiTaskTrainer trainer(std::move(parts), options,
                                  {train::task_draw_from(several.draw), several.temperature});
  restore_newest(trainer, options.checkpoint_folder, runs_, run_);
  const train::MultiTaskResult result = trainer.run();
  Trained trained(result);
  if (result.is_evaluated) trained.evaluated_split = settings_.training.evaluate_on;
  trained.counts = counts_of(tasks_);
  return trained;
}

RunWork::Trained RunWork::put_together() {
  runs_.forget_after(run_, -1);
  const Stopwatch watch;
  const FixedMixture mixture = make_fixed_models(settings_, *model_folder_, tasks_, [&](const std::string& phase) {
    observer_->set_phase(phase);
    if (commands_.take() == train::Command::Stop) {
      throw Interrupted("stopped while " + phase, "resume starts this run again");
    }
  });
  Trained trained;
  trained.seconds = watch.seconds();
  trained.counts = counts_of(tasks_);
  trained.counts.trainable = mixture.parameters_trainable;
  model_folder_.reset();
  if (!mixture.found.empty()) outputs_.write_artifact("weights", "weights.json", mixture.found.dump(2), 0);
  for (const auto& [task, found] : mixture.found.items()) {
    observer_->on_log(train::LogLevel::Info, "weights for " + task + ": " + found.at("weights").dump() + ", loss " +
                                                 found.at("loss").dump());
  }
  if (settings_.method == study::Method::Merge) outputs_.export_merged(settings_, export_source_);
  return trained;
}

void RunWork::finish(const Trained& trained) {
  store::RunResult row;
  std::map<std::string, std::vector<double>> percents;
  for (std::size_t i = 0; i < tasks_.size(); ++i) {
    const RunTask& task = tasks_[i];
    for (const Split& split : task.splits) {
      if (split.name == "train") continue;
      outputs_.write_predictions(task, split, score(i, split, trained, row), trained.step);
      const auto percent = train::main_percent(task.model->kind(), row.scores.at(split.full_name()));
      if (percent) percents[split.name].push_back(*percent);
    }
  }
  for (const auto& [split, values] : percents) {
    if (tasks_.size() == 1) continue;
    for (const double value : values) row.scores[split]["mean"] += value / static_cast<double>(values.size());
    // Without steps there was no evaluation to choose by: this one is what the run is judged by.
    if (!study::takes_steps(settings_.method) && split == settings_.training.evaluate_on)
      runs_.set_best(run_, {"mean", row.scores[split]["mean"], trained.step});
  }
  if (study::takes_steps(settings_.method)) {
    observer_->set_phase("writing the result");
    outputs_.export_models(settings_, tasks_, export_source_, trained.step);
  }
  row.seconds = trained.seconds;
  row.tokens_per_second = trained.tokens_per_second;
  row.parameters_all = trained.counts.all;
  row.parameters_trainable = trained.counts.trainable;
  row.peak_rss_mib = peak_resident_mib();
  environment_.get();
  observer_->flush();
  runs_.set_result(run_, row);
  runs_.set_state(run_, store::RunState::Finished);
  outputs_.remove_checkpoints();
}

/// The split's scores with the weights that were kept; the last evaluation's where it saw these.
train::Evaluation RunWork::score(std::size_t number, const Split& split, const Trained& trained,
                                 store::RunResult& result) {
  const RunTask& task = tasks_[number];
  const std::string name = split.full_name();
  if (trained.evaluated_split == split.name) {
    train::Evaluation latest = observer_->take_latest_evaluation(number);
    result.scores[name] = latest.scores;
    return latest;
  }
  observer_->set_phase("scoring " + name);
  const Stopwatch watch;
  const auto evaluator = make_evaluator(split, task.settings, task.labels);
  const auto progress = [&](std::int64_t done, std::int64_t rows) {
    observer_->on_evaluation_progress(name, done, rows);
    return commands_.take() != train::Command::Stop;
  };
  std::optional<train::Evaluation> evaluation = evaluator->evaluate(*task.model, progress);
  if (!evaluation) throw Interrupted("stopped while scoring " + name, "resume continues from the last checkpoint");
  store::Evaluation row;
  row.step = trained.step;
  row.epoch = trained.epoch;
  row.split = name;
  row.scores = evaluation->scores;
  row.seconds = watch.seconds();
  row.time = now_seconds();
  runs_.add_evaluation(run_, row);
  const std::string prefix = split.name + "/" + (task.name.empty() ? "" : task.name + "/");
  observer_->add_point(prefix + "tokens_per_second", trained.step,
                       static_cast<double>(evaluation->tokens) / std::max(row.seconds, 1e-9));
  result.scores[name] = evaluation->scores;
  return std::move(*evaluation);
}

void RunWork::flush() {
  if (observer_) observer_->flush();
}

}  // namespace lorascope::app::engine
