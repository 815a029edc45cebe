#include "app/lorascope/derive/tuned_run.h"

#include "app/lorascope/hub/model_places.h"
#include "core/adapters/model_merge.h"
#include "core/base/error.h"
#include "core/store/run_store.h"
#include "core/store/workspace.h"

namespace lorascope::app {

TunedRun open_tuned_run(const store::Workspace& workspace, const std::string& run) {
  const store::RunStore runs(workspace);
  TunedRun tuned;
  tuned.record = runs.get(run);
  tuned.settings = study::RunSettings::from_json(tuned.record.settings);
  for (const char* kind : {"adapter", "model"}) {
    const std::vector<store::Artifact> artifacts = runs.artifacts(tuned.record.id, kind);
    if (artifacts.empty()) continue;
    const std::filesystem::path folder = workspace.resolved_path(artifacts.back().path);
    tuned.base = files::load_model_folder(hub::find_model(tuned.settings.model));
    if (kind == std::string("adapter")) {
      tuned.adapter = files::read_adapter_folder(folder);
      tuned.after = adapters::merge_into_model(tuned.base, {*tuned.adapter}).tensors;
    } else {
      tuned.after = files::load_model_folder(folder).tensors;
    }
    return tuned;
  }
  throw StoreError("run " + run + " has no weights to work on",
                   Problem{"its artifacts", "neither an adapter nor a model",
                           "a finished or stopped run of full fine-tuning or LoRA", ""});
}

}  // namespace lorascope::app
