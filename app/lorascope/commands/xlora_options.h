#pragma once

namespace CLI {
class App;
}
namespace lorascope::study {
struct XloraSettings;
}

namespace lorascope::app {

/// The options of `--method xlora`.
void add_xlora_options(CLI::App& command, study::XloraSettings& settings);

}  // namespace lorascope::app
