#include "app/lorascope/engine/known_problems.h"

#include <filesystem>

#include "app/lorascope/hub/model_places.h"
#include "core/nn/device.h"
#include "core/study/run_settings.h"

namespace lorascope::app::engine {
namespace {

void require_there(const std::string& path, const std::string& what, std::vector<Problem>& problems) {
  if (path.empty() || std::filesystem::exists(path)) return;
  problems.push_back({path, "nothing", what, "put it back where it was"});
}

}  // namespace

std::vector<Problem> device_problems(const std::string& device) {
  if (device != "cuda") return {};
  const std::string reason = nn::why_no_gpu();
  if (reason.empty()) return {};
  return {{"device", "\"cuda\", and no GPU can be used: " + reason, "a device of this machine",
           "use the device cpu or auto"}};
}

std::vector<Problem> known_problems(const store::RunRecord& run) {
  std::vector<Problem> problems;
  try {
    const study::RunSettings settings = study::RunSettings::from_json(run.settings);
    problems = device_problems(settings.device);
    for (std::size_t i = 0; i < settings.task_names().size(); ++i) {
      const study::RunSettings task = settings.of_task(i);
      for (const std::string& file : {task.train_file, task.eval_file, task.test_file})
        require_there(file, "a data file of the run", problems);
    }
    require_there(settings.adapter, "the adapter that the run goes on with", problems);
    hub::find_model(settings.model);
  } catch (const InputError& error) {
    problems.insert(problems.end(), error.problems().begin(), error.problems().end());
  }
  return problems;
}

}  // namespace lorascope::app::engine
