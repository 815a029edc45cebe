#pragma once

#include <cstdint>
#include <filesystem>
#include <string>

namespace lorascope::files {

/// An opened regular file whose bytes are read where they are asked for. It stays what it is when another file takes
/// its name.
class FileBytes {
 public:
  /// expected: "a safetensors file", for messages. Throws CheckpointError (missing, a folder, a pipe, no permission).
  FileBytes(const std::filesystem::path& path, const std::string& expected);
  FileBytes(const FileBytes&) = delete;
  FileBytes& operator=(const FileBytes&) = delete;
  ~FileBytes();

  const std::filesystem::path& path() const { return path_; }
  /// The size when it was opened.
  std::uint64_t size() const { return size_; }
  /// Throws CheckpointError where the file has shrunk since.
  void read(void* target, std::uint64_t begin, std::uint64_t count) const;
  std::string read(std::uint64_t begin, std::uint64_t count) const;

 private:
  std::filesystem::path path_;
  int descriptor_ = -1;
  std::uint64_t size_ = 0;
};

}  // namespace lorascope::files
