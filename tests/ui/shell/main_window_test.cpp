#include "ui/main_window/main_window.h"

#include <QDockWidget>
#include <QElapsedTimer>
#include <QLabel>
#include <QLineEdit>
#include <QMimeData>
#include <QPushButton>
#include <QSettings>
#include <QStackedWidget>
#include <QTest>
#include <QToolButton>
#include <filesystem>
#include <fstream>
#include <set>
#include <sstream>

#include "core/base/files.h"
#include "core/store/command_box.h"
#include "core/store/run_store.h"
#include "tests/support/catch.h"
#include "tests/support/qt_application.h"
#include "tests/ui/shell/waiting.h"
#include "ui/log/log_panel.h"
#include "ui/main_window/status_line.h"
#include "ui/main_window/window_settings.h"
#include "ui/runs/run_tree_view.h"
#include "ui/runs/runs_panel.h"
#include "ui/train/first_batch_view.h"
#include "ui/train/problems_card.h"
#include "ui/train/run_header.h"
#include "ui/train/train_tab.h"
#include "ui/widgets/message_bar.h"
#include "ui/widgets/theme.h"

namespace lorascope::ui {
namespace {

using test::OpenSession;
using test::wait_until;

const test::SampleOptions kSample = {.num_steps = 40, .spectrum_length = 8, .with_living = true, .with_trouble = true};

TEST_CASE("The window follows the living run and shows its first batch, progress and numbers", "[ui]") {
  OpenSession open(kSample);
  MainWindow window(&open.session());
  window.show();
  open.session().refresh();
  const store::RunId living = open.session().runs().back().id;
  REQUIRE(wait_until([&] { return open.session().selectedRun() == living; }));
  CHECK(wait_until([&] { return window.trainTab()->firstBatch()->batch().rows.size() == 4; }));
  const QStringList status = window.statusLine()->texts();
  CHECK(status.contains("2 running"));
  CHECK(status.contains("LoRA r 8, lr 1e-3, seed 44 · step 26 / 40"));
  CHECK(status.contains("2,310 tokens/s"));
  CHECK(status.contains("1 waiting"));
  const RunHeader* header = window.trainTab()->runHeader();
  CHECK(header->button(RunVerb::Pause)->isVisibleTo(header));
  CHECK_FALSE(header->button(RunVerb::Resume)->isVisibleTo(header));
}

TEST_CASE("Pressing Pause posts a command row, and the buttons follow the state", "[ui]") {
  OpenSession open(kSample);
  MainWindow window(&open.session());
  window.show();
  const store::RunId living = open.session().runs().back().id;
  open.session().select({living});
  const RunHeader* header = window.trainTab()->runHeader();
  QTest::mouseClick(header->button(RunVerb::Pause), Qt::LeftButton);
  bool paused = false;
  CHECK(wait_until([&] {
    for (const store::Command& command : store::CommandBox(open.other()).take(living)) {
      paused = paused || command.kind == store::CommandKind::Pause;
    }
    return paused;
  }));
  store::RunStore(open.other()).set_state(living, store::RunState::Paused);
  CHECK(wait_until([&] { return header->button(RunVerb::Continue)->isVisibleTo(header); }));
  CHECK_FALSE(header->button(RunVerb::Pause)->isVisibleTo(header));
}

TEST_CASE("An empty workspace offers the built-in comparison", "[ui]") {
  OpenSession open([](const store::Workspace&) {});
  MainWindow window(&open.session());
  window.show();
  bool found = false;
  for (const QPushButton* button : window.trainTab()->findChildren<QPushButton*>()) {
    found = found || (button->text().contains("built-in comparison") && button->isVisible());
  }
  CHECK(found);
}

TEST_CASE("The filter line narrows the list and Space closes the eye of the selected run", "[ui]") {
  OpenSession open(kSample);
  MainWindow window(&open.session());
  window.show();
  RunTreeView* tree = window.runsPanel()->tree();
  window.runsPanel()->filterLine()->setText(QStringLiteral("state:failed"));
  CHECK(tree->model()->rowCount() == 1);
  window.runsPanel()->filterLine()->setText(QString());
  const store::RunId run = open.session().shownRuns().front();
  open.session().select({run});
  QApplication::setActiveWindow(&window);
  tree->setFocus();
  QTest::keyClick(tree, Qt::Key_Space);
  CHECK(wait_until([&] { return !open.session().isShown(run); }));
  CHECK(window.undoStack()->undoText() == "hide seed 42");
  window.undoStack()->undo();
  CHECK(wait_until([&] { return open.session().isShown(run); }));
}

TEST_CASE("The layout comes back as it was left, not from another version, and can be reset", "[ui]") {
  OpenSession open(kSample);
  {
    MainWindow window(&open.session());
    window.show();
    window.showTab(QStringLiteral("Curves"));
    window.findChild<QDockWidget*>(QStringLiteral("details"))->hide();
    window.setLogUnfolded(true);
    window.close();
  }
  {
    MainWindow window(&open.session());
    window.show();
    auto* details = window.findChild<QDockWidget*>(QStringLiteral("details"));
    CHECK(details->isHidden());
    CHECK_FALSE(window.logPanel()->isHidden());
    window.resetLayout();
    CHECK_FALSE(details->isHidden());
    CHECK(window.logPanel()->isHidden());
  }
  QMainWindow other;
  QSettings().setValue(QStringLiteral("window/docks"), QByteArray("not a layout"));
  CHECK_FALSE(restoreLayout(other));
}

TEST_CASE("Problems of a study stand in the Train tab, all at once", "[ui]") {
  OpenSession open(kSample);
  MainWindow window(&open.session());
  window.show();
  window.trainTab()->showProblems(QStringLiteral("/tmp/s.toml"), {{"s.toml:3: lr", "\"fast\"", "a number", ""},
                                                                  {"s.toml:9: seed", "-1", "0 or more", "use 42"}});
  ProblemsCard* card = window.trainTab()->problems();
  CHECK(card->isVisible());
  QString text;
  for (const QLabel* label : card->findChildren<QLabel*>()) text += label->text() + '\n';
  CHECK(text.contains("s.toml cannot be run"));
  CHECK(text.contains("s.toml:3: lr"));
  CHECK(text.contains("found -1, expected 0 or more"));
  CHECK(text.contains("use 42"));
}

TEST_CASE("Failures of the store appear as a message in the window, not as a dialog", "[ui]") {
  OpenSession open(kSample);
  MainWindow window(&open.session());
  window.show();
  open.session().edit([](const store::Workspace& workspace) { store::RunStore(workspace).set_name(9999, "x"); });
  CHECK(wait_until([&] { return window.messages()->message().contains("9999"); }));
}

TEST_CASE("Every button, field and list has an accessible name or a text", "[ui]") {
  OpenSession open(kSample);
  MainWindow window(&open.session());
  window.show();
  open.session().select({open.session().runs().back().id});
  for (const QAbstractButton* button : window.findChildren<QAbstractButton*>()) {
    const bool is_internal = button->objectName().startsWith("qt_") || button->inherits("QTableCornerButton") ||
                             button->inherits("QLineEditIconButton");
    INFO(button->metaObject()->className()
         << " in " << button->parent()->metaObject()->className() << " " << button->icon().name().toStdString());
    CHECK((is_internal || !button->text().isEmpty() || !button->accessibleName().isEmpty()));
  }
  for (const QLineEdit* field : window.findChildren<QLineEdit*>()) {
    const bool is_internal = field->objectName().startsWith("qt_");
    CHECK((is_internal || !field->accessibleName().isEmpty()));
  }
}

TEST_CASE("At 1280 x 800 no dock is wider than planned and the picture is not blank, light and dark", "[ui]") {
  OpenSession open(kSample);
  for (const Appearance appearance : {Appearance::Light, Appearance::Dark}) {
    applyTheme(test::qt_application(), appearance);
    MainWindow window(&open.session());
    window.resize(1280, 800);
    window.show();
    open.session().select({open.session().runs().back().id});
    QTest::qWait(50);
    CHECK(window.size() == QSize(1280, 800));
    CHECK(window.findChild<QDockWidget*>(QStringLiteral("runs"))->width() <= 310);
    CHECK(window.findChild<QDockWidget*>(QStringLiteral("details"))->width() <= 330);
    const QImage picture = window.grab().toImage();
    QSet<QRgb> colours;
    for (int y = 0; y < picture.height(); y += 7) {
      for (int x = 0; x < picture.width(); x += 7) colours.insert(picture.pixel(x, y));
    }
    CHECK(colours.size() > 10);
    CHECK(picture.pixelColor(2, 300) == coloursOf(appearance).window);
  }
  applyTheme(test::qt_application(), Appearance::Light);
}

/// Inode numbers in the first column that holds them of /proc/net/NAME.
std::set<std::string> inodes_of(const std::string& name) {
  std::set<std::string> inodes;
  std::ifstream file("/proc/self/net/" + name);
  std::string line;
  std::getline(file, line);
  while (std::getline(file, line)) {
    std::istringstream words(line);
    std::string word;
    for (int column = 0; column < 10 && words >> word; ++column) {
    }
    inodes.insert(word);
  }
  return inodes;
}

TEST_CASE("The window opens no network socket", "[ui]") {
  OpenSession open(kSample);
  MainWindow window(&open.session());
  window.show();
  QTest::qWait(300);
  std::set<std::string> network;
  for (const char* name : {"tcp", "tcp6", "udp", "udp6"}) network.merge(inodes_of(name));
  for (const auto& entry : std::filesystem::directory_iterator("/proc/self/fd")) {
    std::error_code gone;
    const std::string target = std::filesystem::read_symlink(entry.path(), gone).string();
    if (target.rfind("socket:[", 0) == 0) {
      CHECK(network.count(target.substr(8, target.size() - 9)) == 0);
    }
  }
}

TEST_CASE("A lost run offers Resume and its log where it is described", "[ui]") {
  OpenSession open(kSample);
  MainWindow window(&open.session());
  window.show();
  open.session().select({open.session().runs()[1].id});
  REQUIRE(open.session().run(open.session().selectedRun())->state == store::RunState::Lost);
  const RunHeader* header = window.trainTab()->runHeader();
  CHECK(header->button(RunVerb::Resume)->isVisibleTo(header));
  auto* details = window.findChild<QDockWidget*>(QStringLiteral("details"));
  QPushButton* show_log = nullptr;
  for (QPushButton* button : details->findChildren<QPushButton*>()) {
    if (button->text() == "Show the log") show_log = button;
  }
  REQUIRE(show_log != nullptr);
  QTest::mouseClick(show_log, Qt::LeftButton);
  CHECK_FALSE(window.logPanel()->isHidden());
}

TEST_CASE("Benchmark: a window on 1,000 runs", "[.benchmark]") {
  OpenSession open([](const store::Workspace& workspace) { test::fill_many_runs(workspace, 1000); });
  QElapsedTimer timer;
  timer.start();
  SessionModel session;
  MainWindow window(&session);
  window.show();
  session.openWorkspace(QString::fromStdString(open.folder().string()));
  wait_until([&] { return session.runs().size() == 1000; });
  window.grab();
  WARN("usable after " << timer.elapsed() << " ms");
}

}  // namespace
}  // namespace lorascope::ui
