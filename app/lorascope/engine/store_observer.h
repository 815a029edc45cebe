#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "app/lorascope/engine/progress_display.h"
#include "app/lorascope/engine/run_data.h"
#include "core/store/metric_writer.h"
#include "core/store/run_store.h"
#include "core/train/early_stopping.h"
#include "core/train/training_observer.h"

namespace lorascope::app::engine {

/// What is fixed about a run for the whole of its observation.
struct ObservedRun {
  store::RunId id = 0;
  const text::Tokenizer* tokenizer = nullptr;
  const data::LabelSet* labels = nullptr;
  std::string select_by;  ///< score that the run's best evaluation is told by
};

/// Writes what a training does into the store and shows it on stderr.
///
/// The first batch is stored as {"task", "longest", "tokens", "rows": [{"example", "tokens": [text], "input_ids",
/// "token_type_ids", "labels": [name, or null where ignored], "attention_mask"}]}, rows without padding.
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

  /// What the run does before and after training: "loading the model", "scoring test".
  void set_phase(const std::string& phase);
  /// Returns when everything is committed. Throws StoreError where it could not be.
  void flush() { writer_.flush(); }
  /// The guesses of the last evaluation.
  const std::vector<std::vector<std::int32_t>>& latest_guesses() const { return latest_guesses_; }
  std::int64_t last_step() const { return heartbeat_.step; }

 private:
  void write_evaluation(const train::EvaluationReport& report);

  const store::Workspace& workspace_;
  ObservedRun run_;
  ProgressDisplay& display_;
  store::RunStore runs_;
  store::MetricWriter writer_;
  store::Heartbeat heartbeat_;
  train::EarlyStopping best_;  ///< follows the selection score without ever stopping
  std::vector<std::vector<std::int32_t>> latest_guesses_;
  Stopwatch since_memory_;
  bool is_paused_ = false;
};

/// Resident memory of this process now, and its peak.
double resident_mib();
double peak_resident_mib();

}  // namespace lorascope::app::engine
