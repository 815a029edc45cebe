#pragma once

#include <SQLiteCpp/SQLiteCpp.h>

#include <filesystem>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/base/error.h"

// Of core/store only: the headers that other folders include are free of SQLite.

namespace lorascope::store {

/// A prepared statement in use. Reset at the end of the scope, so that no read transaction stays open.
class Query {
 public:
  explicit Query(SQLite::Statement& statement) : statement_(&statement) {}
  Query(const Query&) = delete;
  Query& operator=(const Query&) = delete;
  ~Query();

  /// Binds the parameters in order; std::nullopt binds NULL.
  template <class... Values>
  Query& bind(const Values&... values) {
    int index = 0;
    (bind_one(++index, values), ...);
    return *this;
  }
  void bind_blob(int index, const void* data, std::size_t size_bytes);

  /// True while there is a row.
  bool next() { return statement_->executeStep(); }
  /// For statements without rows; returns the number of changed rows.
  int run() { return statement_->exec(); }

  std::int64_t integer(int column) const { return statement_->getColumn(column).getInt64(); }
  double real(int column) const { return statement_->getColumn(column).getDouble(); }
  std::string text(int column) const { return statement_->getColumn(column).getString(); }
  bool is_null(int column) const { return statement_->getColumn(column).isNull(); }
  std::optional<std::int64_t> optional_integer(int column) const;
  std::vector<double> reals(int column) const;  ///< of a blob

 private:
  void bind_one(int index, std::int64_t value) { statement_->bind(index, value); }
  void bind_one(int index, int value) { statement_->bind(index, value); }
  void bind_one(int index, bool value) { statement_->bind(index, value ? 1 : 0); }
  void bind_one(int index, double value) { statement_->bind(index, value); }
  void bind_one(int index, const std::string& value) { statement_->bind(index, value); }
  void bind_one(int index, std::string_view value) { statement_->bind(index, std::string(value)); }
  void bind_one(int index, const char* value) { statement_->bind(index, value); }
  void bind_one(int index, const std::optional<std::int64_t>& value);

  SQLite::Statement* statement_;
};

/// One connection with its prepared statements. All failures leave it as StoreError naming the file and the action.
class Database {
 public:
  /// How commits reach the disk: every one synced, or (metrics) synced at checkpoints of the write-ahead log only. Both
  /// survive the death of the process; Full also survives the loss of power.
  enum class Durability { Full, Normal };

  /// Opens an existing database file in WAL mode. Does not check it: see open_checked() in database_check.h.
  Database(const std::filesystem::path& file, Durability durability);
  Database(const Database&) = delete;
  Database& operator=(const Database&) = delete;

  const std::filesystem::path& file() const { return file_; }
  SQLite::Database& connection() { return connection_; }

  /// The statement of this text, prepared once. Not to be used twice at the same time.
  Query query(const char* sql);

  /// Runs `work` in one BEGIN IMMEDIATE transaction, `action` ("saving the state of run 3") names it in errors.
  template <class Work>
  auto write(const std::string& action, Work work) {
    return translated(action, [&] {
      SQLite::Transaction transaction(connection_, SQLite::TransactionBehavior::IMMEDIATE);
      if constexpr (std::is_void_v<decltype(work())>) {
        work();
        transaction.commit();
      } else {
        auto result = work();
        transaction.commit();
        return result;
      }
    });
  }
  /// Runs `work` outside a transaction.
  template <class Work>
  auto read(const std::string& action, Work work) {
    return translated(action, work);
  }

  /// Counts other connections' commits.
  std::int64_t data_version();

 private:
  template <class Work>
  auto translated(const std::string& action, Work work) {
    try {
      return work();
    } catch (const SQLite::Exception& problem) {
      fail(action, problem);
    }
  }
  [[noreturn]] void fail(const std::string& action, const SQLite::Exception& problem) const;

  std::filesystem::path file_;
  SQLite::Database connection_;
  std::map<const char*, SQLite::Statement> statements_;
};

/// What went wrong with a database, in words: by SQLite's result code.
StoreError store_error(const std::filesystem::path& file, const std::string& action, int code, const std::string& text);

}  // namespace lorascope::store
