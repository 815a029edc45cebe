#pragma once

namespace CLI {
class App;
}

namespace lorascope::app {

// One function a command, each in commands/NAME.cpp: adds the sub-command with its options and its callback.

}  // namespace lorascope::app
