#include "core/store/row_writing.h"

#include "core/store/database.h"

namespace lorascope::store {

void insert_event(Database& database, RunId run, const Event& event) {
  database.query("INSERT INTO event (run_id, time, level, text) VALUES (?, ?, ?, ?)")
      .bind(run, event.time, event.level, event.text)
      .run();
}

void insert_spectrum(Database& database, RunId run, const Spectrum& spectrum) {
  Query insert = database.query(
      "INSERT OR REPLACE INTO spectrum (run_id, step, module, base_norm, \"values\") VALUES (?, ?, ?, ?, ?)");
  insert.bind(run, spectrum.step, spectrum.module, spectrum.base_norm);
  insert.bind_blob(5, spectrum.values.data(), spectrum.values.size() * sizeof(double));
  insert.run();
}

void insert_heartbeat(Database& database, RunId run, const Heartbeat& heartbeat) {
  database
      .query(
          "INSERT OR REPLACE INTO heartbeat (run_id, time, step, total_steps, loss, tokens_per_second, seconds_left, "
          "rss_mib, phase) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)")
      .bind(run, heartbeat.time, heartbeat.step, heartbeat.total_steps, heartbeat.loss, heartbeat.tokens_per_second,
            heartbeat.seconds_left, heartbeat.rss_mib, heartbeat.phase)
      .run();
}

std::int64_t find_or_make_series(Database& database, RunId run, const std::string& name) {
  database.query("INSERT OR IGNORE INTO series (run_id, name) VALUES (?, ?)").bind(run, name).run();
  Query query = database.query("SELECT id FROM series WHERE run_id = ? AND name = ?");
  query.bind(run, name).next();
  return query.integer(0);
}

void insert_point(Database& database, std::int64_t series_id, const MetricPoint& point) {
  database.query("INSERT OR REPLACE INTO point (series_id, step, value) VALUES (?, ?, ?)")
      .bind(series_id, point.step, point.value)
      .run();
}

}  // namespace lorascope::store
