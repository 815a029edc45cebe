#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <string_view>

namespace lorascope {

/// The whole file as bytes. Throws DataError (missing, a folder, unreadable, larger than `limit_bytes`).
std::string read_file(const std::filesystem::path& path, std::uint64_t limit_bytes = UINT64_MAX);

/// Writes to a temporary name beside `path`, syncs, renames: after a crash the old or the new content is there, never
/// a part. Makes the parent folder. Throws Error (no space, no permission).
void write_file_atomically(const std::filesystem::path& path, std::string_view content);

/// Renames a finished temporary file or folder to its final name and syncs the parent folder.
void publish(const std::filesystem::path& temporary, const std::filesystem::path& final_path);

/// SHA-256 in lower-case hexadecimal of a text, and of a file's bytes.
std::string sha256(std::string_view content);
std::string sha256_file(const std::filesystem::path& path);

}  // namespace lorascope
