#include "tests/app/commands/program_runner.h"

#include <sys/wait.h>

#include <cstdlib>

#include "core/base/files.h"

namespace lorascope::test {

ProgramEnd run_lorascope(const std::filesystem::path& folder, const std::string& arguments,
                         const std::string& environment) {
  const std::filesystem::path output = folder / "stdout.txt";
  const std::filesystem::path errors = folder / "stderr.txt";
  const std::string command = "cd '" + folder.string() + "' && env -u LORASCOPE_WORKSPACE " + environment + " '" +
                              LORASCOPE_PROGRAM + "' " + arguments + " >'" + output.string() + "' 2>'" +
                              errors.string() + "' </dev/null";
  const int status = std::system(command.c_str());
  return {WIFEXITED(status) ? WEXITSTATUS(status) : -1, read_file(output), read_file(errors)};
}

}  // namespace lorascope::test
