#include <unistd.h>

#include <CLI/CLI.hpp>
#include <cerrno>
#include <cstdlib>
#include <filesystem>
#include <memory>
#include <system_error>

#include "app/lorascope/commands.h"
#include "app/lorascope/commands/workspace_option.h"
#include "app/lorascope/queue/launcher.h"
#include "core/base/error.h"

namespace lorascope::app {
namespace {

namespace fs = std::filesystem;

bool is_set(const char* variable) {
  const char* value = std::getenv(variable);
  return value != nullptr && *value != '\0';
}

void open_workbench(const std::string& workspace) {
  const fs::path program = queue::own_program().parent_path() / "lorascope-workbench";
  if (::access(program.c_str(), X_OK) != 0) {
    throw Error("there is no desktop program: " + program.string() + " was not built",
                "build with -DLORASCOPE_BUILD_GUI=ON (needs Qt 6 and QCustomPlot); all else works without it");
  }
  if (!is_set("DISPLAY") && !is_set("WAYLAND_DISPLAY") && !is_set("QT_QPA_PLATFORM")) {
    throw Error("there is no display: neither DISPLAY nor WAYLAND_DISPLAY is set",
                "start it in a desktop session; `lorascope demo` and `lorascope runs list` work without one");
  }
  ::execl(program.c_str(), program.c_str(), workspace.c_str(), static_cast<char*>(nullptr));
  throw Error("cannot start " + program.string() + ": " + std::generic_category().message(errno));
}

}  // namespace

void add_workbench(CLI::App& program) {
  CLI::App* command = program.add_subcommand("workbench", "Open the desktop program");
  command->footer("Example: lorascope workbench lorascope-workspace");
  auto workspace = std::make_shared<std::string>(default_workspace());
  command->add_option("workspace", *workspace, "Folder of the store; made where there is none");
  command->callback([workspace] { open_workbench(*workspace); });
}

}  // namespace lorascope::app
