#include "app/lorascope/representations/stored_analysis.h"

#include "core/base/clock.h"
#include "core/base/files.h"
#include "core/store/run_store.h"
#include "core/store/workspace.h"

namespace lorascope::app::representations {

std::filesystem::path store_analysis(const store::Workspace& workspace, const std::vector<Subject>& subjects,
                                     const Json& analysis) {
  const std::string what = analysis.at("analysis").get<std::string>();
  const Json key = {what, analysis.at("subjects"), analysis.at("source")};
  const std::filesystem::path file =
      workspace.folder() / "artifacts" / "analyses" / (what + '-' + sha256(key.dump()).substr(0, 12) + ".json");
  const std::string text = analysis.dump();
  write_file_atomically(file, text);
  store::RunStore runs(workspace);
  for (const Subject& subject : subjects) {
    if (subject.run == 0) continue;
    runs.add_artifact(subject.run, {"analysis", workspace.stored_path(file), static_cast<std::int64_t>(text.size()),
                                    sha256(text), 0, now_seconds()});
  }
  return file;
}

}  // namespace lorascope::app::representations
