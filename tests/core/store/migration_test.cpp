#include <SQLiteCpp/SQLiteCpp.h>

#include <fstream>
#include <sstream>

#include "core/base/error.h"
#include "core/store/migrations.h"
#include "core/store/run_store.h"
#include "core/store/study_store.h"
#include "tests/support/catch.h"
#include "tests/support/temporary_folder.h"

using namespace lorascope;
using namespace lorascope::store;
namespace fs = std::filesystem;

namespace {

/// A workspace as version `version` left it: tests/fixtures/store/schema-N.sql is its dump.
void make_old_workspace(const fs::path& folder, int version) {
  const fs::path dump =
      fs::path(LORASCOPE_SOURCE_DIR) / "tests/fixtures/store" / ("schema-" + std::to_string(version) + ".sql");
  std::ifstream file(dump);
  std::stringstream sql;
  sql << file.rdbuf();
  REQUIRE_FALSE(sql.str().empty());
  SQLite::Database database((folder / "lorascope.db").string(), SQLite::OPEN_READWRITE | SQLite::OPEN_CREATE);
  database.exec(sql.str());
}

}  // namespace

TEST_CASE("Databases of every older schema are brought up to date with all their rows, after a backup", "[store]") {
  for (int version = 1; version <= newest_schema_version(); ++version) {
    INFO("schema version " << version);
    const test::TemporaryFolder folder;
    make_old_workspace(folder.path(), version);
    const Workspace workspace = Workspace::open(folder.path());
    RunStore runs(workspace);
    const std::vector<RunRecord> records = runs.list();
    REQUIRE(records.size() == 2);
    CHECK(records[0].name == "seed 42");
    CHECK(records[0].study == "an old study");
    CHECK(records[0].state == RunState::Finished);
    CHECK(records[0].heartbeat.step == 3);
    CHECK(records[1].state == RunState::Stopped);
    CHECK(runs.points(1, "train/loss").size() == 3);
    CHECK(runs.points(1, "train/loss")[2].value == 0.25);
    CHECK(runs.spectra(1).at(0).values == std::vector<double>{2, 1});
    CHECK(runs.events(1).at(0).text == "done");
    runs.add_tag(1, "after");
    runs.set_starred(1, true);
    CHECK(runs.get(1).starred);
    const fs::path backup = folder.path() / ("lorascope.db.backup-v" + std::to_string(version));
    CHECK(fs::exists(backup) == (version < newest_schema_version()));
    if (fs::exists(backup)) {
      SQLite::Database old(backup.string());
      CHECK(old.execAndGet("PRAGMA user_version").getInt() == version);
      CHECK(old.execAndGet("SELECT COUNT(*) FROM run").getInt() == 2);
    }
  }
}
