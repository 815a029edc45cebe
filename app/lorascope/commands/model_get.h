#pragma once

namespace CLI {
class App;
}

namespace lorascope::app {

/// Adds `model get` to the group `model`.
void add_model_get(CLI::App& group);

}  // namespace lorascope::app
