#include "core/store/study_store.h"

#include "core/base/clock.h"
#include "core/base/error.h"
#include "core/base/files.h"
#include "core/store/database.h"
#include "core/store/insert_run.h"
#include "core/study/adapter_reference.h"

namespace lorascope::store {
namespace {

StudyRecord read_record(const Query& row) {
  return {row.integer(0), row.text(1), row.text(2), row.text(3), row.text(4), row.real(5)};
}

/// The study's own row. Inside the caller's transaction.
std::int64_t insert_study(Database& database, const StudyRecord& study) {
  database.query("INSERT INTO study (name, source, path, hash, created) VALUES (?, ?, ?, ?, ?)")
      .bind(study.name, study.source, study.path, study.hash.empty() ? sha256(study.source) : study.hash,
            now_seconds())
      .run();
  return database.connection().getLastInsertRowid();
}

}  // namespace

std::int64_t StudyStore::add(const StudyRecord& study, const std::vector<study::RunSettings>& runs,
                             const std::vector<std::string>& commands) {
  Database& database = workspace_->database();
  return database.write("saving a study", [&] {
    const std::int64_t id = insert_study(database, study);
    for (std::size_t i = 0; i < runs.size(); ++i) {
      insert_run(database, NewRun{runs[i], id, i < commands.size() ? commands[i] : std::string(), std::nullopt});
    }
    return id;
  });
}

std::int64_t StudyStore::add(const StudyRecord& record, const study::Study& study,
                             const std::function<std::string(const study::RunSettings&)>& command) {
  Database& database = workspace_->database();
  return database.write("saving a study", [&] {
    const std::int64_t id = insert_study(database, record);
    std::vector<RunId> ids;
    for (std::size_t i = 0; i < study.runs.size(); ++i) {
      study::RunSettings settings = study.runs[i];
      const std::vector<std::size_t> parents = i < study.parents.size() ? study.parents[i] : std::vector<std::size_t>();
      for (std::size_t n = 0; n < parents.size(); ++n) {
        study::AdapterReference reference = study::AdapterReference::parse(settings.xlora.adapters.at(n));
        reference.run = ids.at(parents[n]);
        settings.xlora.adapters[n] = reference.text();
      }
      ids.push_back(insert_run(database, NewRun{settings, id, command(settings), std::nullopt}));
    }
    return id;
  });
}

std::vector<StudyRecord> StudyStore::list() const {
  Database& database = workspace_->database();
  return database.read("reading the studies", [&] {
    std::vector<StudyRecord> records;
    Query rows = database.query("SELECT id, name, source, path, hash, created FROM study ORDER BY id");
    while (rows.next()) records.push_back(read_record(rows));
    return records;
  });
}

std::optional<StudyRecord> StudyStore::find(std::int64_t id) const {
  Database& database = workspace_->database();
  return database.read("reading a study", [&]() -> std::optional<StudyRecord> {
    Query row = database.query("SELECT id, name, source, path, hash, created FROM study WHERE id = ?");
    if (!row.bind(id).next()) return std::nullopt;
    return read_record(row);
  });
}

std::vector<RunId> StudyStore::runs(std::int64_t id) const {
  Database& database = workspace_->database();
  return database.read("reading the runs of a study", [&] {
    std::vector<RunId> runs;
    Query rows = database.query("SELECT id FROM run WHERE study_id = ? ORDER BY id");
    rows.bind(id);
    while (rows.next()) runs.push_back(rows.integer(0));
    return runs;
  });
}

void StudyStore::rename(std::int64_t id, const std::string& name) {
  Database& database = workspace_->database();
  const int changed = database.write("renaming a study", [&] {
    return database.query("UPDATE study SET name = ? WHERE id = ?").bind(name, id).run();
  });
  if (changed == 0) throw Error("there is no study " + std::to_string(id));
}

}  // namespace lorascope::store
