#pragma once

#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include "core/store/run_store.h"
#include "tests/integration/child_process.h"
#include "tests/support/temporary_folder.h"
#include "tests/support/tiny_run.h"

namespace lorascope::test {

/// A folder with a workspace in which the real program runs.
struct ProcessBench {
  TemporaryFolder folder;
  std::filesystem::path workspace = folder.path() / "workspace";
  int num_processes = 0;

  /// `lorascope WORDS… --workspace …`; its output goes to a file of the folder.
  std::unique_ptr<ChildProcess> start(std::vector<std::string> words) {
    words.insert(words.begin(), test::lorascope_program().string());
    words.insert(words.end(), {"--workspace", workspace.string()});
    return std::make_unique<ChildProcess>(words, folder.path() / ("output-" + std::to_string(++num_processes)));
  }
  store::RunRecord record(store::RunId run) { return store::RunStore(store::Workspace::open(workspace)).get(run); }
  std::vector<double> losses(store::RunId run) {
    const store::Workspace opened = store::Workspace::open(workspace);
    std::vector<double> values;
    for (const auto& point : store::RunStore(opened).points(run, "train/loss")) values.push_back(point.value);
    return values;
  }
  std::filesystem::path run_folder(store::RunId run) { return workspace / "artifacts" / ("run-" + std::to_string(run)); }
  bool has_checkpoint(store::RunId run) {
    const std::filesystem::path checkpoints = run_folder(run) / "checkpoints";
    if (!std::filesystem::exists(checkpoints)) return false;
    for (const auto& entry : std::filesystem::directory_iterator(checkpoints)) {
      if (entry.path().filename().string().starts_with("step-")) return true;
    }
    return false;
  }
};

}  // namespace lorascope::test
