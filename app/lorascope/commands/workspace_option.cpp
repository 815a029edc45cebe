#include "app/lorascope/commands/workspace_option.h"

#include <CLI/CLI.hpp>
#include <cstdlib>

#include "core/store/workspace.h"

namespace lorascope::app {

std::string default_workspace() {
  const char* environment = std::getenv("LORASCOPE_WORKSPACE");
  if (environment != nullptr && *environment != '\0') return environment;
  return store::Workspace::exists(".") ? "." : "lorascope-workspace";
}

void add_workspace_option(CLI::App& command, std::string& workspace) {
  workspace = default_workspace();
  command.add_option("--workspace", workspace,
                     "Folder of the store; default: LORASCOPE_WORKSPACE, the current folder if it is one, "
                     "./lorascope-workspace");
}

}  // namespace lorascope::app
