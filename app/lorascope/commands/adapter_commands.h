#pragma once

namespace CLI {
class App;
}

namespace lorascope::app {

/// The sub-commands of `lorascope adapter`, a file each.
void add_adapter_merge(CLI::App& group);
void add_adapter_truncate(CLI::App& group);
void add_adapter_convert(CLI::App& group);
void add_adapter_compare(CLI::App& group);

}  // namespace lorascope::app
