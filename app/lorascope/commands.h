#pragma once

namespace CLI {
class App;
}

namespace lorascope::app {

// One function a command, each in commands/NAME.cpp: adds the sub-command with its options and its callback.
void add_encode(CLI::App& program);
void add_score(CLI::App& program);
void add_tokenize(CLI::App& program);

}  // namespace lorascope::app
