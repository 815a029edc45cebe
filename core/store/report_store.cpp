#include "core/store/report_store.h"

#include <algorithm>

#include "core/store/database.h"

namespace lorascope::store {

std::vector<FigureRecord> ReportStore::list() const {
  Database& database = workspace_->database();
  return database.read("reading the report", [&] {
    std::vector<FigureRecord> records;
    Query rows =
        database.query("SELECT id, position, label, caption, query, style FROM figure ORDER BY position, id");
    while (rows.next()) {
      records.push_back(
          {rows.integer(0), rows.real(1), rows.text(2), rows.text(3), rows.text(4), rows.text(5)});
    }
    return records;
  });
}

std::int64_t ReportStore::put(const FigureRecord& record) {
  Database& database = workspace_->database();
  return database.write("saving a figure of the report", [&] {
    if (record.id != 0) {
      database
          .query("INSERT OR REPLACE INTO figure (id, position, label, caption, query, style) VALUES (?, ?, ?, ?, ?, ?)")
          .bind(record.id, record.position, record.label, record.caption, record.query, record.style)
          .run();
      return record.id;
    }
    database
        .query(
            "INSERT INTO figure (position, label, caption, query, style) "
            "VALUES ((SELECT COALESCE(MAX(position), 0) + 1 FROM figure), ?, ?, ?, ?)")
        .bind(record.label, record.caption, record.query, record.style)
        .run();
    return static_cast<std::int64_t>(database.connection().getLastInsertRowid());
  });
}

void ReportStore::remove(std::int64_t id) {
  Database& database = workspace_->database();
  database.write("removing a figure of the report",
                 [&] { database.query("DELETE FROM figure WHERE id = ?").bind(id).run(); });
}

void ReportStore::set_order(const std::vector<std::int64_t>& ids) {
  std::vector<std::int64_t> order = ids;
  for (const FigureRecord& record : list()) {
    if (std::find(ids.begin(), ids.end(), record.id) == ids.end()) order.push_back(record.id);
  }
  Database& database = workspace_->database();
  database.write("ordering the report", [&] {
    double position = 0;
    for (const std::int64_t id : order) {
      database.query("UPDATE figure SET position = ? WHERE id = ?").bind(++position, id).run();
    }
  });
}

}  // namespace lorascope::store
