#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>

#include "core/store/run_record.h"

namespace lorascope::store {

class Database;

/// A folder with one SQLite database (`lorascope.db`) and `artifacts/`, and this thread's connection to it.
///
/// Thread rule: one connection per thread. A Workspace and everything made from it (RunStore, StudyStore, CommandBox)
/// stays on the thread that uses it; another thread calls open_again() and works on the result.
class Workspace {
 public:
  /// Opens the workspace and brings an older schema up to date, after a backup beside the database. Throws StoreError
  /// (nothing there; damaged, truncated, foreign or newer database; network file system) and changes nothing then.
  static Workspace open(const std::filesystem::path& folder);
  /// The same; makes folder and database where there is none. Never touches an existing file that is not ours.
  static Workspace open_or_create(const std::filesystem::path& folder);
  /// Whether `folder` holds a workspace's database file; does not open it.
  static bool exists(const std::filesystem::path& folder);

  Workspace(Workspace&&) noexcept;
  Workspace& operator=(Workspace&&) noexcept;
  ~Workspace();

  /// A second connection for another thread, without the checks that open() has already made.
  Workspace open_again() const;

  /// Absolute.
  const std::filesystem::path& folder() const { return folder_; }
  std::filesystem::path database_file() const { return folder_ / "lorascope.db"; }
  /// artifacts/run-N: log, checkpoints, predictions, exports of one run. Made on demand.
  std::filesystem::path run_folder(RunId run) const;
  /// `path` relative to the workspace where it lies inside, unchanged otherwise; and back.
  std::string stored_path(const std::filesystem::path& path) const;
  std::filesystem::path resolved_path(const std::string& stored) const;

  /// Changes whenever another connection has committed something since this connection's last look: poll it (about
  /// 5 µs) and read only when it moved. Own commits do not move it.
  std::int64_t data_version() const;

  /// For the classes of core/store.
  Database& database() const { return *database_; }

 private:
  Workspace(std::filesystem::path folder, std::unique_ptr<Database> database);

  std::filesystem::path folder_;
  std::unique_ptr<Database> database_;
};

}  // namespace lorascope::store
