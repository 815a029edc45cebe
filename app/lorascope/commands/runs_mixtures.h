#pragma once

namespace CLI {
class App;
}

namespace lorascope::app {

/// `runs mixtures`: the table of methods by tasks.
void add_runs_mixtures(CLI::App& runs);

}  // namespace lorascope::app
