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

/// What is fixed about a run for the whole of its observation; all of it must outlive the observer.
struct ObservedRun {
  store::RunId id = 0;
  const study::RunSettings& settings;
  const text::Tokenizer& tokenizer;
  const data::LabelSet& labels;
  const Split& train;               ///< the rows of the first batch come from it
  const Split* evaluated = nullptr;  ///< the split that evaluations look at
};

/// Examples of an evaluation that are kept with their loss.
constexpr std::size_t kWorstExamples = 20;

/// Writes what a training does into the store and shows it on stderr; store/rows.h says in which form.
class StoreObserver final : public train::TrainingObserver {
 public:
  StoreObserver(const store::Workspace& workspace, ObservedRun run, ProgressDisplay& display);

  void on_start(const train::StepPlan& plan, std::int64_t first_step) override;
  void on_first_batch(std::span<const data::Feature* const> rows) override;
  void on_step_end(const train::StepReport& report) override;
  void on_evaluation_progress(std::string_view split, std::int64_t rows_done, std::int64_t rows) override;
  void on_evaluation(const train::EvaluationReport& report, const train::Evaluation& evaluation) override;
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
  /// The last evaluation; afterwards it is gone.
  train::Evaluation take_latest_evaluation() { return std::move(latest_); }
  std::int64_t last_step() const { return heartbeat_.step; }

 private:
  void write_evaluation(const train::EvaluationReport& report);
  void look_at_gate(std::int64_t step);

  const store::Workspace& workspace_;
  ObservedRun run_;
  ProgressDisplay& display_;
  store::RunStore runs_;
  store::MetricWriter writer_;
  store::Heartbeat heartbeat_;
  train::EarlyStopping best_;  ///< follows the selection score without ever stopping
  train::Evaluation latest_;
  Stopwatch since_memory_;
  bool is_paused_ = false;
  GateProbe* gate_probe_ = nullptr;
};

/// Resident memory of this process now, and its peak.
double resident_mib();
double peak_resident_mib();

}  // namespace lorascope::app::engine
