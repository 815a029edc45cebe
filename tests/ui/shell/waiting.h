#pragma once

#include <functional>
#include <memory>

#include "core/store/workspace.h"
#include "tests/support/sample_workspace.h"
#include "tests/support/temporary_folder.h"
#include "ui/main_window/session_model.h"

namespace lorascope::test {

/// Runs the event loop until `condition` holds; false after `milliseconds`.
bool wait_until(const std::function<bool()>& condition, int milliseconds = 5000);

/// A session on a workspace of its own, settings and all, that was filled beforehand.
class OpenSession {
 public:
  /// The sample workspace: filled once a program, then copied.
  explicit OpenSession(const SampleOptions& options);
  explicit OpenSession(const std::function<void(const store::Workspace&)>& fill);
  /// A copy of a workspace that is there.
  explicit OpenSession(const std::filesystem::path& workspace);

  ui::SessionModel& session() { return *session_; }
  /// A connection of its own, as another process would have.
  store::Workspace& other() { return *other_; }
  std::filesystem::path folder() const { return folder_.path() / "workspace"; }

 private:
  void open();

  TemporaryFolder folder_;
  std::unique_ptr<store::Workspace> other_;
  std::unique_ptr<ui::SessionModel> session_;
};

}  // namespace lorascope::test
