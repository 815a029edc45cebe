#pragma once

namespace CLI {
class App;
}

namespace lorascope::app {

/// `model memory`: what one training step would take, from the sizes alone.
void add_model_memory(CLI::App& group);

}  // namespace lorascope::app
