#include "core/store/migrations.h"

#include <string>

#include "core/store/database.h"

namespace lorascope::store {
namespace {

constexpr std::string_view kRunsAndMetrics = R"sql(
CREATE TABLE study (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  name TEXT NOT NULL,
  source TEXT NOT NULL,
  path TEXT NOT NULL DEFAULT '',
  hash TEXT NOT NULL,
  created REAL NOT NULL
);
CREATE TABLE run (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  study_id INTEGER REFERENCES study(id) ON DELETE SET NULL,
  parent_id INTEGER REFERENCES run(id) ON DELETE SET NULL,
  name TEXT NOT NULL,
  group_name TEXT NOT NULL,
  task TEXT NOT NULL,
  method TEXT NOT NULL,
  settings TEXT NOT NULL,
  settings_hash TEXT NOT NULL,
  command_line TEXT NOT NULL DEFAULT '',
  state TEXT NOT NULL,
  reason TEXT NOT NULL DEFAULT '',
  hint TEXT NOT NULL DEFAULT '',
  queue_position REAL NOT NULL DEFAULT 0,
  created REAL NOT NULL,
  started REAL NOT NULL DEFAULT 0,
  ended REAL NOT NULL DEFAULT 0,
  pid INTEGER NOT NULL DEFAULT 0,
  pid_start INTEGER NOT NULL DEFAULT 0,
  device TEXT NOT NULL DEFAULT '',
  versions TEXT NOT NULL DEFAULT '',
  data_hashes TEXT NOT NULL DEFAULT '',
  model_hash TEXT NOT NULL DEFAULT '',
  best_metric TEXT NOT NULL DEFAULT '',
  best_value REAL NOT NULL DEFAULT 0,
  best_step INTEGER NOT NULL DEFAULT 0,
  scores TEXT NOT NULL DEFAULT '{}',
  seconds REAL NOT NULL DEFAULT 0,
  tokens_per_second REAL NOT NULL DEFAULT 0,
  parameters_all INTEGER NOT NULL DEFAULT 0,
  parameters_trainable INTEGER NOT NULL DEFAULT 0,
  peak_rss_mib REAL NOT NULL DEFAULT 0
);
CREATE INDEX run_by_state ON run(state);
CREATE INDEX run_by_study ON run(study_id);
CREATE TABLE series (
  id INTEGER PRIMARY KEY,
  run_id INTEGER NOT NULL REFERENCES run(id) ON DELETE CASCADE,
  name TEXT NOT NULL,
  UNIQUE (run_id, name)
);
CREATE TABLE point (
  series_id INTEGER NOT NULL REFERENCES series(id) ON DELETE CASCADE,
  step INTEGER NOT NULL,
  value REAL,
  PRIMARY KEY (series_id, step)
) WITHOUT ROWID;
CREATE TABLE event (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  run_id INTEGER NOT NULL REFERENCES run(id) ON DELETE CASCADE,
  time REAL NOT NULL,
  level TEXT NOT NULL,
  text TEXT NOT NULL
);
CREATE INDEX event_by_run ON event(run_id, id);
CREATE TABLE command (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  run_id INTEGER NOT NULL REFERENCES run(id) ON DELETE CASCADE,
  kind TEXT NOT NULL,
  posted REAL NOT NULL,
  taken REAL NOT NULL DEFAULT 0
);
CREATE INDEX command_waiting ON command(run_id) WHERE taken = 0;
CREATE TABLE heartbeat (
  run_id INTEGER PRIMARY KEY REFERENCES run(id) ON DELETE CASCADE,
  time REAL NOT NULL,
  step INTEGER NOT NULL,
  total_steps INTEGER NOT NULL,
  loss REAL,
  tokens_per_second REAL NOT NULL,
  seconds_left REAL NOT NULL,
  rss_mib REAL NOT NULL,
  phase TEXT NOT NULL
);
CREATE TABLE artifact (
  run_id INTEGER NOT NULL REFERENCES run(id) ON DELETE CASCADE,
  kind TEXT NOT NULL,
  path TEXT NOT NULL,
  size_bytes INTEGER NOT NULL,
  sha256 TEXT NOT NULL,
  step INTEGER NOT NULL,
  time REAL NOT NULL,
  PRIMARY KEY (run_id, kind, path)
);
CREATE TABLE evaluation (
  run_id INTEGER NOT NULL REFERENCES run(id) ON DELETE CASCADE,
  step INTEGER NOT NULL,
  split TEXT NOT NULL,
  epoch REAL NOT NULL,
  scores TEXT NOT NULL,
  seconds REAL NOT NULL,
  time REAL NOT NULL,
  PRIMARY KEY (run_id, step, split)
);
CREATE TABLE prediction (
  run_id INTEGER NOT NULL REFERENCES run(id) ON DELETE CASCADE,
  split TEXT NOT NULL,
  step INTEGER NOT NULL,
  example INTEGER NOT NULL,
  content TEXT NOT NULL,
  PRIMARY KEY (run_id, split, step, example)
) WITHOUT ROWID;
CREATE TABLE spectrum (
  run_id INTEGER NOT NULL REFERENCES run(id) ON DELETE CASCADE,
  step INTEGER NOT NULL,
  module TEXT NOT NULL,
  "values" BLOB NOT NULL,
  PRIMARY KEY (run_id, step, module)
) WITHOUT ROWID;
CREATE TABLE first_batch (
  run_id INTEGER PRIMARY KEY REFERENCES run(id) ON DELETE CASCADE,
  content TEXT NOT NULL
);
)sql";

constexpr std::string_view kMarksAndBaseNorms = R"sql(
ALTER TABLE run ADD COLUMN colour TEXT NOT NULL DEFAULT '';
ALTER TABLE run ADD COLUMN starred INTEGER NOT NULL DEFAULT 0;
ALTER TABLE run ADD COLUMN hidden INTEGER NOT NULL DEFAULT 0;
ALTER TABLE run ADD COLUMN trashed REAL NOT NULL DEFAULT 0;
ALTER TABLE spectrum ADD COLUMN base_norm REAL NOT NULL DEFAULT 0;
CREATE TABLE note (
  run_id INTEGER PRIMARY KEY REFERENCES run(id) ON DELETE CASCADE,
  text TEXT NOT NULL
);
CREATE TABLE tag (
  run_id INTEGER NOT NULL REFERENCES run(id) ON DELETE CASCADE,
  tag TEXT NOT NULL,
  PRIMARY KEY (run_id, tag)
) WITHOUT ROWID;
)sql";

constexpr std::string_view kReport = R"sql(
CREATE TABLE figure (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  position REAL NOT NULL,
  label TEXT NOT NULL DEFAULT '',
  caption TEXT NOT NULL DEFAULT '',
  query TEXT NOT NULL,
  style TEXT NOT NULL DEFAULT '{}'
);
)sql";

constexpr std::string_view kPins = R"sql(
CREATE TABLE pin (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  run_id INTEGER REFERENCES run(id) ON DELETE SET NULL,
  created REAL NOT NULL,
  content TEXT NOT NULL
);
)sql";

}  // namespace

const std::vector<std::string_view>& migrations() {
  static const std::vector<std::string_view> all = {kRunsAndMetrics, kMarksAndBaseNorms, kReport, kPins};
  return all;
}

int newest_schema_version() {
  return static_cast<int>(migrations().size());
}

void migrate(Database& database, int version) {
  for (int from = 0; from < version; ++from) {
    database.write("bringing its schema to version " + std::to_string(from + 1), [&] {
      SQLite::Database& connection = database.connection();
      if (connection.execAndGet("PRAGMA user_version").getInt() != from) return;
      connection.exec(std::string(migrations()[static_cast<std::size_t>(from)]));
      connection.exec("PRAGMA user_version=" + std::to_string(from + 1));
    });
  }
}

}  // namespace lorascope::store
