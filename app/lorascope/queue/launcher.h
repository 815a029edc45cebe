#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

#include "core/store/workspace.h"

namespace lorascope::app::queue {

/// This program's own file: the one that starts runs and queues.
std::filesystem::path own_program();

/// Starts a program in a session of its own, so that neither the window's nor the terminal's end reaches it; stdin is
/// empty, stdout and stderr are appended to `log`. Returns the pid. Throws Error where it cannot be started.
std::int64_t launch_detached(const std::vector<std::string>& command, const std::filesystem::path& log);

/// Starts `PROGRAM run-one --workspace W --run ID` with its log in the run's folder and writes pid and start time to
/// the run's row. `threads` are those of a run whose settings leave them open; 0: all cores.
std::int64_t launch_run(const std::filesystem::path& program, const store::Workspace& workspace, store::RunId run,
                        int threads = 0);

/// Starts a queue that works until nothing waits; it ends at once where another one is alive.
void launch_queue(const std::filesystem::path& program, const store::Workspace& workspace, int num_jobs);

/// artifacts/run-N/log.txt
std::filesystem::path log_file(const store::Workspace& workspace, store::RunId run);
/// The last lines of a log; empty where there is none.
std::vector<std::string> log_tail(const std::filesystem::path& log, std::size_t num_lines);

}  // namespace lorascope::app::queue
