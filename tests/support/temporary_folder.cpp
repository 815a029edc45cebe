#include "tests/support/temporary_folder.h"

#include <cstdlib>
#include <string>
#include <system_error>

namespace lorascope::test {
namespace fs = std::filesystem;

TemporaryFolder::TemporaryFolder() {
  std::string name = (fs::temp_directory_path() / "lorascope-test.XXXXXX").string();
  if (::mkdtemp(name.data()) == nullptr) throw fs::filesystem_error("mkdtemp", std::error_code(errno, std::generic_category()));
  path_ = name;
}

TemporaryFolder::~TemporaryFolder() {
  std::error_code ignored;
  fs::remove_all(path_, ignored);
}

fs::path shared_folder() {
  const fs::path folder = fs::path(LORASCOPE_SOURCE_DIR) / ".." / "shared";
  return fs::exists(folder / "golden") ? fs::weakly_canonical(folder) : fs::path();
}

fs::path default_encoder() {
  const fs::path folder = fs::path(LORASCOPE_SOURCE_DIR) / "build" / "dependencies" / "all-MiniLM-L6-v2";
  return fs::exists(folder / "model.safetensors") ? folder : fs::path();
}

}  // namespace lorascope::test
