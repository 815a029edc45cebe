#pragma once

namespace lorascope::app {

/// Parses the command line, runs the command and turns errors into a message on stderr and an exit code:
/// 0 done, 1 failed, 2 wrong usage, 3 bad input, 4 interrupted with its state kept. Never throws.
int run_program(int argc, char** argv);

}  // namespace lorascope::app
