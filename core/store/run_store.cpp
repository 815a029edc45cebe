#include "core/store/run_store.h"

#include <algorithm>
#include <charconv>
#include <map>

#include "core/base/clock.h"
#include "core/base/error.h"
#include "core/base/json.h"
#include "core/store/database.h"
#include "core/store/insert_run.h"
#include "core/store/liveness.h"
#include "core/store/parents.h"
#include "core/store/row_writing.h"

namespace lorascope::store {
namespace {

// The columns that read_record() expects, in its order.
#define LORASCOPE_RUN_COLUMNS                                                                                         \
  "SELECT run.id, run.study_id, study.name, run.group_name, run.name, run.task, run.method, run.settings, "           \
  "run.settings_hash, run.state, run.reason, run.hint, run.created, run.started, run.ended, run.pid, run.pid_start, " \
  "run.parent_id, run.command_line, run.device, run.versions, run.data_hashes, run.model_hash, run.best_metric, "     \
  "run.best_value, run.best_step, run.scores, run.seconds, run.tokens_per_second, run.parameters_all, "               \
  "run.parameters_trainable, run.peak_rss_mib, run.queue_position, run.colour, run.starred, run.hidden, "             \
  "run.trashed, note.text, heartbeat.time, heartbeat.step, heartbeat.total_steps, heartbeat.loss, "                   \
  "heartbeat.tokens_per_second, heartbeat.seconds_left, heartbeat.rss_mib, heartbeat.phase "                          \
  "FROM run LEFT JOIN study ON study.id = run.study_id LEFT JOIN note ON note.run_id = run.id "                       \
  "LEFT JOIN heartbeat ON heartbeat.run_id = run.id "

Scores scores_from(const std::string& text) {
  const Json object = Json::parse(text, nullptr, false);
  Scores scores;
  if (!object.is_object()) return scores;
  for (const auto& [split, metrics] : object.items()) {
    for (const auto& [metric, value] : metrics.items()) {
      if (value.is_number()) scores[split][metric] = value.get<double>();
    }
  }
  return scores;
}

RunRecord read_record(const Query& row) {
  RunRecord record;
  int column = 0;
  record.id = row.integer(column++);
  record.study_id = row.optional_integer(column++);
  for (std::string* text : {&record.study, &record.group, &record.name, &record.task, &record.method, &record.settings,
                            &record.settings_hash}) {
    *text = row.text(column++);
  }
  record.state = run_state_from(row.text(column++));
  record.reason = row.text(column++);
  record.hint = row.text(column++);
  for (double* time : {&record.created, &record.started, &record.ended}) *time = row.real(column++);
  record.pid = row.integer(column++);
  record.pid_start = row.integer(column++);
  record.parent = row.optional_integer(column++);
  record.command_line = row.text(column++);
  for (std::string* text : {&record.environment.device, &record.environment.versions, &record.environment.data_hashes,
                            &record.environment.model_hash}) {
    *text = row.text(column++);
  }
  BestScore best{row.text(column), row.real(column + 1), row.integer(column + 2)};
  if (!best.metric.empty()) record.best = std::move(best);
  column += 3;
  record.result.scores = scores_from(row.text(column++));
  record.result.seconds = row.real(column++);
  record.result.tokens_per_second = row.real(column++);
  record.result.parameters_all = row.integer(column++);
  record.result.parameters_trainable = row.integer(column++);
  record.result.peak_rss_mib = row.real(column++);
  record.queue_position = row.real(column++);
  record.colour = row.text(column++);
  record.starred = row.integer(column++) != 0;
  record.hidden = row.integer(column++) != 0;
  record.trashed = row.real(column++);
  record.note = row.text(column++);
  Heartbeat& heartbeat = record.heartbeat;
  heartbeat.time = row.real(column++);
  heartbeat.step = row.integer(column++);
  heartbeat.total_steps = row.integer(column++);
  heartbeat.loss = row.real(column++);
  heartbeat.tokens_per_second = row.real(column++);
  heartbeat.seconds_left = row.is_null(column) ? -1 : row.real(column);
  ++column;
  heartbeat.rss_mib = row.real(column++);
  heartbeat.phase = row.text(column++);
  return record;
}

std::string about(const char* action, RunId run) {
  return std::string(action) + " run " + std::to_string(run);
}

void read_tags(Database& database, std::vector<RunRecord>& records) {
  std::map<RunId, RunRecord*> by_id;
  for (RunRecord& record : records) by_id[record.id] = &record;
  Query tags = database.query("SELECT run_id, tag FROM tag ORDER BY run_id, tag");
  while (tags.next()) {
    const auto record = by_id.find(tags.integer(0));
    if (record != by_id.end()) record->second->tags.push_back(tags.text(1));
  }
}

std::vector<RunRecord> read_all(Query& rows) {
  std::vector<RunRecord> records;
  while (rows.next()) records.push_back(read_record(rows));
  return records;
}

std::optional<RunRecord> read_one(Database& database, RunId run) {
  Query row = database.query(LORASCOPE_RUN_COLUMNS "WHERE run.id = ?");
  row.bind(run);
  std::vector<RunRecord> records = read_all(row);
  if (records.empty()) return std::nullopt;
  Query tags = database.query("SELECT tag FROM tag WHERE run_id = ? ORDER BY tag");
  tags.bind(run);
  while (tags.next()) records.front().tags.push_back(tags.text(0));
  return std::move(records.front());
}

/// What an earlier process left must not make the new one look lost: its pid is forgotten (that of a process which is
/// there is the new one's, written by who launched it), and the time for the first heartbeat begins now.
void note_start(Database& database, RunId run, double now) {
  bool is_there = false;
  {
    Query row = database.query("SELECT pid, pid_start FROM run WHERE id = ?");
    is_there = row.bind(run).next() && process_is_alive(row.integer(0), row.integer(1));
  }
  if (!is_there) database.query("UPDATE run SET pid = 0, pid_start = 0 WHERE id = ?").bind(run).run();
  database
      .query("INSERT INTO heartbeat (run_id, time, step, total_steps, loss, tokens_per_second, seconds_left, rss_mib, "
             "phase) VALUES (?1, ?2, 0, 0, 0, 0, -1, 0, '') ON CONFLICT (run_id) DO UPDATE SET time = ?2")
      .bind(run, now)
      .run();
}

/// Sets the state with the times that follow from it. Inside the caller's transaction. False where no row has `run`.
bool update_state(Database& database, RunId run, RunState state, const std::string& reason, const std::string& hint) {
  const double now = now_seconds();
  const bool ends = !is_alive(state) && state != RunState::Queued;
  Query update = database.query(
      "UPDATE run SET state = ?2, reason = ?3, hint = ?4, "
      "started = CASE WHEN ?5 AND started = 0 THEN ?6 ELSE started END, "
      "ended = CASE WHEN ?7 THEN ?6 ELSE 0 END WHERE id = ?1");
  if (update.bind(run, text(state), reason, hint, is_alive(state), now, ends).run() == 0) return false;
  if (state == RunState::Starting) note_start(database, run, now);
  return true;
}

Error no_such_run(RunId run) {
  return Error("there is no run " + std::to_string(run), "`lorascope runs list` shows the runs of the workspace");
}

std::string scores_text(const Scores& scores) {
  Json object = Json::object();
  for (const auto& [split, metrics] : scores) object[split] = metrics;
  return object.dump();
}

}  // namespace

RunId insert_run(Database& database, const NewRun& run) {
  const study::RunSettings& settings = run.settings;
  Query insert = database.query(
      "INSERT INTO run (study_id, parent_id, name, group_name, task, method, settings, settings_hash, command_line, "
      "state, created, queue_position) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, 'queued', ?, "
      "(SELECT COALESCE(MAX(queue_position), 0) + 1 FROM run))");
  insert
      .bind(run.study_id, run.parent, settings.name, settings.group, settings.task, text(settings.method),
            settings.to_json(), settings.hash(), run.command_line, now_seconds())
      .run();
  return database.connection().getLastInsertRowid();
}

RunId RunStore::create(const study::RunSettings& settings, std::optional<std::int64_t> study_id,
                       const std::string& command_line, std::optional<RunId> parent) {
  Database& database = workspace_->database();
  return database.write("saving a new run", [&] {
    return insert_run(database, NewRun{settings, study_id, command_line, parent});
  });
}

RunId RunStore::create_finished(const study::RunSettings& settings, const std::string& command_line,
                                std::optional<RunId> parent) {
  Database& database = workspace_->database();
  return database.write("saving an imported run", [&] {
    // A derived run stands beside its parent.
    std::optional<std::int64_t> study;
    if (const auto origin = parent ? read_one(database, *parent) : std::nullopt) study = origin->study_id;
    const RunId run = insert_run(database, NewRun{settings, study, command_line, parent});
    update_state(database, run, RunState::Finished, "", "");
    return run;
  });
}

std::vector<RunRecord> RunStore::list(Trash trash) const {
  Database& database = workspace_->database();
  return database.read("reading the runs", [&] {
    Query rows = database.query(LORASCOPE_RUN_COLUMNS
                                "WHERE (run.trashed = 0 AND ?1) OR (run.trashed > 0 AND ?2) "
                                "ORDER BY run.id");
    rows.bind(trash != Trash::Only, trash != Trash::Without);
    std::vector<RunRecord> records = read_all(rows);
    read_tags(database, records);
    return records;
  });
}

std::optional<RunRecord> RunStore::find(RunId run) const {
  Database& database = workspace_->database();
  return database.read(about("reading", run), [&] { return read_one(database, run); });
}

RunRecord RunStore::get(RunId run) const {
  std::optional<RunRecord> record = find(run);
  if (!record) throw no_such_run(run);
  return std::move(*record);
}

RunRecord RunStore::get(std::string_view id_or_name) const {
  const std::string_view digits = id_or_name.substr(0, 4) == "run-" ? id_or_name.substr(4) : id_or_name;
  RunId run = 0;
  const auto [end, problem] = std::from_chars(digits.data(), digits.data() + digits.size(), run);
  if (problem == std::errc() && end == digits.data() + digits.size()) return get(run);
  std::vector<RunRecord> matches = list(Trash::With);
  std::erase_if(matches, [&](const RunRecord& record) {
    return record.name != id_or_name && record.group + " / " + record.name != id_or_name;
  });
  if (matches.size() == 1) return std::move(matches.front());
  if (matches.empty()) {
    throw Error("there is no run \"" + std::string(id_or_name) + '"',
                "`lorascope runs list` shows the runs of the workspace");
  }
  std::string ids;
  for (const RunRecord& match : matches) ids += (ids.empty() ? "" : ", ") + std::to_string(match.id);
  throw UsageError("several runs are named \"" + std::string(id_or_name) + "\": " + ids, "name one by its number");
}

void RunStore::set_state(RunId run, RunState state, const std::string& reason, const std::string& hint) {
  Database& database = workspace_->database();
  const bool done = database.write(about("saving the state of", run),
                                   [&] { return update_state(database, run, state, reason, hint); });
  if (!done) throw no_such_run(run);
}

bool RunStore::change_state(RunId run, const std::vector<RunState>& from, RunState to, const std::string& reason,
                            const std::string& hint) {
  Database& database = workspace_->database();
  return database.write(about("saving the state of", run), [&] {
    std::string current;
    {
      Query state = database.query("SELECT state FROM run WHERE id = ?");
      if (!state.bind(run).next()) throw no_such_run(run);
      current = state.text(0);
    }
    if (std::find(from.begin(), from.end(), run_state_from(current)) == from.end()) return false;
    return update_state(database, run, to, reason, hint);
  });
}

void RunStore::set_process(RunId run, std::int64_t pid, std::int64_t pid_start) {
  Database& database = workspace_->database();
  database.write(about("saving the process of", run), [&] {
    database.query("UPDATE run SET pid = ?2, pid_start = ?3 WHERE id = ?1").bind(run, pid, pid_start).run();
  });
}

void RunStore::set_environment(RunId run, const RunEnvironment& environment) {
  Database& database = workspace_->database();
  database.write(about("saving the environment of", run), [&] {
    database.query("UPDATE run SET device = ?2, versions = ?3, data_hashes = ?4, model_hash = ?5 WHERE id = ?1")
        .bind(run, environment.device, environment.versions, environment.data_hashes, environment.model_hash)
        .run();
  });
}

void RunStore::set_best(RunId run, const BestScore& best) {
  Database& database = workspace_->database();
  database.write(about("saving the best score of", run), [&] {
    database.query("UPDATE run SET best_metric = ?2, best_value = ?3, best_step = ?4 WHERE id = ?1")
        .bind(run, best.metric, best.value, best.step)
        .run();
  });
}

void RunStore::set_result(RunId run, const RunResult& result) {
  Database& database = workspace_->database();
  database.write(about("saving the result of", run), [&] {
    database
        .query(
            "UPDATE run SET scores = ?2, seconds = ?3, tokens_per_second = ?4, parameters_all = ?5, "
            "parameters_trainable = ?6, peak_rss_mib = ?7 WHERE id = ?1")
        .bind(run, scores_text(result.scores), result.seconds, result.tokens_per_second, result.parameters_all,
              result.parameters_trainable, result.peak_rss_mib)
        .run();
  });
}

void RunStore::write_heartbeat(RunId run, const Heartbeat& heartbeat) {
  Database& database = workspace_->database();
  database.write(about("saving the heartbeat of", run), [&] { insert_heartbeat(database, run, heartbeat); });
}

std::optional<RunRecord> RunStore::take_next_queued() {
  Database& database = workspace_->database();
  return database.write("taking the next run of the queue", [&]() -> std::optional<RunRecord> {
    std::vector<std::pair<RunId, std::string>> waiting;
    {
      Query rows = database.query(
          "SELECT id, settings FROM run WHERE state = 'queued' AND trashed = 0 ORDER BY queue_position, id");
      while (rows.next()) waiting.emplace_back(rows.integer(0), rows.text(1));
    }
    for (const auto& [run, settings] : waiting) {
      const ParentsState parents = state_of_parents(database, settings);
      if (parents.verdict == ParentsState::Verdict::Waiting) continue;
      if (parents.verdict == ParentsState::Verdict::Hopeless) {
        update_state(database, run, parents.end, parents.reason, parents.hint);
        continue;
      }
      update_state(database, run, RunState::Starting, "", "");
      return read_one(database, run);
    }
    return std::nullopt;
  });
}

std::vector<RunRecord> RunStore::queued() const {
  Database& database = workspace_->database();
  return database.read("reading the queue", [&] {
    Query rows = database.query(LORASCOPE_RUN_COLUMNS
                                "WHERE run.state = 'queued' AND run.trashed = 0 ORDER BY run.queue_position, run.id");
    return read_all(rows);
  });
}

std::vector<RunRecord> RunStore::alive() const {
  Database& database = workspace_->database();
  return database.read("reading the living runs", [&] {
    Query rows = database.query(LORASCOPE_RUN_COLUMNS
                                "WHERE run.state IN ('starting', 'running', 'paused', 'stopping') ORDER BY run.id");
    return read_all(rows);
  });
}

void RunStore::move_in_queue(RunId run, std::optional<RunId> before) {
  Database& database = workspace_->database();
  database.write("reordering the queue", [&] {
    std::vector<RunId> order;
    {
      Query rows = database.query("SELECT id FROM run WHERE state = 'queued' ORDER BY queue_position, id");
      while (rows.next()) order.push_back(rows.integer(0));
    }
    if (std::erase(order, run) == 0) throw Error("run " + std::to_string(run) + " does not wait in the queue");
    const auto place = before ? std::find(order.begin(), order.end(), *before) : order.end();
    order.insert(place, run);
    for (std::size_t i = 0; i < order.size(); ++i) {
      database.query("UPDATE run SET queue_position = ?2 WHERE id = ?1")
          .bind(order[i], static_cast<double>(i + 1))
          .run();
    }
  });
}

}  // namespace lorascope::store
