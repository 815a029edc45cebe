#include "ui/representations/representations_tab.h"

#include <QAction>
#include <QJsonDocument>
#include <QMenu>
#include <QPushButton>
#include <QSignalSpy>
#include <QSpinBox>
#include <QTest>
#include <QToolButton>
#include <filesystem>

#include "core/base/files.h"
#include "core/store/run_store.h"
#include "tests/support/catch.h"
#include "tests/support/qt_application.h"
#include "tests/support/sample_workspace.h"
#include "tests/support/temporary_folder.h"
#include "tests/ui/representations/samples.h"
#include "ui/main_window/session_model.h"
#include "ui/plots/heat_map_view.h"
#include "ui/plots/plot_card.h"
#include "ui/plots/plot_view.h"
#include "ui/plots/segment_bar.h"
#include "ui/plots/table_data_model.h"
#include "ui/process/lorascope_program.h"
#include "ui/representations/cka_card.h"
#include "ui/representations/lines_card.h"
#include "ui/representations/run_choice.h"
#include "ui/widgets/message_bar.h"

namespace lorascope::ui {
namespace {

using test::sample_analysis;

constexpr int kPatience = 20000;

/// A workspace of finished runs, a program that does as the script says, and the tab over both.
struct Bench {
  test::TemporaryFolder folder;
  test::SampleRuns sample;
  std::unique_ptr<LorascopeProgram> program;
  SessionModel session;
  std::unique_ptr<RepresentationsTab> tab;

  explicit Bench(const std::string& script, bool with_runs = true) {
    test::qt_application();
    const auto workspace = store::Workspace::open_or_create(folder.path() / "w");
    if (with_runs) sample = test::fill_sample_workspace(workspace, {.num_steps = 20, .spectrum_length = 4, .with_living = false});
    for (const char* what : {"sensitivity", "cka", "distances", "pca", "probe"})
      write_file_atomically(folder.path() / (std::string(what) + ".json"),
                            QJsonDocument(sample_analysis(what)).toJson(QJsonDocument::Compact).toStdString());
    const std::filesystem::path file = folder.path() / "lorascope";
    const std::string here = folder.path().string();
    write_file_atomically(file, "#!/bin/sh\nhere=" + here + "\necho \"$@\" >> $here/log\n" + script + "\n");
    std::filesystem::permissions(file, std::filesystem::perms::owner_all);
    qputenv("LORASCOPE_PROGRAM", QByteArray::fromStdString(file.string()));
    program = std::make_unique<LorascopeProgram>();
    qunsetenv("LORASCOPE_PROGRAM");
    tab = std::make_unique<RepresentationsTab>(&session, program.get());
    tab->resize(1200, 900);
    tab->show();
    session.openWorkspace(QString::fromStdString((folder.path() / "w").string()));
    REQUIRE(QTest::qWaitFor([&] { return !session.workspaceFolder().isEmpty() && (!with_runs || !session.runs().empty()); },
                            kPatience));
  }
  std::string log() const {
    const auto file = folder.path() / "log";
    return std::filesystem::exists(file) ? read_file(file) : std::string();
  }
  static void press(AnalysisCard* card) { QTest::mouseClick(card->button(), Qt::LeftButton); }
  static bool wait(AnalysisCard* card) {
    return QTest::qWaitFor([card] { return !card->isRunning(); }, kPatience);
  }
};

/// Answers with the sample of what was asked for: `analyse --what WHAT …`.
const std::string kAnswers = "echo 'base model 1/3' >&2\ncat $here/$3.json";

TEST_CASE("Every analysis is computed by a child at the press of its button, and shown", "[representations]") {
  Bench bench(kAnswers);
  RepresentationsTab& tab = *bench.tab;
  REQUIRE(QTest::qWaitFor([&] { return tab.runs()->chosen().size() == 2; }, kPatience));
  CHECK(tab.mainPlot() == nullptr);
  for (AnalysisCard* card : std::initializer_list<AnalysisCard*>{tab.sensitivity(), tab.cka(), tab.distances(),
                                                                 tab.trajectories()}) {
    CHECK(card->button()->text() == "Compute");
    Bench::press(card);
    REQUIRE(Bench::wait(card));
    CHECK(card->button()->text() == "Compute again");
    CHECK_FALSE(card->caption().isEmpty());
  }
  CHECK(tab.sensitivity()->plot()->view()->figure().lines.size() == 3);
  CHECK(tab.sensitivity()->plot()->isVisibleTo(&tab));
  CHECK(tab.mainPlot() == tab.sensitivity()->plot());
  CHECK(tab.cka()->map()->map().rows.size() == 3);
  CHECK(tab.cka()->table()->rowCount() == 3);
  CHECK(tab.cka()->caption().contains("6,012"));
  const std::string log = bench.log();
  CHECK(log.find("analyse --what cka --workspace") != std::string::npos);
  CHECK(log.find("--pairs-of-kind 250\n") != std::string::npos);
  const auto ids = tab.runs()->chosen();
  CHECK(log.find("--json " + std::to_string(ids[0]) + " " + std::to_string(ids[1]) + "\n") != std::string::npos);

  tab.distances()->viewChoice()->choose(3);
  CHECK(tab.distances()->plot()->view()->figure().y.label.find("RSA") != std::string::npos);
  tab.sensitivity()->viewChoice()->choose(1);
  CHECK(tab.sensitivity()->plot()->view()->figure().lines.size() == 2);
  tab.cka()->modelChoice()->choose(1);
  CHECK(tab.cka()->map()->map().title.contains("LoRA"));
  auto* first = tab.trajectories()->findChild<QSpinBox*>();
  REQUIRE(first != nullptr);
  const auto before = tab.trajectories()->plot()->view()->figure().lines.size();
  first->setValue(6);
  CHECK(tab.trajectories()->plot()->view()->figure().lines.size() < before);
}

TEST_CASE("A probe asks for a treebank first, and texts reach the child", "[representations]") {
  Bench bench(kAnswers);
  RepresentationsTab& tab = *bench.tab;
  REQUIRE(QTest::qWaitFor([&] { return tab.runs()->chosen().size() == 2; }, kPatience));
  Bench::press(tab.probe());
  CHECK(tab.probe()->message()->message().contains("treebank"));
  CHECK(bench.log().empty());
  tab.setTreebank("/tmp/bank.conllu");
  Bench::press(tab.probe());
  REQUIRE(Bench::wait(tab.probe()));
  CHECK(tab.probe()->plot()->view()->figure().lines.size() == 6);
  CHECK(bench.log().find("--treebank /tmp/bank.conllu") != std::string::npos);
  tab.setTextFile("/tmp/some text.txt");
  Bench::press(tab.cka());
  REQUIRE(Bench::wait(tab.cka()));
  CHECK(bench.log().find("--text /tmp/some text.txt") != std::string::npos);
}

TEST_CASE("An analysis that fails says why where it was started, with the command and another try", "[representations]") {
  Bench bench("echo 'base model 1/3' >&2\necho 'lorascope: the runs start from different models' >&2\nexit 2");
  RepresentationsTab& tab = *bench.tab;
  REQUIRE(QTest::qWaitFor([&] { return tab.runs()->chosen().size() == 2; }, kPatience));
  Bench::press(tab.cka());
  REQUIRE(Bench::wait(tab.cka()));
  CHECK(tab.cka()->message()->message().contains("different models"));
  CHECK(tab.cka()->message()->isVisibleTo(&tab));
  CHECK(tab.cka()->analysis().isEmpty());
  CHECK(tab.cka()->button()->text() == "Compute");
  QPushButton* again = nullptr;
  for (QPushButton* button : tab.cka()->message()->findChildren<QPushButton*>())
    if (button->text() == "Try again") again = button;
  REQUIRE(again != nullptr);
  QTest::mouseClick(again, Qt::LeftButton);
  CHECK(tab.cka()->isRunning());
  REQUIRE(Bench::wait(tab.cka()));
}

TEST_CASE("A running analysis shows how far it is and is cancelled by the same button", "[representations]") {
  // `exec`: the signal is to reach what sleeps.
  Bench bench("echo 'base model 2/3' >&2\nexec sleep 60");
  RepresentationsTab& tab = *bench.tab;
  REQUIRE(QTest::qWaitFor([&] { return tab.runs()->chosen().size() == 2; }, kPatience));
  Bench::press(tab.sensitivity());
  CHECK(tab.sensitivity()->button()->text() == "Cancel");
  REQUIRE(QTest::qWaitFor([&] { return bench.log().find("sensitivity") != std::string::npos; }, kPatience));
  Bench::press(tab.sensitivity());
  REQUIRE(Bench::wait(tab.sensitivity()));
  CHECK(tab.sensitivity()->analysis().isEmpty());
  CHECK(tab.sensitivity()->message()->message().isEmpty());
  CHECK(tab.sensitivity()->button()->text() == "Compute");
}

TEST_CASE("What the workspace keeps is shown without computing, the newest of each kind", "[representations]") {
  Bench bench(kAnswers);
  const auto analyses = bench.folder.path() / "w" / "artifacts" / "analyses";
  write_file_atomically(analyses / "cka-0123456789ab.json",
                        QJsonDocument(sample_analysis("cka")).toJson().toStdString());
  write_file_atomically(analyses / "probe-damaged.json", "{\"analysis\": ");
  RepresentationsTab tab(&bench.session, bench.program.get());
  CHECK(tab.cka()->map()->map().rows.size() == 3);
  CHECK(tab.cka()->button()->text() == "Compute again");
  CHECK(tab.probe()->analysis().isEmpty());
  CHECK(bench.log().empty());
}

TEST_CASE("The newest run of each method is chosen, until a person ticks others", "[representations]") {
  Bench bench(kAnswers);
  RunChoice* choice = bench.tab->runs();
  REQUIRE(QTest::qWaitFor([&] { return choice->chosen().size() == 2; }, kPatience));
  CHECK(choice->chosen() == std::vector<store::RunId>{bench.sample.ft[2], bench.sample.lora[2]});
  CHECK(choice->text() == "2 runs");
  Q_EMIT choice->menu()->aboutToShow();
  REQUIRE(choice->menu()->actions().size() == 6);
  QAction* first = choice->menu()->actions().front();
  CHECK_FALSE(first->isChecked());
  first->trigger();
  CHECK(choice->chosen().size() == 3);
  CHECK(choice->chosen().front() == bench.sample.ft[0]);
  choice->choose({bench.sample.lora[1]});
  CHECK(choice->text().contains("LoRA"));
}

TEST_CASE("Without a finished run the tab says so and offers a comparison", "[representations]") {
  Bench bench(kAnswers, false);
  QPushButton* start = nullptr;
  for (QPushButton* button : bench.tab->findChildren<QPushButton*>())
    if (button->text() == "Start a comparison") start = button;
  REQUIRE(start != nullptr);
  CHECK(start->isVisibleTo(bench.tab.get()));
  QSignalSpy wished(bench.tab.get(), &RepresentationsTab::trainRequested);
  QTest::mouseClick(start, Qt::LeftButton);
  CHECK(wished.count() == 1);
}

}  // namespace
}  // namespace lorascope::ui
