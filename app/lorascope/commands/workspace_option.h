#pragma once

#include <string>

namespace CLI {
class App;
}

namespace lorascope::app {

/// --workspace: else the environment's LORASCOPE_WORKSPACE, else the current folder where it is a workspace, else
/// ./lorascope-workspace.
void add_workspace_option(CLI::App& command, std::string& workspace);

/// What --workspace is when it is not given.
std::string default_workspace();

}  // namespace lorascope::app
