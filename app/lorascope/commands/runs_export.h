#pragma once

namespace CLI {
class App;
}

namespace lorascope::app {

/// Adds `runs export`.
void add_runs_export(CLI::App& runs);

}  // namespace lorascope::app
