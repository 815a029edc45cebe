#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "core/store/workspace.h"
#include "core/study/run_settings.h"
#include "core/study/study.h"

namespace lorascope::store {

struct StudyRecord {
  std::int64_t id = 0;
  std::string name;
  std::string source;  ///< the TOML text as it was read: each study stays with its runs
  std::string path;    ///< where it was read from; empty for the built-in study
  std::string hash;    ///< SHA-256 of the source
  double created = 0;
};

/// Studies: a file's text and the runs that it expanded to.
class StudyStore {
 public:
  explicit StudyStore(const Workspace& workspace) : workspace_(&workspace) {}

  /// The study and its queued runs in one transaction. `commands[i]` is the equivalent command of run i (may be empty).
  std::int64_t add(const StudyRecord& study, const std::vector<study::RunSettings>& runs,
                   const std::vector<std::string>& commands = {});
  /// The same for a study as it was read, whose runs may mix each other's adapters: those are entered as "TASK=run:N".
  /// `command` gives the equivalent command of a run as it is stored.
  std::int64_t add(const StudyRecord& record, const study::Study& study,
                   const std::function<std::string(const study::RunSettings&)>& command);
  std::vector<StudyRecord> list() const;
  std::optional<StudyRecord> find(std::int64_t id) const;
  std::vector<RunId> runs(std::int64_t id) const;
  void rename(std::int64_t id, const std::string& name);

 private:
  const Workspace* workspace_;
};

}  // namespace lorascope::store
