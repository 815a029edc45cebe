#include <sqlite3.h>

#include <memory>

#include "core/base/clock.h"
#include "core/base/error.h"
#include "core/base/json.h"
#include "core/store/database.h"
#include "core/store/row_writing.h"
#include "core/store/run_store.h"

// The rows that hang on a run: metrics, events, evaluations, spectra, first batch, predictions, artifacts.

namespace lorascope::store {
namespace {

std::string about(const char* action, RunId run) {
  return std::string(action) + " run " + std::to_string(run);
}

std::map<std::string, double> metrics_from(const std::string& text) {
  std::map<std::string, double> scores;
  const Json object = Json::parse(text, nullptr, false);
  if (!object.is_object()) return scores;
  for (const auto& [metric, value] : object.items()) {
    if (value.is_number()) scores[metric] = value.get<double>();
  }
  return scores;
}

std::optional<std::int64_t> series_id(Database& database, RunId run, std::string_view series) {
  Query query = database.query("SELECT id FROM series WHERE run_id = ? AND name = ?");
  if (!query.bind(run, series).next()) return std::nullopt;
  return query.integer(0);
}

}  // namespace

std::vector<std::string> RunStore::series_names(RunId run) const {
  Database& database = workspace_->database();
  return database.read(about("reading the series of", run), [&] {
    std::vector<std::string> names;
    Query query = database.query("SELECT name FROM series WHERE run_id = ? ORDER BY name");
    query.bind(run);
    while (query.next()) names.push_back(query.text(0));
    return names;
  });
}

std::vector<MetricPoint> RunStore::points(RunId run, std::string_view series, std::int64_t since_step) const {
  Database& database = workspace_->database();
  return database.read(about("reading the points of", run), [&] {
    std::vector<MetricPoint> points;
    const std::optional<std::int64_t> id = series_id(database, run, series);
    if (!id) return points;
    // SQLiteCpp makes a shared pointer for every value; a million points are read three times as fast without.
    sqlite3* handle = database.connection().getHandle();
    sqlite3_stmt* raw = nullptr;
    constexpr const char* kSql = "SELECT step, value FROM point WHERE series_id = ? AND step > ? ORDER BY step";
    if (sqlite3_prepare_v2(handle, kSql, -1, &raw, nullptr) != SQLITE_OK) throw SQLite::Exception(handle);
    const std::unique_ptr<sqlite3_stmt, int (*)(sqlite3_stmt*)> statement(raw, sqlite3_finalize);
    sqlite3_bind_int64(raw, 1, *id);
    sqlite3_bind_int64(raw, 2, since_step);
    int result = sqlite3_step(raw);
    for (; result == SQLITE_ROW; result = sqlite3_step(raw)) {
      const bool not_a_number = sqlite3_column_type(raw, 1) == SQLITE_NULL;
      points.push_back({sqlite3_column_int64(raw, 0), not_a_number ? kNotANumber : sqlite3_column_double(raw, 1)});
    }
    if (result != SQLITE_DONE) throw SQLite::Exception(handle, result);
    return points;
  });
}

std::int64_t RunStore::num_points(RunId run, std::string_view series) const {
  Database& database = workspace_->database();
  return database.read(about("counting the points of", run), [&] {
    const std::optional<std::int64_t> id = series_id(database, run, series);
    if (!id) return std::int64_t{0};
    Query query = database.query("SELECT COUNT(*) FROM point WHERE series_id = ?");
    return query.bind(*id).next() ? query.integer(0) : std::int64_t{0};
  });
}

void RunStore::forget_after(RunId run, std::int64_t step) {
  Database& database = workspace_->database();
  database.write(about("going back to a checkpoint of", run), [&] {
    database.query("DELETE FROM point WHERE series_id IN (SELECT id FROM series WHERE run_id = ?) AND step > ?")
        .bind(run, step)
        .run();
    database.query("DELETE FROM spectrum WHERE run_id = ? AND step > ?").bind(run, step).run();
    database.query("DELETE FROM evaluation WHERE run_id = ? AND step > ?").bind(run, step).run();
    database.query("DELETE FROM prediction WHERE run_id = ? AND step > ?").bind(run, step).run();
  });
}

void RunStore::add_event(RunId run, std::string_view level, std::string_view text) {
  Database& database = workspace_->database();
  database.write(about("saving an event of", run), [&] {
    insert_event(database, run, Event{0, now_seconds(), std::string(level), std::string(text)});
  });
}

std::vector<Event> RunStore::events(RunId run, std::int64_t since_id, std::size_t limit) const {
  Database& database = workspace_->database();
  return database.read(about("reading the events of", run), [&] {
    std::vector<Event> events;
    Query query = database.query(
        "SELECT id, time, level, text FROM (SELECT * FROM event WHERE run_id = ? AND id > ? ORDER BY id DESC LIMIT ?) "
        "ORDER BY id");
    query.bind(run, since_id, static_cast<std::int64_t>(limit));
    while (query.next()) events.push_back({query.integer(0), query.real(1), query.text(2), query.text(3)});
    return events;
  });
}

void RunStore::add_evaluation(RunId run, const Evaluation& evaluation) {
  Database& database = workspace_->database();
  database.write(about("saving an evaluation of", run), [&] {
    database
        .query(
            "INSERT OR REPLACE INTO evaluation (run_id, step, split, epoch, scores, seconds, time) "
            "VALUES (?, ?, ?, ?, ?, ?, ?)")
        .bind(run, evaluation.step, evaluation.split, evaluation.epoch, Json(evaluation.scores).dump(),
              evaluation.seconds, evaluation.time > 0 ? evaluation.time : now_seconds())
        .run();
  });
}

std::vector<Evaluation> RunStore::evaluations(RunId run) const {
  Database& database = workspace_->database();
  return database.read(about("reading the evaluations of", run), [&] {
    std::vector<Evaluation> result;
    Query query = database.query(
        "SELECT step, epoch, split, scores, seconds, time FROM evaluation WHERE run_id = ? ORDER BY step, time");
    query.bind(run);
    while (query.next()) {
      result.push_back(
          {query.integer(0), query.real(1), query.text(2), metrics_from(query.text(3)), query.real(4), query.real(5)});
    }
    return result;
  });
}

void RunStore::add_spectra(RunId run, const std::vector<Spectrum>& spectra) {
  Database& database = workspace_->database();
  database.write(about("saving the spectra of", run), [&] {
    for (const Spectrum& spectrum : spectra) insert_spectrum(database, run, spectrum);
  });
}

std::vector<Spectrum> RunStore::spectra(RunId run, std::int64_t since_step, const std::string& module) const {
  Database& database = workspace_->database();
  return database.read(about("reading the spectra of", run), [&] {
    std::vector<Spectrum> result;
    Query query = database.query(
        "SELECT step, module, \"values\", base_norm FROM spectrum "
        "WHERE run_id = ?1 AND step > ?2 AND (?3 = '' OR module = ?3) ORDER BY step, module");
    query.bind(run, since_step, module);
    while (query.next()) result.push_back({query.integer(0), query.text(1), query.reals(2), query.real(3)});
    return result;
  });
}

std::vector<std::int64_t> RunStore::spectrum_steps(RunId run) const {
  Database& database = workspace_->database();
  return database.read(about("reading the spectra of", run), [&] {
    std::vector<std::int64_t> steps;
    Query query = database.query("SELECT DISTINCT step FROM spectrum WHERE run_id = ? ORDER BY step");
    query.bind(run);
    while (query.next()) steps.push_back(query.integer(0));
    return steps;
  });
}

void RunStore::set_first_batch(RunId run, const std::string& json) {
  Database& database = workspace_->database();
  database.write(about("saving the first batch of", run), [&] {
    database.query("INSERT OR REPLACE INTO first_batch (run_id, content) VALUES (?, ?)").bind(run, json).run();
  });
}

std::optional<std::string> RunStore::first_batch(RunId run) const {
  Database& database = workspace_->database();
  return database.read(about("reading the first batch of", run), [&]() -> std::optional<std::string> {
    Query query = database.query("SELECT content FROM first_batch WHERE run_id = ?");
    if (!query.bind(run).next()) return std::nullopt;
    return query.text(0);
  });
}

void RunStore::add_predictions(RunId run, std::int64_t step, const std::string& split,
                               const std::vector<Prediction>& rows) {
  Database& database = workspace_->database();
  database.write(about("saving the predictions of", run), [&] {
    for (const Prediction& row : rows) {
      database.query("INSERT OR REPLACE INTO prediction (run_id, split, step, example, content) VALUES (?, ?, ?, ?, ?)")
          .bind(run, split, step, row.example, row.content)
          .run();
    }
  });
}

std::vector<Prediction> RunStore::predictions(RunId run, const std::string& split,
                                              std::optional<std::int64_t> step) const {
  if (!step) {
    const std::vector<std::int64_t> steps = prediction_steps(run, split);
    if (steps.empty()) return {};
    step = steps.back();
  }
  Database& database = workspace_->database();
  return database.read(about("reading the predictions of", run), [&] {
    std::vector<Prediction> result;
    Query query = database.query(
        "SELECT example, content FROM prediction WHERE run_id = ? AND split = ? AND step = ? ORDER BY example");
    query.bind(run, split, *step);
    while (query.next()) result.push_back({query.integer(0), query.text(1)});
    return result;
  });
}

std::vector<std::int64_t> RunStore::prediction_steps(RunId run, const std::string& split) const {
  Database& database = workspace_->database();
  return database.read(about("reading the predictions of", run), [&] {
    std::vector<std::int64_t> result;
    Query query =
        database.query("SELECT DISTINCT step FROM prediction WHERE run_id = ? AND split = ? ORDER BY step");
    query.bind(run, split);
    while (query.next()) result.push_back(query.integer(0));
    return result;
  });
}

void RunStore::add_artifact(RunId run, const Artifact& artifact) {
  Database& database = workspace_->database();
  database.write(about("saving an artifact of", run), [&] {
    database
        .query(
            "INSERT OR REPLACE INTO artifact (run_id, kind, path, size_bytes, sha256, step, time) "
            "VALUES (?, ?, ?, ?, ?, ?, ?)")
        .bind(run, artifact.kind, artifact.path, artifact.size_bytes, artifact.sha256, artifact.step,
              artifact.time > 0 ? artifact.time : now_seconds())
        .run();
  });
}

std::vector<Artifact> RunStore::artifacts(RunId run, const std::string& kind) const {
  Database& database = workspace_->database();
  return database.read(about("reading the artifacts of", run), [&] {
    std::vector<Artifact> result;
    Query query = database.query(
        "SELECT kind, path, size_bytes, sha256, step, time FROM artifact WHERE run_id = ?1 AND (?2 = '' OR kind = ?2) "
        "ORDER BY time, path");
    query.bind(run, kind);
    while (query.next()) {
      result.push_back(
          {query.text(0), query.text(1), query.integer(2), query.text(3), query.integer(4), query.real(5)});
    }
    return result;
  });
}

void RunStore::remove_artifact(RunId run, const std::string& path) {
  Database& database = workspace_->database();
  database.write(about("removing an artifact of", run),
                 [&] { database.query("DELETE FROM artifact WHERE run_id = ? AND path = ?").bind(run, path).run(); });
}

}  // namespace lorascope::store
