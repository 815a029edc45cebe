#include "core/files/written_folder.h"

#include <unistd.h>

#include <string>
#include <system_error>

#include "core/base/error.h"
#include "core/base/files.h"

namespace lorascope::files {
namespace fs = std::filesystem;

void write_folder(const fs::path& folder, const std::function<void(const fs::path&)>& write) {
  if (fs::exists(folder)) {
    if (fs::is_directory(folder)) return write(folder);
    throw Error("cannot write the folder " + folder.string() + ": a file of that name exists");
  }
  const fs::path target = folder.has_filename() ? folder : folder.parent_path();
  const fs::path temporary = target.string() + ".part" + std::to_string(::getpid());
  std::error_code ignored;
  fs::remove_all(temporary, ignored);
  try {
    write(temporary);
    publish(temporary, target);
  } catch (...) {
    fs::remove_all(temporary, ignored);
    throw;
  }
}

}  // namespace lorascope::files
