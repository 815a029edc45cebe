#include "app/lorascope/engine/run_process.h"

#include <ATen/ATen.h>
#include <c10/util/Exception.h>

#include <algorithm>
#include <future>
#include <iostream>
#include <new>
#include <optional>

#include "app/lorascope/engine/environment.h"
#include "app/lorascope/engine/gate_probe.h"
#include "app/lorascope/engine/interrupts.h"
#include "app/lorascope/engine/model_setup.h"
#include "app/lorascope/engine/predictions.h"
#include "app/lorascope/engine/run_commands.h"
#include "app/lorascope/engine/run_data.h"
#include "app/lorascope/engine/run_export.h"
#include "app/lorascope/engine/shared_cores.h"
#include "app/lorascope/engine/store_observer.h"
#include "app/lorascope/hub/model_places.h"
#include "core/base/error.h"
#include "core/base/files.h"
#include "core/base/json.h"
#include "core/files/model_folder.h"
#include "core/nn/device.h"
#include "core/store/liveness.h"
#include "core/store/run_store.h"
#include "core/train/trainer.h"

namespace lorascope::app::engine {
namespace {

namespace fs = std::filesystem;
using study::RunSettings;

train::TrainingOptions training_options(const RunSettings& settings, const fs::path& run_folder) {
  const study::TrainingSettings& from = settings.training;
  train::TrainingOptions options = step_options(from);
  options.zero_segment_ids = settings.has_zero_segment_ids();
  options.early_stopping_patience = from.early_stopping_patience;
  options.select_by = from.select_by;
  options.keep_best = from.keep_best;
  options.evaluate_every_steps = from.evaluate_every_steps;
  options.checkpoint_folder = run_folder / "checkpoints";
  options.checkpoint_every_steps = from.checkpoint_every_steps;
  options.spectra_every_steps = from.spectra_every_steps;
  if (settings.method == study::Method::Xlora) options.spectra_share = 0;  // nothing has an update of its own
  return options;
}

/// One run in this process, from loading to the last row.
class RunProcess {
 public:
  RunProcess(const store::Workspace& workspace, store::RunId run, const ExecutionOptions& options,
             const Interrupts& interrupts, ProgressDisplay& display)
      : workspace_(workspace),
        run_(run),
        runs_(workspace),
        settings_(RunSettings::from_json(runs_.get(run).settings)),
        run_folder_(workspace.run_folder(run)),
        commands_(workspace, run, interrupts),
        display_(display) {
    if (settings_.threads == 0) settings_.threads = options.threads;
    for (const store::RunRecord& other : runs_.alive()) {
      if (other.id != run && !shared_cores_) shared_cores_.emplace();
    }
  }

  store::RunState execute();
  /// Commits what is waiting.
  void flush();

 private:
  void load();
  void describe(int threads, const std::string& device);
  train::TrainingResult train();
  void finish(const train::TrainingResult& result);
  train::Evaluation score(const Split& split, const train::TrainingResult& result, store::RunResult& scores);
  void write_predictions(const Split& split, const train::Evaluation& evaluation, std::int64_t step);
  void write_artifact(const std::string& kind, const std::string& file, const std::string& text, std::int64_t step);
  void export_model(std::int64_t step);
  void add_artifact(const std::string& kind, const fs::path& path, std::int64_t step);
  void remove_checkpoints();
  const Split* selection_split() const;

  std::optional<SharedCores> shared_cores_;
  const store::Workspace& workspace_;
  store::RunId run_;
  store::RunStore runs_;
  RunSettings settings_;
  fs::path run_folder_;
  RunCommands commands_;
  ProgressDisplay& display_;
  std::optional<text::Tokenizer> tokenizer_;
  data::LabelSet labels_;
  std::vector<Split> splits_;  ///< train, then eval and test where there are any
  ExportSource export_source_;
  std::unique_ptr<tasks::TaskModel> model_;
  std::unique_ptr<GateProbe> gate_probe_;
  std::unique_ptr<StoreObserver> observer_;
  std::future<void> environment_;
};

store::RunState RunProcess::execute() {
  load();
  runs_.set_state(run_, store::RunState::Running);
  const train::TrainingResult result = train();
  observer_->flush();
  if (result.end == train::TrainingResult::End::Stopped) {
    runs_.set_state(run_, store::RunState::Stopped, "stopped on request after step " + std::to_string(result.state.step),
                    "resume continues from there");
    display_.line("stopped after step " + std::to_string(result.state.step) + ", state kept");
    return store::RunState::Stopped;
  }
  finish(result);
  return store::RunState::Finished;
}

void RunProcess::load() {
  if (settings_.train_file.empty()) {
    throw UsageError("data.train: found nothing, expected a file", "name the training data");
  }
  if (const std::vector<Problem> problems = settings_.problems(); !problems.empty()) {
    throw StudyError("cannot run with these settings", problems);
  }
  store::Heartbeat heartbeat = runs_.get(run_).heartbeat;
  heartbeat.time = now_seconds();
  heartbeat.phase = "loading the model";
  runs_.write_heartbeat(run_, heartbeat);
  const int threads = set_threads(settings_.threads);
  const std::string device = nn::resolve_device(settings_.device);
  const fs::path model_folder = hub::find_model(settings_.model);
  tokenizer_ = text::Tokenizer::from_folder(model_folder);
  files::ModelFolder folder = files::load_model_folder(model_folder);
  labels_ = labels_of(folder, settings_.task);
  const Encoding encoding{settings_, *tokenizer_, labels_, max_length_for(folder, settings_)};
  const std::pair<const char*, const std::string*> files[] = {
      {"train", &settings_.train_file}, {"eval", &settings_.eval_file}, {"test", &settings_.test_file}};
  for (const auto& [name, file] : files) {
    if (!file->empty()) splits_.push_back(load_split(name, *file, encoding));
  }
  export_source_ = {folder.config, labels_.names(), model_folder,
                    settings_.model == "default" ? model_folder.string() : settings_.model};
  std::vector<std::string> remarks = tokenizer_->warnings();
  for (const Split& split : splits_) remarks.insert(remarks.end(), split.remarks.begin(), split.remarks.end());
  model_ = make_model(settings_, folder, num_labels_of(labels_, settings_.task), remarks);
  observer_ = std::make_unique<StoreObserver>(
      workspace_, ObservedRun{run_, settings_, *tokenizer_, labels_, splits_.front(), selection_split()}, display_);
  if (model_->is_mixture()) {
    const Split& probed = selection_split() ? *selection_split() : splits_.front();
    gate_probe_ = std::make_unique<GateProbe>(*model_, probed.features, *tokenizer_, run_folder_ / "scalings");
    observer_->follow_gate(gate_probe_.get());
  }
  for (const std::string& remark : remarks) observer_->on_log(train::LogLevel::Warning, remark);
  describe(threads, device);
}

/// Hashing a large model takes a while: beside the training, on a connection of its own.
void RunProcess::describe(int threads, const std::string& device) {
  std::map<std::string, fs::path> data_files;
  for (const Split& split : splits_) data_files[split.name] = split.file;
  environment_ = std::async(
      std::launch::async,
      [device, threads, data_files, folder = export_source_.tokenizer_folder, run = run_,
       workspace = std::make_shared<store::Workspace>(workspace_.open_again())] {
        store::RunStore(*workspace).set_environment(run, describe_environment(device, threads, data_files, folder));
      });
}

const Split* RunProcess::selection_split() const {
  for (const Split& split : splits_) {
    if (split.name != "train" && split.name == settings_.training.evaluate_on) return &split;
  }
  return nullptr;
}

train::TrainingResult RunProcess::train() {
  const train::TrainingOptions options = training_options(settings_, run_folder_);
  std::unique_ptr<train::Evaluator> evaluator;
  if (const Split* split = selection_split()) evaluator = make_evaluator(*split, settings_, labels_);
  train::Trainer trainer({model_.get(), splits_.front().features, evaluator.get(), observer_.get(), &commands_}, options);
  const auto checkpoint = train::newest_checkpoint(options.checkpoint_folder);
  if (checkpoint) {
    const train::Checkpoint stored = train::read_checkpoint(*checkpoint);
    trainer.restore(stored);
    runs_.forget_after(run_, stored.state.step);
  } else {
    runs_.forget_after(run_, -1);
  }
  return trainer.run();
}

void RunProcess::finish(const train::TrainingResult& result) {
  const std::int64_t step = result.kept_step.value_or(result.state.step);
  store::RunResult row;
  for (const Split& split : splits_) {
    if (split.name != "train") write_predictions(split, score(split, result, row), step);
  }
  export_model(step);
  const tasks::ParameterCounts counts = model_->counts();
  row.seconds = result.state.wall_seconds;
  row.tokens_per_second = result.tokens_per_second;
  row.parameters_all = counts.all;
  row.parameters_trainable = counts.trainable;
  row.peak_rss_mib = peak_resident_mib();
  environment_.get();
  observer_->flush();
  runs_.set_result(run_, row);
  runs_.set_state(run_, store::RunState::Finished);
  remove_checkpoints();
}

/// The split's scores with the weights that were kept; the last evaluation's where it saw these.
train::Evaluation RunProcess::score(const Split& split, const train::TrainingResult& result,
                                    store::RunResult& scores) {
  if (result.latest && result.latest->split == split.name) {
    scores.scores[split.name] = result.latest->scores;
    return observer_->take_latest_evaluation();
  }
  observer_->set_phase("scoring " + split.name);
  const Stopwatch watch;
  const auto evaluator = make_evaluator(split, settings_, labels_);
  const auto progress = [&](std::int64_t done, std::int64_t rows) {
    observer_->on_evaluation_progress(split.name, done, rows);
    return commands_.take() != train::Command::Stop;
  };
  std::optional<train::Evaluation> evaluation = evaluator->evaluate(*model_, progress);
  if (!evaluation) throw Interrupted("stopped while scoring " + split.name, "resume continues from the last checkpoint");
  store::Evaluation row;
  row.step = result.kept_step.value_or(result.state.step);
  row.epoch = result.epoch;
  row.split = split.name;
  row.scores = evaluation->scores;
  row.seconds = watch.seconds();
  row.time = now_seconds();
  runs_.add_evaluation(run_, row);
  scores.scores[split.name] = evaluation->scores;
  return std::move(*evaluation);
}

void RunProcess::write_predictions(const Split& split, const train::Evaluation& evaluation, std::int64_t step) {
  const Predictions predictions{split, evaluation, settings_, labels_};
  const std::string extension = predictions_extension(settings_.task);
  write_artifact("predictions", "predictions-" + split.name + extension, predictions_text(predictions), step);
  if (settings_.task == "squad") {
    write_artifact("nbest", "nbest-" + split.name + extension, nbest_text(predictions), step);
    if (settings_.squad.version_2) {
      write_artifact("null-odds", "null-odds-" + split.name + extension, null_odds_text(predictions), step);
    }
  }
  runs_.add_predictions(run_, step, split.name, prediction_rows(predictions));
  runs_.add_predictions(run_, step, store::worst_split(split.name), worst_rows(predictions, kWorstExamples));
}

void RunProcess::write_artifact(const std::string& kind, const std::string& file, const std::string& text,
                                std::int64_t step) {
  write_file_atomically(run_folder_ / file, text);
  add_artifact(kind, run_folder_ / file, step);
}

void RunProcess::export_model(std::int64_t step) {
  observer_->set_phase("writing the result");
  const bool is_full = settings_.method == study::Method::FullFineTuning;
  const fs::path folder = run_folder_ / (is_full ? "model" : model_->is_mixture() ? "xlora" : "adapter");
  const std::string kind = export_trained(*model_, export_source_, folder);
  add_artifact(kind, folder, step);
  if (!settings_.export_folder.empty()) export_trained(*model_, export_source_, settings_.export_folder);
}

void RunProcess::add_artifact(const std::string& kind, const fs::path& path, std::int64_t step) {
  store::Artifact artifact;
  artifact.kind = kind;
  artifact.path = workspace_.stored_path(path);
  artifact.step = step;
  artifact.time = now_seconds();
  if (fs::is_directory(path)) {
    for (const auto& entry : fs::recursive_directory_iterator(path)) {
      if (entry.is_regular_file()) artifact.size_bytes += static_cast<std::int64_t>(entry.file_size());
    }
  } else {
    artifact.size_bytes = static_cast<std::int64_t>(fs::file_size(path));
    artifact.sha256 = sha256_file(path);
  }
  runs_.add_artifact(run_, artifact);
}

/// A finished run has its result; only an unfinished one needs its moments.
void RunProcess::remove_checkpoints() {
  for (const store::Artifact& artifact : runs_.artifacts(run_, "checkpoint")) {
    runs_.remove_artifact(run_, artifact.path);
  }
  fs::remove_all(run_folder_ / "checkpoints");
}

void RunProcess::flush() {
  if (observer_) observer_->flush();
}

std::string first_line(const std::string& text) { return text.substr(0, text.find('\n')); }

/// What an exception says at the run's boundary.
RunOutcome outcome_of(std::exception_ptr problem) {
  try {
    std::rethrow_exception(std::move(problem));
  } catch (const Interrupted& error) {
    return {store::RunState::Stopped, error.message(), error.hint(), error.exit_code()};
  } catch (const Error& error) {
    return {store::RunState::Failed, error.message(), error.hint(), error.exit_code()};
  } catch (const c10::Error& error) {
    return {store::RunState::Failed, first_line(error.what_without_backtrace()),
            "smaller batches help where memory ran out; otherwise this is a defect", 1};
  } catch (const std::bad_alloc&) {
    return {store::RunState::Failed, "out of memory", "use a smaller batch, a shorter max_length or a smaller model", 1};
  } catch (const std::exception& error) {
    return {store::RunState::Failed, first_line(error.what()), "", 1};
  }
}

}  // namespace

RunOutcome execute_run(const store::Workspace& workspace, store::RunId run, const ExecutionOptions& options) {
  using store::RunState;
  store::RunStore runs(workspace);
  const store::RunRecord record = runs.get(run);
  const std::vector<RunState> may_start = {RunState::Queued, RunState::Starting, RunState::Stopped, RunState::Failed,
                                           RunState::Lost};
  if (!runs.change_state(run, may_start, RunState::Starting)) {
    throw Error("run " + std::to_string(run) + " is " + std::string(store::text(record.state)) +
                    ", expected a queued, stopped, failed or lost one",
                "start a new run");
  }
  runs.set_process(run, getpid(), store::process_start(getpid()));
  store::CommandBox(workspace).clear(run);

  const Interrupts interrupts;
  ProgressDisplay display(options.silent);
  std::unique_ptr<RunProcess> process;
  try {
    process = std::make_unique<RunProcess>(workspace, run, options, interrupts, display);
    const RunState state = process->execute();
    return {state, "", "", state == RunState::Stopped ? 4 : 0};
  } catch (const StoreError&) {
    throw;
  } catch (...) {
    const RunOutcome outcome = outcome_of(std::current_exception());
    if (process) process->flush();
    runs.add_event(run, "error", outcome.reason);
    runs.set_state(run, outcome.state, outcome.reason, outcome.hint);
    return outcome;
  }
}

void report(const RunOutcome& outcome) {
  if (!outcome.reason.empty()) std::cerr << "lorascope: " << outcome.reason << '\n';
  if (!outcome.hint.empty()) std::cerr << "Hint: " << outcome.hint << '\n';
}

int run_one(const std::filesystem::path& folder, store::RunId run, const ExecutionOptions& options) {
  const store::Workspace workspace = store::Workspace::open(folder);
  const RunOutcome outcome = execute_run(workspace, run, options);
  report(outcome);
  return outcome.exit_code;
}

}  // namespace lorascope::app::engine
