#include "app/lorascope/engine/run_outputs.h"

#include <algorithm>

#include "app/lorascope/engine/predictions.h"
#include "app/lorascope/engine/run_models.h"
#include "app/lorascope/engine/store_observer.h"
#include "core/adapters/folder_merge.h"
#include "core/base/clock.h"
#include "core/base/files.h"

namespace lorascope::app::engine {
namespace fs = std::filesystem;

RunOutputs::RunOutputs(const store::Workspace& workspace, store::RunId run)
    : workspace_(workspace), run_(run), runs_(workspace), folder_(workspace.run_folder(run)) {}

void RunOutputs::write_predictions(const RunTask& task, const Split& split, const train::Evaluation& evaluation,
                                   std::int64_t step) {
  const Predictions predictions{split, evaluation, task.settings, task.labels};
  const std::string name = split.full_name();
  std::string file = name;
  std::replace(file.begin(), file.end(), '/', '-');
  const std::string ending = file + predictions_extension(task.settings.task);
  write_artifact("predictions", "predictions-" + ending, predictions_text(predictions), step);
  if (task.settings.task == "squad") {
    write_artifact("nbest", "nbest-" + ending, nbest_text(predictions), step);
    if (task.settings.squad.version_2) {
      write_artifact("null-odds", "null-odds-" + ending, null_odds_text(predictions), step);
    }
  }
  runs_.add_predictions(run_, step, name, prediction_rows(predictions));
  runs_.add_predictions(run_, step, store::worst_split(name), worst_rows(predictions, kWorstExamples));
}

void RunOutputs::write_artifact(const std::string& kind, const std::string& file, const std::string& text,
                                std::int64_t step) {
  write_file_atomically(folder_ / file, text);
  add_artifact(kind, folder_ / file, step);
}

void RunOutputs::export_models(const study::RunSettings& settings, const std::vector<RunTask>& tasks,
                               const ExportSource& source, std::int64_t step) {
  const bool is_together = tasks.size() > 1 || settings.method == study::Method::Meteora;
  const bool is_full = settings.method == study::Method::FullFineTuning;
  const fs::path folder = folder_ / (is_full ? "model" : tasks.front().model->is_mixture() ? (settings.method == study::Method::Xlora ? "xlora" : "gates") : "adapter");
  const auto write_to = [&](const fs::path& place) {
    return is_together ? export_together(settings, tasks, source, place)
                       : export_trained(*tasks.front().model, source, place);
  };
  add_artifact(write_to(folder), folder, step);
  if (!settings.export_folder.empty()) write_to(settings.export_folder);
}

void RunOutputs::export_merged(const study::RunSettings& settings, const ExportSource& source) {
  const NamedAdapters adapters = read_adapters(settings.xlora.adapters);
  adapters::FolderMergeOptions options;
  options.weights = settings.mix.weights;
  if (options.weights.empty())
    options.weights.assign(adapters.folders.size(), 1.0 / static_cast<double>(adapters.folders.size()));
  options.others_from = 0;
  options.peft_scaling = false;
  adapters::MergedFolder merged = adapters::merge_folders(adapters.folders, options);
  merged.config.base_model = source.base_model;
  files::write_adapter_folder(folder_ / "adapter", merged.config, merged.tensors);
  add_artifact("adapter", folder_ / "adapter", 0);
  if (!settings.export_folder.empty())
    files::write_adapter_folder(settings.export_folder, merged.config, merged.tensors);
}

void RunOutputs::add_artifact(const std::string& kind, const fs::path& path, std::int64_t step) {
  store::Artifact artifact;
  artifact.kind = kind;
  artifact.path = workspace_.stored_path(path);
  artifact.step = step;
  artifact.time = now_seconds();
  if (fs::is_directory(path)) {
    for (const auto& entry : fs::recursive_directory_iterator(path)) {
      if (entry.is_regular_file()) artifact.size_bytes += static_cast<std::int64_t>(entry.file_size());
    }
  } else {
    artifact.size_bytes = static_cast<std::int64_t>(fs::file_size(path));
    artifact.sha256 = sha256_file(path);
  }
  runs_.add_artifact(run_, artifact);
}

void RunOutputs::remove_checkpoints() {
  for (const store::Artifact& artifact : runs_.artifacts(run_, "checkpoint")) {
    runs_.remove_artifact(run_, artifact.path);
  }
  fs::remove_all(folder_ / "checkpoints");
}

}  // namespace lorascope::app::engine
