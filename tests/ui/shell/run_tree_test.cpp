#include <QAbstractItemModelTester>
#include <QSignalSpy>

#include "core/store/run_store.h"
#include "tests/support/catch.h"
#include "tests/ui/shell/waiting.h"
#include "ui/runs/run_tree_model.h"
#include "ui/runs/run_tree_view.h"

namespace lorascope::ui {
namespace {

using test::OpenSession;
using test::wait_until;

const test::SampleOptions kSample = {.num_steps = 40, .spectrum_length = 8, .with_living = true, .with_trouble = true};

TEST_CASE("The run list is study > group > run, the newest study first", "[ui]") {
  OpenSession open(kSample);
  RunTreeModel model(&open.session());
  QAbstractItemModelTester tester(&model, QAbstractItemModelTester::FailureReportingMode::Fatal);
  REQUIRE(model.rowCount() == 2);
  const QModelIndex study = model.index(0, 0);
  CHECK(study.data() == QVariant("Paper, WNUT17, MiniLM"));
  CHECK(study.siblingAtColumn(RunTreeModel::Score).data() == QVariant("6 runs"));
  REQUIRE(model.rowCount(study) == 2);
  const QModelIndex group = model.index(1, 0, study);
  CHECK(group.data() == QVariant("LoRA r 8, lr 1e-3"));
  CHECK(group.data(RunTreeModel::SwatchRole).value<QColor>().name().toUpper() == "#0072B2");
  REQUIRE(model.rowCount(group) == 3);
  const QModelIndex run = model.index(2, 0, group);
  CHECK(run.data() == QVariant("seed 44"));
  CHECK(run.siblingAtColumn(RunTreeModel::Score).data() == QVariant("step 26"));
  CHECK(model.runIds(group).size() == 3);
  CHECK(model.indexOf(run.data(RunTreeModel::IdRole).toLongLong()) == run);
}

TEST_CASE("A failed and a lost run say why in one line", "[ui]") {
  OpenSession open(kSample);
  RunTreeModel model(&open.session());
  const QModelIndex group = model.index(0, 0, model.index(1, 0));
  CHECK(model.index(0, 0, group).data(RunTreeModel::ReasonRole) == QVariant("out of memory at batch size 512"));
  CHECK(model.index(1, 0, group).data(RunTreeModel::ReasonRole).toString().contains("without a word"));
  CHECK(model.index(2, 0, group).data(RunTreeModel::ReasonRole).toString().isEmpty());
}

TEST_CASE("Eyes close one by one, a group's eye tells whether all, some or none are open", "[ui]") {
  OpenSession open(kSample);
  RunTreeModel model(&open.session());
  QAbstractItemModelTester tester(&model, QAbstractItemModelTester::FailureReportingMode::Fatal);
  const auto group = [&] { return model.index(0, 0, model.index(0, 0)); };
  CHECK(group().data(RunTreeModel::EyeRole).toInt() == 2);
  const std::vector<store::RunId> ids = model.runIds(group());
  open.session().setEyes({ids[0]}, false);
  CHECK(wait_until([&] { return group().data(RunTreeModel::EyeRole).toInt() == 1; }));
  CHECK_FALSE(open.session().isShown(ids[0]));
  open.session().setEyes(ids, false);
  CHECK(wait_until([&] { return group().data(RunTreeModel::EyeRole).toInt() == 0; }));
}

TEST_CASE("Editing a name asks for a rename and changes nothing by itself", "[ui]") {
  OpenSession open(kSample);
  RunTreeModel model(&open.session());
  QSignalSpy spy(&model, &RunTreeModel::renameRequested);
  const QModelIndex run = model.index(0, 0, model.index(0, 0, model.index(0, 0)));
  CHECK(model.flags(run).testFlag(Qt::ItemIsEditable));
  CHECK(model.setData(run, "the good one"));
  CHECK(spy.count() == 1);
  CHECK(run.data() == QVariant("seed 42"));
  CHECK_FALSE(model.setData(run, "   "));
}

TEST_CASE("The view filters, keeps the rows above a match, and selects with the session", "[ui]") {
  OpenSession open(kSample);
  RunTreeView view(&open.session());
  view.resize(300, 600);
  const QAbstractItemModel* shown = view.model();
  view.setFilter(RunFilter(QStringLiteral("method:ft seed:43")));
  REQUIRE(shown->rowCount() == 1);
  const QModelIndex study = shown->index(0, 0);
  REQUIRE(shown->rowCount(study) == 1);
  CHECK(shown->rowCount(shown->index(0, 0, study)) == 1);
  view.setFilter({});
  CHECK(shown->rowCount() == 2);
  const store::RunId run = open.session().runs().back().id;
  open.session().select({run});
  CHECK(view.selectedRuns() == std::vector<store::RunId>{run});
  view.setCurrentIndex(shown->index(0, 0, shown->index(0, 0)));
  CHECK(open.session().selectedRuns().size() == 3);
}

}  // namespace
}  // namespace lorascope::ui
