#include "core/store/workspace.h"

#include <SQLiteCpp/SQLiteCpp.h>

#include <fstream>

#include "core/base/error.h"
#include "core/base/files.h"
#include "core/store/database_check.h"
#include "core/store/run_store.h"
#include "tests/support/catch.h"
#include "tests/support/temporary_folder.h"

using namespace lorascope;
using namespace lorascope::store;
namespace fs = std::filesystem;

namespace {

/// A sound workspace with some pages of content, closed.
void make_workspace(const fs::path& folder) {
  const Workspace workspace = Workspace::open_or_create(folder);
  RunStore runs(workspace);
  const RunId run = runs.create({});
  for (int i = 0; i < 50; ++i) runs.add_event(run, "info", std::string(900, 'x'));
}

void check_refused(const fs::path& folder, const std::string& found) {
  const fs::path file = folder / "lorascope.db";
  const std::string before = read_file(file);
  CHECK_THROWS_AS(Workspace::open(folder), StoreError);
  CHECK_THROWS_AS(Workspace::open_or_create(folder), StoreError);
  try {
    Workspace::open(folder);
  } catch (const StoreError& problem) {
    CHECK_THAT(problem.message(),
               Catch::Contains(found) && Catch::Contains(file.string()) && Catch::Contains("Hint: "));
    CHECK(problem.exit_code() == 3);
  }
  CHECK(read_file(file) == before);
}

void write_file(const fs::path& file, const std::string& content) {
  fs::create_directories(file.parent_path());
  std::ofstream(file, std::ios::binary) << content;
}

}  // namespace

TEST_CASE("A workspace is made once and found again", "[store]") {
  const test::TemporaryFolder folder;
  const fs::path place = folder.path() / "a" / "b/";
  CHECK_FALSE(Workspace::exists(place));
  CHECK_THROWS_WITH(Workspace::open(place), Catch::Contains("no such file"));
  CHECK_FALSE(fs::exists(place));
  make_workspace(place);
  CHECK(Workspace::exists(place));
  const Workspace workspace = Workspace::open(place);
  CHECK(RunStore(workspace).list().size() == 1);
  CHECK(fs::is_directory(workspace.folder() / "artifacts"));
  CHECK(workspace.folder() == folder.path() / "a" / "b");
}

TEST_CASE("Paths inside the workspace are stored relative to it", "[store]") {
  const test::TemporaryFolder folder;
  const Workspace workspace = Workspace::open_or_create(folder.path());
  const fs::path inside = workspace.run_folder(3) / "log.txt";
  CHECK(workspace.stored_path(inside) == "artifacts/run-3/log.txt");
  CHECK(workspace.resolved_path("artifacts/run-3/log.txt") == inside);
  CHECK(workspace.stored_path("/elsewhere/x") == "/elsewhere/x");
  CHECK(workspace.resolved_path("/elsewhere/x") == "/elsewhere/x");
}

TEST_CASE("Files that are no database of ours are refused and left as they are", "[store]") {
  const test::TemporaryFolder folder;
  const fs::path file = folder.path() / "lorascope.db";
  SECTION("an empty file") {
    write_file(file, "");
    check_refused(folder.path(), "an empty file");
  }
  SECTION("a text") {
    write_file(file, "this is a letter and no database\n");
    check_refused(folder.path(), "no SQLite database");
  }
  SECTION("zero bytes") {
    write_file(file, std::string(8192, '\0'));
    check_refused(folder.path(), "no SQLite database");
  }
  SECTION("only the first bytes of a database") {
    write_file(file, std::string("SQLite format 3\0", 16) + "ab");
    check_refused(folder.path(), "cut inside its header");
  }
  SECTION("another program's database") {
    {
      SQLite::Database other(file.string(), SQLite::OPEN_READWRITE | SQLite::OPEN_CREATE);
      other.exec("CREATE TABLE run (id INTEGER)");
    }
    check_refused(folder.path(), "another program");
  }
  SECTION("a folder of that name") {
    fs::create_directories(file);
    CHECK_THROWS_WITH(Workspace::open(folder.path()), Catch::Contains("no regular file"));
  }
  SECTION("a file in the workspace's place") {
    write_file(folder.path() / "file", "x");
    CHECK_THROWS_AS(Workspace::open_or_create(folder.path() / "file"), StoreError);
  }
}

TEST_CASE("Damaged databases of ours are refused and left as they are", "[store]") {
  const test::TemporaryFolder folder;
  make_workspace(folder.path());
  const fs::path file = folder.path() / "lorascope.db";
  std::string content = read_file(file);
  REQUIRE(content.size() > 60000);
  SECTION("cut in the middle of a page") {
    write_file(file, content.substr(0, content.size() / 2 + 77));
    check_refused(folder.path(), "damaged");
  }
  SECTION("cut after the first page") {
    write_file(file, content.substr(0, 4096));
    check_refused(folder.path(), "damaged");
  }
  SECTION("a page of noise") {
    for (std::size_t i = 0; i < 4096; ++i) content[4096 * 5 + i] = static_cast<char>(i * 37 + 11);
    write_file(file, content);
    check_refused(folder.path(), "damaged");
  }
  SECTION("noise in the schema") {
    for (std::size_t i = 100; i < 1500; ++i) content[i] = static_cast<char>(i * 91);
    write_file(file, content);
    check_refused(folder.path(), "damaged");
  }
  SECTION("a newer version") {
    {
      SQLite::Database database(file.string(), SQLite::OPEN_READWRITE);
      database.exec("PRAGMA user_version=99");
    }
    check_refused(folder.path(), "schema version 99");
  }
  SECTION("no version") {
    {
      SQLite::Database database(file.string(), SQLite::OPEN_READWRITE);
      database.exec("PRAGMA user_version=0");
    }
    check_refused(folder.path(), "no schema version");
  }
  SECTION("a table is gone") {
    {
      SQLite::Database database(file.string(), SQLite::OPEN_READWRITE);
      database.exec("DROP TABLE spectrum");
    }
    check_refused(folder.path(), "without the table `spectrum`");
  }
}

TEST_CASE("A database that is held too long is reported by name", "[store]") {
  const test::TemporaryFolder folder;
  make_workspace(folder.path());
  const Workspace workspace = Workspace::open(folder.path());
  workspace.database().connection().setBusyTimeout(50);
  SQLite::Database other((folder.path() / "lorascope.db").string(), SQLite::OPEN_READWRITE);
  other.exec("BEGIN IMMEDIATE");
  CHECK_THROWS_WITH(RunStore(workspace).set_starred(1, true), Catch::Contains("another program"));
  CHECK(RunStore(workspace).list().size() == 1);
}

TEST_CASE("Network file systems are known by their magic numbers", "[store]") {
  CHECK(network_file_system(0x6969) == "NFS");
  CHECK(network_file_system(0xff534d42) == "CIFS");
  CHECK(network_file_system(static_cast<int>(0xff534d42)) == "CIFS");
  CHECK(network_file_system(0xef53).empty());
  CHECK(network_file_system(0x01021994).empty());
}
