#include "app/lorascope/engine/run_tasks.h"

#include "core/base/error.h"

namespace lorascope::app::engine {

const Split* RunTask::selection() const {
  for (const Split& split : splits) {
    if (split.name != "train" && split.name == settings.training.evaluate_on) return &split;
  }
  return nullptr;
}

std::vector<RunTask> load_tasks(const study::RunSettings& settings, const files::ModelFolder& folder,
                                const text::Tokenizer& tokenizer) {
  std::vector<RunTask> tasks;
  for (std::size_t i = 0; i < settings.task_names().size(); ++i) {
    RunTask task;
    task.settings = settings.of_task(i);
    if (settings.has_several_tasks()) task.name = task.settings.task;
    if (task.settings.train_file.empty()) {
      throw UsageError("data.train of " + task.settings.task + ": found nothing, expected a file",
                       "name the training data");
    }
    task.labels = labels_of(folder, task.settings.task);
    const Encoding encoding{task.settings, tokenizer, task.labels, max_length_for(folder, task.settings)};
    const std::pair<const char*, const std::string*> files[] = {{"train", &task.settings.train_file},
                                                                {"eval", &task.settings.eval_file},
                                                                {"test", &task.settings.test_file}};
    for (const auto& [name, file] : files) {
      if (file->empty()) continue;
      task.splits.push_back(load_split(name, *file, encoding));
      task.splits.back().task = task.name;
    }
    tasks.push_back(std::move(task));
  }
  return tasks;
}

}  // namespace lorascope::app::engine
