#pragma once

#include <filesystem>
#include <functional>

namespace lorascope::files {

/// Runs `write` on a folder that appears under its name only when all of it is there. Where the folder exists already,
/// `write` runs on it and has to write file by file atomically.
void write_folder(const std::filesystem::path& folder, const std::function<void(const std::filesystem::path&)>& write);

}  // namespace lorascope::files
