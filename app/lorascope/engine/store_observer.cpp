#include "app/lorascope/engine/store_observer.h"

#include <sys/resource.h>
#include <unistd.h>

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <fstream>

#include "app/lorascope/engine/gate_probe.h"
#include "app/lorascope/engine/predictions.h"
#include "core/base/json.h"
#include "core/train/evaluator.h"

namespace lorascope::app::engine {
namespace {

/// Scores that become curves; all of them are in the evaluation's row.
constexpr const char* kCurves[] = {"loss", "f1", "precision", "recall", "accuracy",   "strict.f1", "surface.f1",
                                   "exact_match", "HasAns_f1", "NoAns_f1"};
constexpr double kMemorySeconds = 1.0;

std::string number(double value, const char* format) {
  char text[64];
  std::snprintf(text, sizeof text, format, value);
  return text;
}

std::string step_details(const train::StepReport& report) {
  return "loss " + number(report.loss, "%.4f") + "  " + number(report.tokens_per_second, "%.0f") + " tokens/s  " +
         duration_text(report.seconds_left) + " left";
}

std::string_view name(train::Phase phase) {
  switch (phase) {
    case train::Phase::Training:
      return "training";
    case train::Phase::Evaluating:
      return "evaluating";
    case train::Phase::Saving:
      return "writing a checkpoint";
    case train::Phase::Paused:
      return "paused";
  }
  return "";
}

/// Several tasks are judged by the mean of their scores, where nothing is chosen by anything else.
std::string selection_of(const study::RunSettings& settings) {
  const study::TrainingSettings& training = settings.training;
  const bool follows_best = training.keep_best || training.early_stopping_patience > 0;
  return settings.has_several_tasks() && !follows_best ? "mean" : training.select_by;
}

/// What a token is for the task: its label, part of the answer, or nothing.
Json labels_of(const data::Feature& feature, const data::LabelSet& labels) {
  Json names = Json::array();
  for (const std::int32_t label : feature.labels) {
    names.push_back(label < 0 ? Json(nullptr) : Json(labels.name(label)));
  }
  if (!names.empty()) return names;
  for (std::int64_t i = 0; i < static_cast<std::int64_t>(feature.input_ids.size()); ++i) {
    const bool is_answer = feature.start_position > 0 && feature.start_position <= i && i <= feature.end_position;
    names.push_back(is_answer ? Json("answer") : Json(nullptr));
  }
  return names;
}

Json row_of(const data::Feature& feature, const ObservedTask& run, const text::Tokenizer& tokenizer) {
  Json tokens = Json::array();
  for (const std::int32_t id : feature.input_ids) tokens.push_back(std::string(tokenizer.token(id)));
  const std::vector<std::int32_t> zeros(feature.input_ids.size(), 0);
  const bool has_types = !run.settings.has_zero_segment_ids() && !feature.token_type_ids.empty();
  Json row = {{"example", feature.example},
              {"tokens", tokens},
              {"input_ids", feature.input_ids},
              {"token_type_ids", has_types ? feature.token_type_ids : zeros},
              {"labels", labels_of(feature, run.labels)},
              {"attention_mask", std::vector<int>(feature.input_ids.size(), 1)}};
  const auto example = static_cast<std::size_t>(feature.example);
  if (run.settings.task == "squad") {
    const data::SquadQuestion& question = run.train.questions.at(example);
    row["question"] = question.question;
    row["answer"] = question.answers.empty() ? "" : question.answers.front().text;
    row["start_position"] = feature.start_position;
    row["end_position"] = feature.end_position;
  } else if (run.settings.task == "swag") {
    row["choice"] = feature.choice;
    row["is_right"] = feature.choice == feature.label;
  }
  return row;
}

/// "f1 0.4321" of the score that people look at first.
std::string main_score(const std::string& task, const std::map<std::string, double>& scores) {
  std::string text;
  const std::vector<const char*> names = task == "squad"  ? std::vector{"exact_match", "f1"}
                                         : task == "swag" ? std::vector{"accuracy"}
                                                          : std::vector{"f1"};
  for (const char* name : names) {
    const auto found = scores.find(name);
    if (found != scores.end()) text += ", " + std::string(name) + " " + number(found->second, task == "squad" ? "%.2f" : "%.4f");
  }
  return text;
}

}  // namespace

double resident_mib() {
  std::ifstream file("/proc/self/statm");
  std::int64_t total = 0, resident = 0;
  file >> total >> resident;
  return static_cast<double>(resident) * static_cast<double>(sysconf(_SC_PAGESIZE)) / (1024.0 * 1024.0);
}

double peak_resident_mib() {
  rusage usage{};
  getrusage(RUSAGE_SELF, &usage);
  return static_cast<double>(usage.ru_maxrss) / 1024.0;
}

StoreObserver::StoreObserver(const store::Workspace& workspace, ObservedRun run, ProgressDisplay& display)
    : workspace_(workspace),
      run_(run),
      display_(display),
      runs_(workspace),
      writer_(workspace, run_.id),
      selection_(selection_of(run_.settings)),
      best_(selection_, 0),
      latest_(run_.tasks.size()) {}

std::string StoreObserver::series(const char* kind, const std::string& name) const {
  return std::string(kind) + "/" + (task().name.empty() ? "" : task().name + "/") + name;
}

void StoreObserver::set_phase(const std::string& phase) {
  heartbeat_.phase = phase;
  heartbeat_.rss_mib = resident_mib();
  writer_.set_heartbeat(heartbeat_);
}

void StoreObserver::on_start(const train::StepPlan& plan, std::int64_t first_step) {
  heartbeat_.step = first_step;
  heartbeat_.total_steps = plan.total_steps;
  // What an earlier process of the run found best stays so until something is better.
  const std::optional<store::BestScore> best = runs_.get(run_.id).best;
  if (best && best->metric == selection_ && best->step <= first_step) best_.restore({best->value, best->step, 0});
  std::string text = std::to_string(plan.rows) + " rows, " + std::to_string(plan.total_steps) + " steps, " +
                     std::to_string(plan.steps_per_epoch) + " an epoch";
  if (first_step > 0) text += "; resumed after step " + std::to_string(first_step);
  on_log(train::LogLevel::Info, text);
}

void StoreObserver::on_first_batch(std::span<const data::Feature* const> rows) {
  Json batch = {{"task", task().settings.task}, {"rows", Json::array()}};
  std::size_t longest = 0, tokens = 0;
  for (const data::Feature* row : rows) {
    batch["rows"].push_back(row_of(*row, task(), run_.tokenizer));
    longest = std::max(longest, row->input_ids.size());
    tokens += row->input_ids.size();
  }
  batch["longest"] = longest;
  batch["tokens"] = tokens;
  runs_.set_first_batch(run_.id, batch.dump());
}

void StoreObserver::on_step_end(const train::StepReport& report) {
  const std::int64_t step = report.step;
  writer_.add("train/loss", step, report.loss);
  for (const train::TaskLoss& drawn : report.tasks) {
    const std::string& name = run_.tasks[drawn.task].name;
    if (!name.empty()) writer_.add("train/" + name + "/loss", step, drawn.loss);
  }
  writer_.add("train/grad_norm", step, report.grad_norm);
  writer_.add("train/lr", step, report.learning_rate);
  writer_.add("train/tokens_per_second", step, static_cast<double>(report.tokens) / std::max(report.seconds, 1e-9));
  writer_.add("time/seconds", step, report.wall_seconds);
  writer_.add("time/epoch", step, report.epoch);
  writer_.add("time/examples", step, static_cast<double>(report.examples_done));
  const bool is_last = step == report.total_steps;
  if (step == 1 || is_last || since_memory_.seconds() >= kMemorySeconds) {
    since_memory_.restart();
    heartbeat_.rss_mib = resident_mib();
    writer_.add("system/rss_mib", step, heartbeat_.rss_mib);
  }
  heartbeat_.step = step;
  heartbeat_.total_steps = report.total_steps;
  heartbeat_.loss = report.loss;
  heartbeat_.tokens_per_second = report.tokens_per_second;
  heartbeat_.seconds_left = report.seconds_left;
  writer_.set_heartbeat(heartbeat_);
  display_.show("training", step, report.total_steps, step_details(report));
}

void StoreObserver::on_evaluation_progress(std::string_view split, std::int64_t rows_done, std::int64_t rows) {
  display_.show("evaluating on " + std::string(split), rows_done, rows, "rows");
}

void StoreObserver::on_evaluation(const train::EvaluationReport& report, const train::Evaluation& evaluation) {
  for (const char* score : kCurves) {
    const auto found = report.scores.find(score);
    if (found != report.scores.end()) writer_.add(series("eval", score), report.step, found->second);
  }
  write_evaluation(report, evaluation.tokens);
  if (run_.tasks.size() == 1) follow_best(report.step, report.scores);
  if (task().evaluated != nullptr && !evaluation.example_losses.empty()) {
    const Predictions predictions{*task().evaluated, evaluation, task().settings, task().labels};
    runs_.add_predictions(run_.id, report.step, store::worst_split(report.split),
                          worst_rows(predictions, kWorstExamples));
  }
  std::string text = "epoch " + number(report.epoch, "%.4g") + ", step " + std::to_string(report.step) + ", " + report.split + ":";
  if (report.scores.count("loss") != 0) text += " loss " + number(report.scores.at("loss"), "%.4f");
  text += main_score(task().settings.task, report.scores);
  on_log(train::LogLevel::Info, text + " (" + duration_text(report.seconds) + ")");
  latest_[task_] = evaluation;
  // One look at all tasks, with the first of them.
  if (gate_probe_ != nullptr && report.step != looked_step_) look_at_gate(report.step);
}

void StoreObserver::on_mean_scores(std::int64_t step, const std::map<std::string, double>& scores) {
  for (const auto& [name, value] : scores) writer_.add(name == "loss" ? "eval/mean_loss" : "eval/" + name, step, value);
  follow_best(step, scores);
}

void StoreObserver::follow_best(std::int64_t step, const std::map<std::string, double>& scores) {
  if (scores.count(selection_) != 0 && best_.add(scores, step)) {
    runs_.set_best(run_.id, {selection_, *best_.state().best, step});
  }
}

void StoreObserver::look_at_gate(std::int64_t step) {
  looked_step_ = step;
  const GateProbe::Look look = gate_probe_->look(step);
  for (const auto& [series, value] : look.series) writer_.add(series, step, value);
  if (!look.warning.empty()) on_log(train::LogLevel::Warning, look.warning);
  store::Artifact artifact;
  artifact.kind = "scalings";
  artifact.path = workspace_.stored_path(look.file);
  artifact.size_bytes = static_cast<std::int64_t>(std::filesystem::file_size(look.file));
  artifact.step = step;
  artifact.time = now_seconds();
  runs_.add_artifact(run_.id, artifact);
}

void StoreObserver::write_evaluation(const train::EvaluationReport& report, std::int64_t tokens) {
  writer_.add(series("eval", "tokens_per_second"), report.step, static_cast<double>(tokens) / std::max(report.seconds, 1e-9));
  store::Evaluation row;
  row.step = report.step;
  row.epoch = report.epoch;
  row.split = report.split;
  row.scores = report.scores;
  row.seconds = report.seconds;
  row.time = now_seconds();
  runs_.add_evaluation(run_.id, row);
}

void StoreObserver::on_spectra(std::int64_t step, const std::vector<train::ModuleSpectrum>& spectra) {
  for (const train::ModuleSpectrum& spectrum : spectra) {
    writer_.add_spectrum({step, spectrum.module, spectrum.values, spectrum.base_norm});
  }
}

void StoreObserver::on_checkpoint(const train::CheckpointReport& report) {
  for (const store::Artifact& older : runs_.artifacts(run_.id, "checkpoint")) {
    runs_.remove_artifact(run_.id, older.path);
  }
  store::Artifact artifact;
  artifact.kind = "checkpoint";
  artifact.path = workspace_.stored_path(report.folder);
  artifact.size_bytes = report.size_bytes;
  artifact.step = report.step;
  artifact.time = now_seconds();
  runs_.add_artifact(run_.id, artifact);
  on_log(train::LogLevel::Info, "checkpoint after step " + std::to_string(report.step) + " (" +
                                    number(static_cast<double>(report.size_bytes) / (1 << 20), "%.1f MiB, ") +
                                    duration_text(report.seconds) + ")");
}

void StoreObserver::on_phase(train::Phase phase) {
  set_phase(std::string(name(phase)));
  // What a checkpoint covers must be in the store before the checkpoint is there: a resumed run does not write it again.
  if (phase == train::Phase::Saving) writer_.flush();
  const bool pauses = phase == train::Phase::Paused;
  if (pauses && !is_paused_) {
    writer_.flush();
    runs_.set_state(run_.id, store::RunState::Paused);
    display_.line("paused");
  } else if (phase == train::Phase::Training && is_paused_) {
    runs_.set_state(run_.id, store::RunState::Running);
    display_.line("continued");
  }
  if (phase == train::Phase::Training || pauses) is_paused_ = pauses;
}

void StoreObserver::on_log(train::LogLevel level, const std::string& text) {
  writer_.add_event(level == train::LogLevel::Warning ? "warning" : "info", text);
  display_.line(text);
}

}  // namespace lorascope::app::engine
