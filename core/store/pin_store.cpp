#include "core/store/pin_store.h"

#include "core/base/clock.h"
#include "core/store/database.h"

namespace lorascope::store {

std::vector<PinRecord> PinStore::list() const {
  Database& database = workspace_->database();
  return database.read("reading the pinned texts", [&] {
    std::vector<PinRecord> pins;
    Query rows = database.query("SELECT id, COALESCE(run_id, 0), created, content FROM pin ORDER BY id DESC");
    while (rows.next()) pins.push_back({rows.integer(0), rows.integer(1), rows.real(2), rows.text(3)});
    return pins;
  });
}

std::int64_t PinStore::add(RunId run, const std::string& content) {
  Database& database = workspace_->database();
  return database.write("pinning a text", [&] {
    database.query("DELETE FROM pin WHERE run_id = ? AND content = ?").bind(run, content).run();
    database.query("INSERT INTO pin (run_id, created, content) VALUES (?, ?, ?)")
        .bind(run, now_seconds(), content)
        .run();
    return static_cast<std::int64_t>(database.connection().getLastInsertRowid());
  });
}

void PinStore::remove(std::int64_t id) {
  Database& database = workspace_->database();
  database.write("removing a pinned text", [&] { database.query("DELETE FROM pin WHERE id = ?").bind(id).run(); });
}

}  // namespace lorascope::store
