#pragma once

namespace lorascope::app {

/// What plain `lorascope` says where there is a workspace: living runs, counts by state, the queue. False where there
/// is none.
bool print_status();

}  // namespace lorascope::app
