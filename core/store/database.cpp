#include "core/store/database.h"

#include <sqlite3.h>

#include <cstring>

namespace lorascope::store {
namespace {

constexpr int kBusyTimeoutMs = 5000;

struct Advice {
  const char* found;
  const char* hint;
};

Advice advice(int code) {
  switch (code & 0xff) {
    case SQLITE_FULL:
      return {"the disk is full", "free some space on this disk; nothing that was committed is lost"};
    case SQLITE_BUSY:
    case SQLITE_LOCKED:
      return {"another program has held the database for 5 seconds",
              "end the program that holds it (a database browser or a backup?) and try again"};
    case SQLITE_CORRUPT:
      return {"the database is damaged",
              "copy the folder, then put back a backup (lorascope.db.backup-*) or save what can be read with "
              "`sqlite3 lorascope.db .recover`"};
    case SQLITE_NOTADB:
      return {"the file is no SQLite database", "name another workspace, or move this file away"};
    case SQLITE_READONLY:
    case SQLITE_PERM:
    case SQLITE_CANTOPEN:
      return {"the database cannot be opened for writing",
              "check the permissions of the folder and of the files in it"};
    case SQLITE_IOERR:
      return {"the disk reported an error", "check the disk and its free space"};
    default:
      return {"", ""};
  }
}

}  // namespace

StoreError store_error(const std::filesystem::path& file, const std::string& action, int code,
                       const std::string& text) {
  const Advice known = advice(code);
  std::string found = known.found;
  found += (found.empty() ? "" : " (") + std::string("SQLite ") + std::to_string(code) + ": " + text +
           (found.empty() ? "" : ")");
  return StoreError("the workspace's database failed while " + action, Problem{file.string(), found, "", known.hint});
}

Query::~Query() {
  statement_->tryReset();
  try {
    statement_->clearBindings();
  } catch (const SQLite::Exception&) {
    // The statement is prepared again before its next use would notice.
  }
}

void Query::bind_blob(int index, const void* data, std::size_t size_bytes) {
  statement_->bind(index, data, static_cast<int>(size_bytes));
}

void Query::bind_one(int index, const std::optional<std::int64_t>& value) {
  if (value) {
    statement_->bind(index, *value);
  } else {
    statement_->bind(index);
  }
}

std::optional<std::int64_t> Query::optional_integer(int column) const {
  if (is_null(column)) return std::nullopt;
  return integer(column);
}

std::vector<double> Query::reals(int column) const {
  const SQLite::Column value = statement_->getColumn(column);
  std::vector<double> result(static_cast<std::size_t>(value.getBytes()) / sizeof(double));
  if (!result.empty()) std::memcpy(result.data(), value.getBlob(), result.size() * sizeof(double));
  return result;
}

Database::Database(const std::filesystem::path& file, Durability durability)
    : file_(file), connection_([&] {
        try {
          return SQLite::Database(file.string(), SQLite::OPEN_READWRITE | SQLite::OPEN_NOMUTEX, kBusyTimeoutMs);
        } catch (const SQLite::Exception& problem) {
          throw store_error(file, "opening it", problem.getErrorCode(), problem.what());
        }
      }()) {
  translated("opening it", [&] {
    connection_.exec("PRAGMA foreign_keys=ON");
    connection_.exec(durability == Durability::Full ? "PRAGMA synchronous=FULL" : "PRAGMA synchronous=NORMAL");
  });
}

Query Database::query(const char* sql) {
  auto place = statements_.find(sql);
  if (place == statements_.end()) place = statements_.emplace(sql, SQLite::Statement(connection_, sql)).first;
  return Query(place->second);
}

std::int64_t Database::data_version() {
  return read("looking for changes", [&] {
    Query version = query("PRAGMA data_version");
    return version.next() ? version.integer(0) : std::int64_t{0};
  });
}

void Database::fail(const std::string& action, const SQLite::Exception& problem) const {
  throw store_error(file_, action, problem.getErrorCode(), problem.what());
}

}  // namespace lorascope::store
