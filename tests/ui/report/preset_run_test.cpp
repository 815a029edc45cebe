// Analyses that the report asks the program for: their progress, and their end by a person.

#include <QAction>
#include <QJsonDocument>
#include <QMenu>
#include <QProgressBar>
#include <QPushButton>
#include <QTest>
#include <csignal>
#include <fstream>

#include "core/base/files.h"
#include "tests/support/catch.h"
#include "tests/support/qt_application.h"
#include "tests/ui/representations/samples.h"
#include "tests/ui/shell/waiting.h"
#include "ui/main_window/main_window.h"
#include "ui/report/preset_run.h"
#include "ui/report/report_tab.h"
#include "ui/widgets/message_bar.h"

namespace lorascope::ui {
namespace {

using test::OpenSession;
using test::wait_until;

constexpr int kPatienceMs = 20000;

/// A window over finished runs whose program does as the script says; its processes leave their numbers.
struct Opened {
  test::TemporaryFolder folder;
  OpenSession open{test::SampleOptions{.num_steps = 40, .spectrum_length = 8, .with_living = false}};
  std::unique_ptr<MainWindow> window;
  ReportTab* report = nullptr;

  explicit Opened(const std::string& script) {
    const std::filesystem::path file = folder.path() / "lorascope";
    write_file_atomically(file, "#!/bin/sh\nhere=" + folder.path().string() + "\necho $$ >> $here/pids\n" + script + "\n");
    std::filesystem::permissions(file, std::filesystem::perms::owner_all);
    write_file_atomically(folder.path() / "sensitivity.json",
                          QJsonDocument(test::sample_analysis("sensitivity")).toJson(QJsonDocument::Compact).toStdString());
    write_file_atomically(folder.path() / "intruders.json",
                          R"({"modules": {"encoder.layer.0.attention.self.query": {"closest": [0.3, 0.9]}}})");
    qputenv("LORASCOPE_PROGRAM", QByteArray::fromStdString(file.string()));
    window = std::make_unique<MainWindow>(&open.session());
    qunsetenv("LORASCOPE_PROGRAM");
    report = window->reportTab();
    window->resize(1280, 800);
    window->show();
    window->showTab(QStringLiteral("Report"));
  }
  void choose(const char* preset) const {
    for (QAction* action : report->presetMenu()->actions())
      if (action->text() == preset) action->trigger();
  }
  std::vector<pid_t> processes() const {
    std::ifstream file(folder.path() / "pids");
    std::vector<pid_t> all;
    for (pid_t pid = 0; file >> pid;) all.push_back(pid);
    return all;
  }
  bool wait_for_processes(std::size_t count) const {
    return wait_until([&] { return processes().size() == count; }, kPatienceMs);
  }
  std::size_t num_items() const { return report->book()->items().size(); }
};

bool is_alive(pid_t pid) { return ::kill(pid, 0) == 0; }

// `exec`: the signal is to reach what sleeps.
const std::string kHangs = "echo 'base model 1/4  9 s left' >&2\nexec sleep 60";

}  // namespace

TEST_CASE("An analysis for the report shows what is done of what, and its button ends the process", "[ui][report]") {
  const Opened opened(kHangs);
  PresetRun* run = opened.report->presetRun();
  CHECK_FALSE(run->isVisible());
  opened.choose("Syntactic-semantic sensitivity");
  REQUIRE(opened.wait_for_processes(1));
  REQUIRE(wait_until([&] { return run->text().contains("1/4"); }, kPatienceMs));
  CHECK(run->text() == "Syntactic-semantic sensitivity: base model 1/4 9 s left");
  const auto* bar = run->findChild<QProgressBar*>();
  REQUIRE(bar != nullptr);
  CHECK(bar->isVisible());
  CHECK(bar->value() == 1);
  CHECK(bar->maximum() == 4);
  REQUIRE(run->button()->isVisible());
  const pid_t process = opened.processes().front();
  CHECK(is_alive(process));
  QTest::mouseClick(run->button(), Qt::LeftButton);
  CHECK(wait_until([&] { return !run->isRunning() && !is_alive(process); }, kPatienceMs));
  CHECK_FALSE(run->isVisible());
  CHECK(opened.num_items() == 0);
  CHECK(opened.report->messages()->message().isEmpty());
}

TEST_CASE("An analysis run by run counts them and tells the time left; what it has pinned stays", "[ui][report]") {
  const Opened opened("if [ -e $here/once ]; then echo 'LoRA 1/2  ' >&2; exec sleep 60; fi\ntouch $here/once\n"
                      "echo 'FT 0/2  ' >&2\nsleep 1\ncat $here/intruders.json");
  PresetRun* run = opened.report->presetRun();
  opened.choose("Intruder dimensions");
  REQUIRE(wait_until([&] { return run->text().contains("1 of 2"); }, kPatienceMs));
  CHECK_FALSE(run->text().contains("left"));
  REQUIRE(wait_until([&] { return run->text().contains("2 of 2, LoRA 1/2"); }, kPatienceMs));
  CHECK(run->text().endsWith(" left"));  // a quarter is still to do
  REQUIRE(wait_until([&] { return opened.num_items() > 0; }, kPatienceMs));
  const std::size_t pinned = opened.num_items();
  run->cancel();
  REQUIRE(wait_until([&] { return !run->isRunning(); }, kPatienceMs));
  CHECK(opened.num_items() == pinned);
}

TEST_CASE("Another preset, another workspace and a closed window end an analysis", "[ui][report]") {
  Opened opened("case \"$*\" in *intruders*) cat $here/intruders.json;; *) " + kHangs + ";; esac");
  PresetRun* run = opened.report->presetRun();
  opened.choose("Syntactic-semantic sensitivity");
  REQUIRE(opened.wait_for_processes(1));
  opened.choose("CKA of the layers");
  REQUIRE(opened.wait_for_processes(2));
  CHECK_FALSE(is_alive(opened.processes()[0]));
  CHECK(run->text().startsWith("CKA"));
  opened.choose("Intruder dimensions");
  REQUIRE(wait_until([&] { return !run->isRunning(); }, kPatienceMs));
  CHECK_FALSE(is_alive(opened.processes()[1]));
  CHECK(wait_until([&] { return opened.num_items() > 0; }, kPatienceMs));
  const std::size_t before = opened.processes().size();
  opened.choose("CKA of the layers");
  REQUIRE(opened.wait_for_processes(before + 1));
  Q_EMIT opened.open.session().workspaceOpened();
  REQUIRE(wait_until([&] { return !run->isRunning(); }, kPatienceMs));
  CHECK_FALSE(is_alive(opened.processes().back()));
  opened.choose("CKA of the layers");
  REQUIRE(opened.wait_for_processes(before + 2));
  opened.window.reset();
  CHECK_FALSE(is_alive(opened.processes().back()));
}

TEST_CASE("An analysis for the report that fails says why, without its progress, and with the command", "[ui][report]") {
  const Opened opened("echo 'base model 1/4  9 s left' >&2\necho 'lorascope: no such weights' >&2\nexit 2");
  opened.choose("CKA of the layers");
  REQUIRE(wait_until([&] { return !opened.report->messages()->message().isEmpty(); }, kPatienceMs));
  CHECK(opened.report->messages()->message() == "lorascope: no such weights");
  CHECK_FALSE(opened.report->presetRun()->isVisible());
}

}  // namespace lorascope::ui
