#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "app/lorascope/engine/run_export.h"
#include "app/lorascope/engine/run_tasks.h"
#include "core/store/run_store.h"
#include "core/store/workspace.h"

namespace lorascope::app::engine {

/// Writes what a run leaves in its folder, each with its row in the store.
class RunOutputs {
 public:
  RunOutputs(const store::Workspace& workspace, store::RunId run);

  /// The predictions of one split: the task's own file, and rows for all and for the worst examples.
  void write_predictions(const RunTask& task, const Split& split, const train::Evaluation& evaluation,
                         std::int64_t step);
  /// A file of the run's folder.
  void write_artifact(const std::string& kind, const std::string& file, const std::string& text, std::int64_t step);
  /// What was trained: model, adapter, X-LoRA folder, gates; with several tasks what they share, and each one's head in
  /// head-TASK.safetensors. Also to settings.export_folder, where there is one.
  void export_models(const study::RunSettings& settings, const std::vector<RunTask>& tasks, const ExportSource& source,
                     std::int64_t step);
  /// Σ w ΔW of given weights as one adapter.
  void export_merged(const study::RunSettings& settings, const ExportSource& source);
  /// A finished run has its result; only an unfinished one needs its moments.
  void remove_checkpoints();

 private:
  void add_artifact(const std::string& kind, const std::filesystem::path& path, std::int64_t step);

  const store::Workspace& workspace_;
  store::RunId run_;
  store::RunStore runs_;
  std::filesystem::path folder_;
};

}  // namespace lorascope::app::engine
