#pragma once

namespace CLI {
class App;
}

namespace lorascope::app {

/// `mix train`: one run over several tasks, or by one of the other mixtures, in the foreground.
void add_mix_train(CLI::App& group);

}  // namespace lorascope::app
