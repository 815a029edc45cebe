#pragma once

#include <filesystem>
#include <memory>
#include <string>

#include "core/store/database.h"

namespace lorascope::store {

/// The name of a network file system by its statfs magic number, or empty for a local one. SQLite's write-ahead log
/// needs shared memory between its processes, which these do not give.
std::string network_file_system(long magic);

/// Throws StoreError where `folder` (or its nearest existing parent) lies on a network file system.
void refuse_network_file_system(const std::filesystem::path& folder);

/// Opens a database after checking it: size, header, owner, schema version, tables, and SQLite's own quick_check for as
/// long as `kCheckSeconds` allow (large databases are checked in part; damage further on is found when it is read).
/// Brings an older schema up to date after a backup to `FILE.backup-vN`. Throws StoreError and changes nothing.
std::unique_ptr<Database> open_checked(const std::filesystem::path& file);

/// Makes a new database with the newest schema under a temporary name and links it to `file`. An existing file is left
/// as it is, also when another process makes it at the same time.
void create_database(const std::filesystem::path& file);

}  // namespace lorascope::store
