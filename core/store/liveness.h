#pragma once

#include <cstdint>
#include <vector>

#include "core/store/workspace.h"

namespace lorascope::store {

/// Start time of a process in clock ticks since boot, 0 where there is none: with the pid it names one process for
/// good.
std::int64_t process_start(std::int64_t pid);
/// Whether that very process is there (and no zombie).
bool process_is_alive(std::int64_t pid, std::int64_t start);

/// How old the heartbeat of a run in a living state whose process is gone must be for it to be lost.
inline constexpr double kLostAfterSeconds = 3;
/// The same for a run whose process has not written its pid yet: loading a program takes long on a busy machine.
inline constexpr double kStartSeconds = 60;

/// Turns such runs to `lost`, with a reason and the hint to resume. Window, queue and command line all call it; the
/// first one changes the row. A run that is just starting is given kStartSeconds whatever `after_seconds` says. Returns
/// those changed by this call.
std::vector<RunId> mark_lost_runs(const Workspace& workspace, double after_seconds = kLostAfterSeconds);

}  // namespace lorascope::store
