#include "core/store/pin_store.h"

#include "core/store/run_store.h"
#include "tests/support/catch.h"
#include "tests/support/temporary_folder.h"

using namespace lorascope;
using namespace lorascope::store;

TEST_CASE("Pinned texts are kept once, newest first, and outlive their run", "[store]") {
  const test::TemporaryFolder folder;
  const Workspace workspace = Workspace::open_or_create(folder.path() / "w");
  RunStore runs(workspace);
  const RunId run = runs.create_finished(study::RunSettings(), "");
  PinStore pins(workspace);
  CHECK(pins.list().empty());
  pins.add(run, "{\"a\":1}");
  const std::int64_t second = pins.add(run, "{\"b\":2}");
  const std::int64_t again = pins.add(run, "{\"a\":1}");
  REQUIRE(pins.list().size() == 2);
  CHECK(pins.list()[0].id == again);
  CHECK(pins.list()[0].content == "{\"a\":1}");
  CHECK(pins.list()[0].run == run);
  CHECK(pins.list()[0].created > 0);
  pins.remove(second);
  pins.remove(second);
  CHECK(pins.list().size() == 1);
  runs.delete_permanently(run);
  REQUIRE(PinStore(Workspace::open(folder.path() / "w")).list().size() == 1);
  CHECK(pins.list()[0].run == 0);
}
