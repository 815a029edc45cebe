#include "core/store/workspace.h"

#include "core/base/error.h"
#include "core/store/database.h"
#include "core/store/database_check.h"

namespace lorascope::store {
namespace fs = std::filesystem;
namespace {

constexpr const char* kDatabaseName = "lorascope.db";

/// Absolute, without "." and "..", without a slash at the end.
fs::path normal(const fs::path& folder) {
  const fs::path absolute = fs::absolute(folder).lexically_normal();
  return absolute.has_filename() ? absolute : absolute.parent_path();
}

void make_folder(const fs::path& folder) {
  std::error_code problem;
  fs::create_directories(folder / "artifacts", problem);
  if (problem) {
    throw StoreError("cannot make the workspace " + folder.string(),
                     Problem{folder.string(), problem.message(), "a folder that can be written",
                             "name another folder with --workspace"});
  }
}

}  // namespace

Workspace::Workspace(fs::path folder, std::unique_ptr<Database> database)
    : folder_(std::move(folder)), database_(std::move(database)) {}

Workspace::Workspace(Workspace&&) noexcept = default;
Workspace& Workspace::operator=(Workspace&&) noexcept = default;
Workspace::~Workspace() = default;

Workspace Workspace::open(const fs::path& folder) {
  fs::path absolute = normal(folder);
  std::unique_ptr<Database> database = open_checked(absolute / kDatabaseName);
  return Workspace(std::move(absolute), std::move(database));
}

Workspace Workspace::open_or_create(const fs::path& folder) {
  const fs::path absolute = normal(folder);
  if (!exists(absolute)) {
    refuse_network_file_system(absolute);
    make_folder(absolute);
    create_database(absolute / kDatabaseName);
  }
  return open(absolute);
}

bool Workspace::exists(const fs::path& folder) {
  std::error_code ignored;
  return fs::exists(folder / kDatabaseName, ignored);
}

Workspace Workspace::open_again() const {
  return Workspace(folder_, std::make_unique<Database>(database_file(), Database::Durability::Full));
}

fs::path Workspace::run_folder(RunId run) const {
  const fs::path folder = folder_ / "artifacts" / ("run-" + std::to_string(run));
  std::error_code problem;
  fs::create_directories(folder, problem);
  if (problem) throw Error("cannot make the folder " + folder.string() + ": " + problem.message());
  return folder;
}

std::string Workspace::stored_path(const fs::path& path) const {
  const fs::path absolute = normal(path);
  const fs::path relative = absolute.lexically_relative(folder_);
  const bool inside = !relative.empty() && *relative.begin() != "..";
  return inside ? relative.generic_string() : absolute.generic_string();
}

fs::path Workspace::resolved_path(const std::string& stored) const {
  const fs::path path = stored;
  return path.is_absolute() ? path : folder_ / path;
}

std::int64_t Workspace::data_version() const {
  return database_->data_version();
}

}  // namespace lorascope::store
