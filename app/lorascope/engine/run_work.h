#pragma once

#include <future>
#include <memory>
#include <optional>
#include <vector>

#include "app/lorascope/engine/gate_probe.h"
#include "app/lorascope/engine/run_commands.h"
#include "app/lorascope/engine/run_outputs.h"
#include "app/lorascope/engine/run_process.h"
#include "app/lorascope/engine/run_tasks.h"
#include "app/lorascope/engine/shared_cores.h"
#include "app/lorascope/engine/store_observer.h"
#include "core/train/trainer.h"

namespace lorascope::app::engine {

/// One run in this process, from loading to the last row: of one task or several, with steps or without.
class RunWork {
 public:
  RunWork(const store::Workspace& workspace, store::RunId run, const ExecutionOptions& options,
          const Interrupts& interrupts, ProgressDisplay& display);
  ~RunWork();

  /// Returns finished or stopped; whatever goes wrong is thrown.
  store::RunState execute();
  /// Commits what is waiting.
  void flush();

 private:
  /// How the part ended that takes optimiser steps, searches or puts together.
  struct Trained {
    Trained() = default;
    explicit Trained(const train::TrainingOutcome& outcome);

    bool is_stopped = false;
    std::int64_t step = 0;  ///< of the weights that the models have now
    double epoch = 0;
    double seconds = 0;
    double tokens_per_second = 0;
    std::optional<std::string> evaluated_split;  ///< whose last evaluation saw these weights
    tasks::ParameterCounts counts;
  };

  void load();
  void observe(const std::vector<std::string>& remarks);
  void describe(int threads, const std::string& device);
  train::TrainingOptions training_options() const;
  Trained train();
  Trained train_one();
  Trained train_several();
  Trained put_together();
  void finish(const Trained& trained);
  train::Evaluation score(std::size_t task, const Split& split, const Trained& trained, store::RunResult& result);

  std::optional<SharedCores> shared_cores_;
  const store::Workspace& workspace_;
  store::RunId run_;
  store::RunStore runs_;
  study::RunSettings settings_;
  std::filesystem::path run_folder_;
  RunCommands commands_;
  ProgressDisplay& display_;
  RunOutputs outputs_;
  std::optional<text::Tokenizer> tokenizer_;
  std::unique_ptr<files::ModelFolder> model_folder_;  ///< kept where models are made late
  std::vector<RunTask> tasks_;
  ExportSource export_source_;
  std::unique_ptr<GateProbe> gate_probe_;
  std::unique_ptr<StoreObserver> observer_;
  std::future<void> environment_;
};

}  // namespace lorascope::app::engine
