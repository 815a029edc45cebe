#pragma once

namespace CLI {
class App;
}

namespace lorascope::app {

/// The sub-commands of `data`.
void add_data_get(CLI::App& group);
void add_data_make(CLI::App& group);
void add_data_part(CLI::App& group);
void add_data_show(CLI::App& group);

}  // namespace lorascope::app
