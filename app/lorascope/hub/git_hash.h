#pragma once

#include <filesystem>
#include <string>

namespace lorascope::app::hub {

/// The name that git, and so the hub, gives to a file's content: SHA-1 of "blob SIZE\0" and the bytes, in lower-case
/// hexadecimal. Throws DataError (unreadable).
std::string git_blob_hash(const std::filesystem::path& file);

}  // namespace lorascope::app::hub
