#include <filesystem>

#include "core/base/clock.h"
#include "core/base/error.h"
#include "core/store/database.h"
#include "core/store/run_store.h"

// The user's marks on a run, the trash, and deletion.

namespace lorascope::store {
namespace {

/// An update of the one row of `run`; throws where there is none.
template <class Value>
void update(Database& database, const char* sql, RunId run, const Value& value) {
  const int changed = database.write("saving a change of run " + std::to_string(run),
                                     [&] { return database.query(sql).bind(run, value).run(); });
  if (changed == 0) throw Error("there is no run " + std::to_string(run));
}

void require_at_rest(const RunRecord& record) {
  if (!is_alive(record.state)) return;
  throw Error("run " + std::to_string(record.id) + " is " + std::string(text(record.state)) + " and cannot be deleted",
              "stop it first: lorascope stop " + std::to_string(record.id));
}

}  // namespace

void RunStore::set_name(RunId run, const std::string& name) {
  if (name.empty()) throw UsageError("a run's name cannot be empty");
  update(workspace_->database(), "UPDATE run SET name = ?2 WHERE id = ?1", run, name);
}

void RunStore::set_note(RunId run, const std::string& markdown) {
  get(run);
  update(workspace_->database(), "INSERT OR REPLACE INTO note (run_id, text) VALUES (?1, ?2)", run, markdown);
}

void RunStore::add_tag(RunId run, const std::string& tag) {
  if (tag.empty()) throw UsageError("a tag cannot be empty");
  get(run);
  Database& database = workspace_->database();
  database.write("saving a tag of run " + std::to_string(run),
                 [&] { database.query("INSERT OR IGNORE INTO tag (run_id, tag) VALUES (?, ?)").bind(run, tag).run(); });
}

void RunStore::remove_tag(RunId run, const std::string& tag) {
  Database& database = workspace_->database();
  database.write("removing a tag of run " + std::to_string(run),
                 [&] { database.query("DELETE FROM tag WHERE run_id = ? AND tag = ?").bind(run, tag).run(); });
}

void RunStore::set_colour(RunId run, const std::string& colour) {
  update(workspace_->database(), "UPDATE run SET colour = ?2 WHERE id = ?1", run, colour);
}

void RunStore::set_starred(RunId run, bool starred) {
  update(workspace_->database(), "UPDATE run SET starred = ?2 WHERE id = ?1", run, starred);
}

void RunStore::set_hidden(RunId run, bool hidden) {
  update(workspace_->database(), "UPDATE run SET hidden = ?2 WHERE id = ?1", run, hidden);
}

void RunStore::set_trashed(RunId run, bool trashed) {
  if (trashed) require_at_rest(get(run));
  update(workspace_->database(), "UPDATE run SET trashed = ?2 WHERE id = ?1", run, trashed ? now_seconds() : 0.0);
}

void RunStore::delete_permanently(RunId run) {
  Database& database = workspace_->database();
  database.write("deleting run " + std::to_string(run), [&] {
    require_at_rest(get(run));
    database.query("DELETE FROM run WHERE id = ?").bind(run).run();
  });
  std::error_code problem;
  std::filesystem::remove_all(workspace_->folder() / "artifacts" / ("run-" + std::to_string(run)), problem);
  if (problem) {
    throw Error("run " + std::to_string(run) + " is deleted, but its files are not: " + problem.message(),
                "remove the folder artifacts/run-" + std::to_string(run) + " by hand");
  }
}

}  // namespace lorascope::store
