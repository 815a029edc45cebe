#pragma once

#include <cstdint>
#include <map>
#include <string>

#include "core/files/file_bytes.h"

namespace lorascope::files {

/// Where a file of a zip archive lies, uncompressed.
struct ZipEntry {
  std::uint64_t begin = 0;
  std::uint64_t size = 0;
};

/// The entries of a zip archive by name, each one checked to lie inside the file. Throws CheckpointError: no archive,
/// damaged, a compressed or encrypted entry, a name twice.
std::map<std::string, ZipEntry> read_zip_directory(const FileBytes& file);

}  // namespace lorascope::files
