#pragma once

#include <memory>
#include <string>
#include <vector>

#include "app/lorascope/engine/run_data.h"
#include "core/study/run_settings.h"
#include "core/tasks/task_model.h"

namespace lorascope::app::engine {

/// One of the tasks of a run with its data and its model. Does not move once its model or evaluator is made.
struct RunTask {
  std::string name;              ///< of a run over several; empty for the only one
  study::RunSettings settings;   ///< as those of a run of its own
  data::LabelSet labels;
  std::vector<Split> splits;     ///< train, then eval and test where there are any
  std::unique_ptr<tasks::TaskModel> model;
  std::unique_ptr<train::Evaluator> evaluator;  ///< of selection(); null without

  const Split& train() const { return splits.front(); }
  /// The split that evaluations while training look at, or null.
  const Split* selection() const;
};

/// The tasks of a run with their data read and encoded. Throws UsageError (no training data), DataError.
std::vector<RunTask> load_tasks(const study::RunSettings& settings, const files::ModelFolder& folder,
                                const text::Tokenizer& tokenizer);

}  // namespace lorascope::app::engine
