#include <CLI/CLI.hpp>

#include "app/lorascope/commands.h"
#include "app/lorascope/commands/data_parts.h"

namespace lorascope::app {

void add_data(CLI::App& program) {
  CLI::App* command =
      program.add_subcommand("data", "Fetch, look into, cut and make data files of the three tasks");
  command->require_subcommand(1);
  add_data_get(*command);
  add_data_show(*command);
  add_data_make(*command);
  add_data_part(*command);
}

}  // namespace lorascope::app
