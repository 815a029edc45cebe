#pragma once

#include <functional>
#include <string>
#include <vector>

#include "app/lorascope/engine/run_tasks.h"
#include "core/base/json.h"
#include "core/files/adapter_folder.h"
#include "core/files/model_folder.h"
#include "core/study/run_settings.h"

namespace lorascope::store {
class Workspace;
}

namespace lorascope::app::engine {

/// Settings whose adapters are folders: "run:N" becomes the folder of what that run trained. Throws StudyError naming
/// every run that has no adapter.
study::RunSettings with_adapter_folders(study::RunSettings settings, const store::Workspace& workspace);

/// The adapters of a mixture and the names of its outputs.
struct NamedAdapters {
  std::vector<std::string> names;
  std::vector<files::AdapterFolder> folders;

  std::vector<const files::AdapterFolder*> pointers() const;
  /// The number of the adapter that was trained for a task: the one of its name, or -1.
  std::int64_t number_of(const std::string& task) const;
};
/// Of each task number_of(); the tasks without an adapter are remarked on. `who`: "the gate is", which is not told.
std::vector<std::int64_t> own_adapters(const NamedAdapters& adapters, const std::vector<std::string>& tasks,
                                       const std::string& who, std::vector<std::string>& remarks);
NamedAdapters read_adapters(const std::vector<std::string>& references);

/// What a run amounts to before its first step, or without any.
struct FixedMixture {
  Json found = Json::object();           ///< by task what was searched: {"weights", "loss", "objective"}; or empty
  std::int64_t parameters_trainable = 0;  ///< numbers that were found
};

/// Makes the models of methods that take steps, one a task; with several tasks they share gate or encoder.
void make_trained_models(const study::RunSettings& settings, const files::ModelFolder& folder,
                         std::vector<RunTask>& tasks, std::vector<std::string>& remarks);
/// Makes the models of methods that take none; LoRAHub's weights are searched here, `tell` is told how far.
FixedMixture make_fixed_models(const study::RunSettings& settings, const files::ModelFolder& folder,
                               std::vector<RunTask>& tasks, const std::function<void(const std::string&)>& tell);

/// Numbers of all models together, what they share counted once.
tasks::ParameterCounts counts_of(const std::vector<RunTask>& tasks);

}  // namespace lorascope::app::engine
