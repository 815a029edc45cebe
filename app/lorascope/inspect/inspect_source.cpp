#include "app/lorascope/inspect/inspect_source.h"

#include "app/lorascope/hub/model_places.h"
#include "core/base/error.h"
#include "core/store/run_store.h"
#include "core/store/workspace.h"

namespace lorascope::app::inspect {
namespace {

namespace fs = std::filesystem;

/// Runs are inspected on this machine's processor, whatever they were trained on.
study::RunSettings prepared(study::RunSettings settings) {
  settings.device = "cpu";
  settings.training.compatible_path = false;
  return settings;
}

}  // namespace

InspectSource source_of_run(const store::Workspace& workspace, const std::string& run) {
  const store::RunStore runs(workspace);
  const store::RunRecord record = runs.get(std::string_view(run));
  InspectSource source;
  source.settings = prepared(study::RunSettings::from_json(record.settings));
  source.name = "run " + std::to_string(record.id) + ", " + record.name;
  for (const char* kind : {"model", "adapter", "xlora"}) {
    for (const store::Artifact& artifact : runs.artifacts(record.id, kind)) {
      const fs::path folder = workspace.resolved_path(artifact.path);
      if (!fs::exists(folder)) continue;
      source.base = hub::find_model(source.settings.model);
      if (artifact.kind == "model") {
        source.model = folder;
      } else {
        source.model = source.base;
        source.adapters = {folder};
      }
      return source;
    }
  }
  throw Error("run " + std::to_string(record.id) + " (" + std::string(text(record.state)) + ") has no result to inspect",
              "wait until it has finished, or stop and keep it");
}

InspectSource source_of_folders(const study::RunSettings& settings, const std::vector<std::string>& adapters,
                                const std::string& base) {
  InspectSource source;
  source.settings = prepared(settings);
  source.model = hub::find_model(settings.model);
  source.adapters.assign(adapters.begin(), adapters.end());
  source.base = base.empty() ? source.model : hub::find_model(base);
  source.name = settings.model;
  return source;
}

}  // namespace lorascope::app::inspect
