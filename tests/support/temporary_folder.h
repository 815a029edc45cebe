#pragma once

#include <filesystem>

namespace lorascope::test {

/// A fresh empty folder that is removed with everything in it at the end of the scope.
class TemporaryFolder {
 public:
  TemporaryFolder();
  TemporaryFolder(const TemporaryFolder&) = delete;
  TemporaryFolder& operator=(const TemporaryFolder&) = delete;
  ~TemporaryFolder();

  const std::filesystem::path& path() const { return path_; }

 private:
  std::filesystem::path path_;
};

/// ../shared beside the checkout, or nothing: golden files and real data that tests use where they are present.
std::filesystem::path shared_folder();
/// The default encoder's folder that quickstart unpacks, or an empty path.
std::filesystem::path default_encoder();

}  // namespace lorascope::test
