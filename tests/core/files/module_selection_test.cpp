#include "core/files/module_selection.h"

#include "core/base/clock.h"
#include "core/base/error.h"
#include "core/files/natural_order.h"
#include "tests/support/catch.h"

namespace lorascope::files {
namespace {

constexpr const char* kQuery = "bert.encoder.layer.1.attention.self.query";

TEST_CASE("a name in a list means a path that is it or ends with it behind a dot", "[files]") {
  const ModuleSelection selection{{"query", "output.dense"}, {}};
  CHECK(selection.contains(kQuery));
  CHECK(selection.contains("query"));
  CHECK(selection.contains("bert.encoder.layer.0.attention.output.dense"));
  CHECK(!selection.contains("bert.subquery"));
  CHECK(!selection.contains("bert.intermediate.dense"));
  CHECK(!ModuleSelection{}.contains(kQuery));
}

TEST_CASE("a pattern must match the whole path", "[files]") {
  CHECK(ModuleSelection{{}, R"(.*layer\.[01]\..*\.(query|value))"}.contains(kQuery));
  CHECK(!ModuleSelection{{}, "query"}.contains(kQuery));
  CHECK(!ModuleSelection{{}, R"(.*layer\.[02]\..*)"}.contains(kQuery));
  CHECK(ModuleSelection{{}, "all-linear"}.contains("anything"));
}

TEST_CASE("a pattern that keeps a backtracking search busy ends at once", "[files][damaged]") {
  const Stopwatch watch;
  CHECK(!matches_whole("(a+)+b", std::string(500, 'a')));
  CHECK(!matches_whole("(.*)*x", std::string(200, 'y')));
  CHECK(watch.seconds() < 60.0);  // a backtracking search would take years
}

TEST_CASE("what is no regular expression is refused", "[files][damaged]") {
  CHECK_THROWS_AS(matches_whole("(", "x"), CheckpointError);
  CHECK_THROWS_AS(matches_whole("[z-a]", "x"), CheckpointError);
  CHECK_THROWS_AS(matches_whole("(a)\\1", "aa"), CheckpointError);
  CHECK_THROWS_AS(matches_whole(std::string(2000, 'a'), "x"), CheckpointError);
  CHECK_THROWS_AS(matches_whole("((a{200}){200}){200}", "x"), CheckpointError);
  CHECK_THROWS_AS(matches_whole("a*", std::string(2000, 'a')), CheckpointError);
}

TEST_CASE("a key of a pattern means the end of a path", "[files]") {
  for (const char* key : {"query", "self.query", "layer.1.attention.self.query", kQuery, "self.quer.", "(query|key)"}) {
    INFO(key);
    CHECK(matches_pattern_key(key, kQuery));
    CHECK(matches_whole(std::string("(.*\\.)?(") + key + ")", kQuery));
  }
  for (const char* key : {"uery", "value", "self", "layer.0.attention.self.query", "x.bert.encoder.layer.1"}) {
    INFO(key);
    CHECK(!matches_pattern_key(key, kQuery));
    CHECK(!matches_whole(std::string("(.*\\.)?(") + key + ")", kQuery));
  }
}

TEST_CASE("numbers in names are ordered as numbers", "[files]") {
  CHECK(natural_less("layer.2.x", "layer.10.x"));
  CHECK(!natural_less("layer.10.x", "layer.2.x"));
  CHECK(natural_less("layer.2", "layer.2.x"));
  CHECK(natural_less("a", "b"));
  CHECK(!natural_less("a", "a"));
  CHECK(natural_less("a01", "a1") != natural_less("a1", "a01"));
  CHECK(natural_less("a99999999999999999998", "a99999999999999999999"));
}

}  // namespace
}  // namespace lorascope::files
