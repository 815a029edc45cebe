#pragma once

#include <cstdio>
#include <string>

namespace lorascope::test {

/// What a shell command writes to its standard output; empty where it cannot be started.
inline std::string command_output(const std::string& command) {
  std::string text;
  std::FILE* pipe = popen(command.c_str(), "r");
  if (pipe == nullptr) return text;
  char buffer[4096];
  while (const std::size_t count = std::fread(buffer, 1, sizeof buffer, pipe)) text.append(buffer, count);
  pclose(pipe);
  return text;
}

}  // namespace lorascope::test
