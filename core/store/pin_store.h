#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "core/store/workspace.h"

namespace lorascope::store {

/// A text that somebody keeps with what was asked of it: for the Inspect view.
struct PinRecord {
  std::int64_t id = 0;
  RunId run = 0;        ///< of which it was asked; 0 after the run was deleted
  double created = 0;   ///< seconds since 1970
  std::string content;  ///< JSON {"input", "second", "what_if"} as `lorascope inspect --serve` takes them
};

/// The pinned texts of a workspace.
class PinStore {
 public:
  explicit PinStore(const Workspace& workspace) : workspace_(&workspace) {}

  /// The newest first.
  std::vector<PinRecord> list() const;
  /// Returns its id. The same content of the same run is kept once.
  std::int64_t add(RunId run, const std::string& content);
  /// Nothing happens where there is none.
  void remove(std::int64_t id);

 private:
  const Workspace* workspace_;
};

}  // namespace lorascope::store
