#pragma once

#include <filesystem>
#include <string>

#include "core/base/json.h"

namespace lorascope::test {

/// How a command ended and what it said.
struct ProgramEnd {
  int exit_code = -1;
  std::string output;  ///< stdout
  std::string errors;  ///< stderr

  Json json() const { return Json::parse(output, nullptr, false); }
};

/// Runs `lorascope ARGUMENTS` (a shell's words) in `folder`, with the environment's assignments in front.
ProgramEnd run_lorascope(const std::filesystem::path& folder, const std::string& arguments,
                         const std::string& environment = {});

}  // namespace lorascope::test
