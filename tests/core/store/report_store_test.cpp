#include "core/store/report_store.h"

#include "tests/support/catch.h"
#include "tests/support/temporary_folder.h"

using namespace lorascope;
using store::FigureRecord;
using store::ReportStore;

namespace {

FigureRecord named(const std::string& label) {
  FigureRecord record;
  record.label = label;
  record.query = "{}";
  return record;
}

std::vector<std::string> labels(const ReportStore& report) {
  std::vector<std::string> names;
  for (const FigureRecord& record : report.list()) names.push_back(record.label);
  return names;
}

}  // namespace

TEST_CASE("A report keeps its figures, their texts and their order", "[store]") {
  const test::TemporaryFolder folder;
  {
    const store::Workspace workspace = store::Workspace::open_or_create(folder.path());
    ReportStore report(workspace);
    CHECK(report.list().empty());
    for (const char* label : {"loss", "scores", "spectrum"}) report.put(named(label));
    const std::vector<FigureRecord> three = report.list();
    REQUIRE(three.size() == 3);
    report.set_order({three[2].id, three[0].id});
    CHECK(labels(report) == std::vector<std::string>{"spectrum", "loss", "scores"});
    FigureRecord changed = report.list()[0];
    changed.caption = "Ränge: 50 %";
    CHECK(report.put(changed) == changed.id);
  }
  const store::Workspace again = store::Workspace::open(folder.path());
  ReportStore report(again);
  REQUIRE(labels(report) == std::vector<std::string>{"spectrum", "loss", "scores"});
  CHECK(report.list()[0].caption == "Ränge: 50 %");
}

TEST_CASE("A removed figure comes back with its number and place", "[store]") {
  const test::TemporaryFolder folder;
  const store::Workspace workspace = store::Workspace::open_or_create(folder.path());
  ReportStore report(workspace);
  for (const char* label : {"a", "b", "c"}) report.put(named(label));
  const FigureRecord middle = report.list()[1];
  report.remove(middle.id);
  report.remove(middle.id);
  CHECK(labels(report) == std::vector<std::string>{"a", "c"});
  CHECK(report.put(middle) == middle.id);
  CHECK(labels(report) == std::vector<std::string>{"a", "b", "c"});
}
