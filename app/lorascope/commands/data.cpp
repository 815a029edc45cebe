#include <CLI/CLI.hpp>

#include "app/lorascope/commands.h"
#include "app/lorascope/commands/data_parts.h"

namespace lorascope::app {

void add_data(CLI::App& program) {
  CLI::App* command =
      program.add_subcommand("data", "Fetch data sets, look into data files, make the generated miniature data");
  command->require_subcommand(1);
  add_data_get(*command);
  add_data_show(*command);
  add_data_make(*command);
}

}  // namespace lorascope::app
