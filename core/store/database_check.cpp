#include "core/store/database_check.h"

#include <SQLiteCpp/Backup.h>
#include <fcntl.h>
#include <sqlite3.h>
#include <sys/stat.h>
#include <sys/vfs.h>
#include <unistd.h>

#include <cerrno>
#include <chrono>
#include <fstream>
#include <map>
#include <mutex>
#include <set>

#include "core/base/files.h"
#include "core/store/migrations.h"

namespace lorascope::store {
namespace fs = std::filesystem;
namespace {

constexpr double kCheckSeconds = 0.25;
constexpr std::size_t kHeaderBytes = 100;

StoreError unusable(const fs::path& file, const std::string& found, const std::string& expected,
                    const std::string& hint) {
  return StoreError("cannot use the workspace " + file.parent_path().string(),
                    Problem{file.string(), found, expected, hint});
}

const char* const kRestoreHint =
    "nothing was changed. Copy the folder, then put back a backup (lorascope.db.backup-*) if there is one, save what "
    "can "
    "be read with `sqlite3 lorascope.db .recover`, or start a new workspace";

/// A big-endian number of SQLite's file header.
std::uint32_t header_number(const std::string& header, std::size_t offset) {
  std::uint32_t value = 0;
  for (std::size_t i = 0; i < 4; ++i) value = value << 8 | static_cast<unsigned char>(header[offset + i]);
  return value;
}

/// Reads the first bytes; the number of them, or -1. The descriptor stays open as long as the file exists: POSIX takes
/// all locks of a process on a file away when any of its descriptors is closed, and another process that then closes
/// the database as its supposedly last user deletes the write-ahead log under this process's connections.
ssize_t read_start(const fs::path& file, std::string& start) {
  static std::mutex mutex;
  static std::map<std::pair<dev_t, ino_t>, int> open_files;
  const std::lock_guard lock(mutex);
  std::erase_if(open_files, [](const auto& entry) {
    struct stat status {};
    const bool is_gone = ::fstat(entry.second, &status) != 0 || status.st_nlink == 0;
    if (is_gone) ::close(entry.second);
    return is_gone;
  });
  struct stat status {};
  if (::stat(file.c_str(), &status) != 0) return -1;
  auto [entry, is_new] = open_files.try_emplace({status.st_dev, status.st_ino}, -1);
  if (is_new) entry->second = ::open(file.c_str(), O_RDONLY | O_CLOEXEC);
  const int descriptor = entry->second;
  if (descriptor < 0) open_files.erase(entry);
  return descriptor < 0 ? -1 : ::pread(descriptor, start.data(), start.size(), 0);
}

/// What can be seen without SQLite, so that a file that is not ours is never opened for writing.
void check_header(const fs::path& file) {
  std::error_code problem;
  if (!fs::is_regular_file(file, problem)) {
    throw unusable(file, fs::exists(file, problem) ? "no regular file" : "no such file", "a workspace's database",
                   "name a workspace's folder; `lorascope run` and `lorascope demo` make one");
  }
  std::string header(kHeaderBytes, '\0');
  const ssize_t count = read_start(file, header);
  if (count < 0) throw unusable(file, "an unreadable file", "a workspace's database", "check its permissions");
  const auto got = static_cast<std::size_t>(count);
  if (got == 0) throw unusable(file, "an empty file", "a workspace's database", kRestoreHint);
  if (header.compare(0, 16, std::string("SQLite format 3\0", 16)) != 0) {
    throw unusable(file, "a file that is no SQLite database", "a workspace's database", kRestoreHint);
  }
  if (got < kHeaderBytes) {
    throw unusable(file, "a file of " + std::to_string(got) + " bytes, cut inside its header", "a whole database",
                   kRestoreHint);
  }
  if (header_number(header, 68) != static_cast<std::uint32_t>(kApplicationId)) {
    throw unusable(file, "the SQLite database of another program", "a database that Lorascope made",
                   "name another folder; this file was left as it is");
  }
}

void check_version(Database& database) {
  const int version = database.read("reading its version",
                                    [&] { return database.connection().execAndGet("PRAGMA user_version").getInt(); });
  if (version > newest_schema_version()) {
    throw unusable(database.file(), "schema version " + std::to_string(version),
                   "at most version " + std::to_string(newest_schema_version()),
                   "a newer Lorascope made it: use that version; nothing was changed");
  }
  if (version < 1) throw unusable(database.file(), "no schema version", "version 1 or newer", kRestoreHint);
}

int stop_when_late(void* deadline) {
  return std::chrono::steady_clock::now() > *static_cast<std::chrono::steady_clock::time_point*>(deadline) ? 1 : 0;
}

void check_pages(Database& database) {
  auto deadline = std::chrono::steady_clock::now() + std::chrono::milliseconds(static_cast<int>(kCheckSeconds * 1000));
  sqlite3* handle = database.connection().getHandle();
  sqlite3_progress_handler(handle, 2000, stop_when_late, &deadline);
  std::string finding = "ok";
  try {
    SQLite::Statement check(database.connection(), "PRAGMA quick_check(1)");
    if (check.executeStep()) finding = check.getColumn(0).getString();
  } catch (const SQLite::Exception& problem) {
    if (problem.getErrorCode() != SQLITE_INTERRUPT) finding = problem.what();
  }
  sqlite3_progress_handler(handle, 0, nullptr, nullptr);
  if (finding != "ok") {
    throw unusable(database.file(), "a damaged database (" + finding + ")", "a sound database", kRestoreHint);
  }
}

std::set<std::string> table_names(SQLite::Database& connection) {
  std::set<std::string> names;
  SQLite::Statement tables(connection,
                           "SELECT name FROM sqlite_master WHERE type='table' AND name NOT LIKE 'sqlite_%'");
  while (tables.executeStep()) names.insert(tables.getColumn(0).getString());
  return names;
}

void check_tables(Database& database) {
  static const std::set<std::string> expected = [] {
    SQLite::Database memory(":memory:", SQLite::OPEN_READWRITE | SQLite::OPEN_CREATE);
    for (const std::string_view sql : migrations()) memory.exec(std::string(sql));
    return table_names(memory);
  }();
  const std::set<std::string> found =
      database.read("reading its tables", [&] { return table_names(database.connection()); });
  for (const std::string& name : expected) {
    if (found.count(name) == 0) {
      throw unusable(database.file(), "a database without the table `" + name + '`',
                     "all tables of version " + std::to_string(newest_schema_version()), kRestoreHint);
    }
  }
}

void back_up(Database& database, int version) {
  const fs::path target = database.file().string() + ".backup-v" + std::to_string(version);
  const fs::path temporary = target.string() + ".new";
  fs::remove(temporary);
  database.read("making a backup before its schema is changed", [&] {
    SQLite::Database copy(temporary.string(), SQLite::OPEN_READWRITE | SQLite::OPEN_CREATE);
    SQLite::Backup backup(copy, database.connection());
    backup.executeStep(-1);
  });
  publish(temporary, target);
}

}  // namespace

std::string network_file_system(long magic) {
  static const std::map<unsigned long, std::string> names = {
      {0x6969, "NFS"},       {0xff534d42, "CIFS"}, {0xfe534d42, "SMB"},    {0x517b, "SMB"},      {0x5346414f, "AFS"},
      {0x73757245, "Coda"},  {0x00c36400, "Ceph"}, {0x0bd00bd0, "Lustre"}, {0x47504653, "GPFS"}, {0x19830326, "BeeGFS"},
      {0x7461636f, "OCFS2"}, {0x01161970, "GFS2"}, {0xaad7aaea, "PanFS"}};
  const auto name = names.find(static_cast<unsigned long>(magic) & 0xffffffffUL);
  return name == names.end() ? std::string() : name->second;
}

void refuse_network_file_system(const fs::path& folder) {
  fs::path existing = fs::absolute(folder);
  while (!fs::exists(existing) && existing.has_relative_path()) existing = existing.parent_path();
  struct statfs status {};
  if (::statfs(existing.c_str(), &status) != 0) return;
  const std::string name = network_file_system(static_cast<long>(status.f_type));
  if (name.empty()) return;
  throw StoreError(
      "cannot use the workspace " + folder.string(),
      Problem{existing.string(), "a network file system (" + name + ")", "a folder on a local disk",
              "several processes write a workspace at once, which is not safe there: make the workspace on "
              "a local disk (--workspace), and copy it when its runs have ended"});
}

std::unique_ptr<Database> open_checked(const fs::path& file) {
  refuse_network_file_system(file.parent_path());
  check_header(file);
  auto database = std::make_unique<Database>(file, Database::Durability::Full);
  check_version(*database);
  check_pages(*database);
  const int version = database->connection().execAndGet("PRAGMA user_version").getInt();
  if (version < newest_schema_version()) {
    back_up(*database, version);
    migrate(*database, newest_schema_version());
  }
  check_tables(*database);
  database->read("switching to its write-ahead log", [&] { database->connection().exec("PRAGMA journal_mode=WAL"); });
  return database;
}

void create_database(const fs::path& file) {
  const fs::path temporary = file.string() + ".new-" + std::to_string(::getpid());
  fs::remove(temporary);
  std::ofstream(temporary, std::ios::binary).flush();
  {
    Database fresh(temporary, Database::Durability::Full);
    fresh.read("making it",
               [&] { fresh.connection().exec("PRAGMA application_id=" + std::to_string(kApplicationId)); });
    migrate(fresh, newest_schema_version());
    fresh.read("making it", [&] { fresh.connection().exec("PRAGMA journal_mode=WAL"); });
  }
  const bool linked = ::link(temporary.c_str(), file.c_str()) == 0 || errno == EEXIST;
  const int problem = errno;
  std::error_code ignored;
  fs::remove(temporary, ignored);
  if (!linked) throw store_error(file, "making it", SQLITE_CANTOPEN, std::generic_category().message(problem));
}

}  // namespace lorascope::store
