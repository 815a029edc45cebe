#pragma once

#include <filesystem>
#include <string>
#include <vector>

namespace lorascope::test {

/// The special tokens, the ASCII signs and letters (alone and with ##), and a few longer pieces.
std::vector<std::string> small_vocabulary();
/// Writes it as vocab.txt into a folder and gives the file's path.
std::filesystem::path write_small_vocabulary(const std::filesystem::path& folder);

}  // namespace lorascope::test
