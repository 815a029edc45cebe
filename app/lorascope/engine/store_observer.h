#pragma once

#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "app/lorascope/engine/progress_display.h"
#include "app/lorascope/engine/run_data.h"
#include "core/store/metric_writer.h"
#include "core/store/run_store.h"
#include "core/train/early_stopping.h"
#include "core/train/training_observer.h"

namespace lorascope::app::engine {

class GateProbe;

/// One of the tasks of a run.
struct ObservedTask {
  std::string name;  ///< of a run over several; empty for the only one
  const study::RunSettings& settings;
  const data::LabelSet& labels;
  const Split& train;                ///< the rows of the first batch come from it
  const Split* evaluated = nullptr;  ///< the split that evaluations look at
};

/// What is fixed about a run for the whole of its observation; all of it must outlive the observer.
struct ObservedRun {
  store::RunId id = 0;
  const study::RunSettings& settings;
  const text::Tokenizer& tokenizer;
  std::vector<ObservedTask> tasks;  ///< at least one
};

/// Examples of an evaluation that are kept with their loss.
constexpr std::size_t kWorstExamples = 20;

/// Writes what a training does into the store and shows it on stderr; store/rows.h says in which form. With several
/// tasks the series of one are train/TASK/loss and eval/TASK/METRIC, eval/mean is the mean of their main scores in percent,
/// eval/mean_loss that of their losses.
class StoreObserver final : public train::TrainingObserver {
 public:
  StoreObserver(const store::Workspace& workspace, ObservedRun run, ProgressDisplay& display);

  void on_start(const train::StepPlan& plan, std::int64_t first_step) override;
  void on_task(std::size_t task) override { task_ = task; }
  void on_first_batch(std::span<const data::Feature* const> rows) override;
  void on_step_end(const train::StepReport& report) override;
  void on_evaluation_progress(std::string_view split, std::int64_t rows_done, std::int64_t rows) override;
  void on_evaluation(const train::EvaluationReport& report, const train::Evaluation& evaluation) override;
  void on_mean_scores(std::int64_t step, const std::map<std::string, double>& scores) override;
  void on_spectra(std::int64_t step, const std::vector<train::ModuleSpectrum>& spectra) override;
  void on_checkpoint(const train::CheckpointReport& report) override;
  void on_phase(train::Phase phase) override;
  void on_log(train::LogLevel level, const std::string& text) override;

  /// Scalings of a mixture are looked at after every evaluation; `probe` must outlive the observer.
  void follow_gate(GateProbe* probe) { gate_probe_ = probe; }
  /// What the run does before and after training: "loading the model", "scoring test".
  void set_phase(const std::string& phase);
  /// Returns when everything is committed. Throws StoreError where it could not be.
  void flush() { writer_.flush(); }
  /// The last evaluation of a task; afterwards it is gone.
  train::Evaluation take_latest_evaluation(std::size_t task) { return std::move(latest_.at(task)); }
  /// A point of a series that no report brings.
  void add_point(const std::string& series, std::int64_t step, double value) { writer_.add(series, step, value); }
  std::int64_t last_step() const { return heartbeat_.step; }

 private:
  const ObservedTask& task() const { return run_.tasks[task_]; }
  /// "eval/f1", with several tasks "eval/squad/f1".
  std::string series(const char* kind, const std::string& name) const;
  void write_evaluation(const train::EvaluationReport& report, std::int64_t tokens);
  void follow_best(std::int64_t step, const std::map<std::string, double>& scores);
  void look_at_gate(std::int64_t step);

  const store::Workspace& workspace_;
  ObservedRun run_;
  ProgressDisplay& display_;
  store::RunStore runs_;
  store::MetricWriter writer_;
  store::Heartbeat heartbeat_;
  std::string selection_;      ///< the score that tells which evaluation was the best
  train::EarlyStopping best_;  ///< follows it without ever stopping
  std::size_t task_ = 0;
  std::vector<train::Evaluation> latest_;                ///< of each task
  Stopwatch since_memory_;
  bool is_paused_ = false;
  GateProbe* gate_probe_ = nullptr;
  std::int64_t looked_step_ = -1;
};

/// Resident memory of this process now, and its peak.
double resident_mib();
double peak_resident_mib();

}  // namespace lorascope::app::engine
