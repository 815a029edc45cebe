#pragma once

namespace CLI {
class App;
}

namespace lorascope::app {

/// `bench mix` under the group `bench`.
void add_bench_mix(CLI::App& bench);

}  // namespace lorascope::app
