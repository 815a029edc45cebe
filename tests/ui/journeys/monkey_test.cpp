// Random clicks and keys against a window on living runs: nothing crashes, leaks or blocks the window.

#include <malloc.h>
#include <unistd.h>

#include <QAbstractButton>
#include <QElapsedTimer>
#include <QProcess>
#include <QTest>
#include <QThread>
#include <QTimer>
#include <QToolButton>
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <iostream>
#include <map>
#include <random>

#include "core/store/run_store.h"
#include "tests/support/catch.h"
#include "tests/support/qt_application.h"
#include "tests/ui/shell/waiting.h"
#include "ui/main_window/main_window.h"
#include "ui/main_window/memory_return.h"
#include "ui/main_window/watchdog.h"

namespace lorascope::ui {
namespace {

using test::OpenSession;

double resident_mib() {
  std::ifstream file("/proc/self/statm");
  double total = 0, resident = 0;
  file >> total >> resident;
  return resident * static_cast<double>(sysconf(_SC_PAGESIZE)) / (1024 * 1024);
}

/// What the allocator has from the system, and how much of it is free, on all its heaps together.
struct HeapUse {
  double taken_mib = 0, free_mib = 0;
};

HeapUse heap_use() {
  char* text = nullptr;
  std::size_t size = 0;
  FILE* file = open_memstream(&text, &size);
  malloc_info(0, file);
  std::fclose(file);
  const std::string xml(text, size);
  std::free(text);
  // The sums of all heaps stand behind the last of them.
  const std::string sums = xml.substr(xml.rfind("</heap>"));
  const auto mib = [&](const char* element) {
    const std::size_t place = sums.find(element);
    if (place == std::string::npos) return 0.0;
    return std::stod(sums.substr(sums.find("size=\"", place) + 6)) / (1024 * 1024);
  };
  return {mib("<system type=\"current\"") + mib("<total type=\"mmap\""),
          mib("<total type=\"fast\"") + mib("<total type=\"rest\"")};
}

/// Classes of which there are more objects under `root` than at the last call: "QAction +4 (120)".
std::string grown_classes(const QObject& root, std::map<std::string, int>& last) {
  std::map<std::string, int> now;
  for (const QObject* object : root.findChildren<QObject*>()) ++now[object->metaObject()->className()];
  std::string text;
  for (const auto& [name, count] : now) {
    const int more = count - last[name];
    if (more > 0) text += "\n  " + name + " +" + std::to_string(more) + " (" + std::to_string(count) + ")";
  }
  last = std::move(now);
  return text;
}

/// Two runs that write points for as long as the test lasts.
class LivingRuns {
 public:
  LivingRuns(const OpenSession& open, store::Workspace& workspace, double seconds) {
    study::RunSettings settings;
    settings.group = "living";
    for (const char* name : {"one", "two"}) {
      settings.name = name;
      settings.method = *name == 'o' ? study::Method::FullFineTuning : study::Method::Lora;
      const store::RunId run = store::RunStore(workspace).create(settings);
      store::RunStore(workspace).set_state(run, store::RunState::Starting);
      auto process = std::make_unique<QProcess>();
      process->start(LORASCOPE_LIVING_PROGRAM, {QString::fromStdString(open.folder().string()), QString::number(run),
                                                QString::number(seconds)});
      processes_.push_back(std::move(process));
    }
  }
  ~LivingRuns() {
    for (auto& process : processes_) {
      process->kill();
      process->waitForFinished();
    }
  }

 private:
  std::vector<std::unique_ptr<QProcess>> processes_;
};

/// Nothing that opens a native dialog, starts a process or closes the window.
bool is_avoided(const QWidget* widget) {
  const auto* button = qobject_cast<const QAbstractButton*>(widget);
  if (button == nullptr) return false;
  const auto* tool = qobject_cast<const QToolButton*>(widget);
  // A menu would wait for its choice; so does that of a button's actions.
  if (tool != nullptr && (tool->menu() != nullptr || !tool->actions().isEmpty())) return true;
  static const char* const words[] = {"file",  "folder", "Start", "Run",      "Resume",     "Pause", "Stop",    "Open",
                                      "queue", "Save",   "kit",   "Continue", "checkpoint", "Mark",  "choose",  "Choose",
                                      "Write", "Measure", "Compare the", "Ask", "Derive"};
  const QString name = button->text() + button->accessibleName() + button->toolTip();
  return std::any_of(std::begin(words), std::end(words),
                     [&](const char* word) { return name.contains(QLatin1String(word)); });
}

void press_something(MainWindow& window, std::mt19937& random) {
  static const Qt::Key keys[] = {Qt::Key_Tab,    Qt::Key_Space, Qt::Key_Left, Qt::Key_Right,    Qt::Key_Up,
                                 Qt::Key_Down,   Qt::Key_Home,  Qt::Key_L,    Qt::Key_X,        Qt::Key_S,
                                 Qt::Key_Escape, Qt::Key_Plus,  Qt::Key_1,    Qt::Key_Backspace};
  const auto widgets = window.findChildren<QWidget*>();
  QWidget* widget = widgets[static_cast<qsizetype>(random() % static_cast<unsigned>(widgets.size()))];
  if (!widget->isVisible() || !widget->isEnabled() || is_avoided(widget)) return;
  const QPoint place(static_cast<int>(random() % 60), static_cast<int>(random() % 40));
  switch (random() % 3) {
    case 0:
      QTest::mouseClick(widget, Qt::LeftButton, {}, place);
      break;
    case 1:
      QTest::keyClick(widget, keys[random() % std::size(keys)]);
      break;
    default:
      QTest::mouseMove(widget, place);
  }
  if (QWidget* popup = QApplication::activePopupWidget()) popup->close();
}

/// The slowest events of the whole test, each with its number and its longest time.
std::string summary(const std::deque<Watchdog::Block>& blocks) {
  std::map<QString, std::pair<int, qint64>> by_event;
  for (const Watchdog::Block& block : blocks) {
    const QString first = block.events.section(QStringLiteral(", "), 0, 0);
    auto& [count, longest] = by_event[first.section(' ', 0, -3)];
    ++count;
    longest = std::max(longest, block.ms);
  }
  std::string text;
  for (const auto& [event, numbers] : by_event)
    text += "\n  " + event.toStdString() + ": " + std::to_string(numbers.first) + " times, longest " +
            std::to_string(numbers.second) + " ms";
  return text;
}

/// Number `i` of a series of presses, each series of 25 on another tab.
void press(MainWindow& window, std::mt19937& random, Watchdog& watchdog, int i) {
  watchdog.beginTurn();
  if (i % 25 == 0) {
    const QStringList tabs = window.tabNames();
    window.showTab(tabs[static_cast<qsizetype>(random() % static_cast<unsigned>(tabs.size()))]);
  }
  press_something(window, random);
  watchdog.endTurn();
  watchdog.beginTurn();
  QCoreApplication::processEvents();
  // What the program's loop does and processEvents() leaves undone: objects that were to be deleted later go.
  QCoreApplication::sendPostedEvents(nullptr, QEvent::DeferredDelete);
  watchdog.endTurn();
}

/// A menu that opens all the same is closed from within its own loop.
void close_menus(MainWindow& window) {
  auto* closer = new QTimer(&window);
  QObject::connect(closer, &QTimer::timeout, &window, [] {
    if (QWidget* popup = QApplication::activePopupWidget()) popup->close();
  });
  closer->start(100);
}

constexpr int kWarmPresses = 400;  ///< fonts and caches are warm after them
constexpr int kTwinPresses = 4000;
constexpr double kLeakMib = 50;

/// What a window needs that has just been opened on a workspace and was pressed on for a while: how much of the memory
/// is the runs', not a leak. In a process of its own.
double fresh_window_mib(const std::filesystem::path& workspace) {
  QProcess twin;
  QProcessEnvironment environment = QProcessEnvironment::systemEnvironment();
  environment.insert(QStringLiteral("LORASCOPE_MONKEY_WORKSPACE"), QString::fromStdString(workspace.string()));
  twin.setProcessEnvironment(environment);
  twin.start(QCoreApplication::applicationFilePath(), {QStringLiteral("[monkey-twin]")});
  twin.waitForFinished(300000);
  const QString printed = QString::fromUtf8(twin.readAllStandardOutput());
  return printed.section(QStringLiteral("resident "), 1).section(' ', 0, 0).toDouble();
}

TEST_CASE("A window that has just been opened on the workspace of the random clicks", "[.][monkey-twin]") {
  returnFreedMemory(&test::qt_application());
  OpenSession open(std::filesystem::path(qEnvironmentVariable("LORASCOPE_MONKEY_WORKSPACE").toStdString()));
  MainWindow window(&open.session());
  window.resize(1280, 800);
  window.show();
  close_menus(window);
  Watchdog watchdog(50);
  std::mt19937 random(21);
  for (int i = 0; i < kTwinPresses; ++i) press(window, random, watchdog, i);
  CHECK(window.isVisible());
  std::cout << "resident " << resident_mib() << " MiB" << std::endl;
}

TEST_CASE("Random clicks and keys on living runs neither crash nor leak nor block the window", "[ui][journey]") {
  // As long as LORASCOPE_MONKEY_SECONDS says; a few seconds in the suite. LORASCOPE_MONKEY_PAUSE_MS after each press makes
  // an hour of it bearable beside other work.
  const bool is_long = qEnvironmentVariableIsSet("LORASCOPE_MONKEY_SECONDS");
  const double seconds = qEnvironmentVariable("LORASCOPE_MONKEY_SECONDS", QStringLiteral("4")).toDouble();
  const auto pause = static_cast<unsigned long>(qEnvironmentVariableIntValue("LORASCOPE_MONKEY_PAUSE_MS"));
  const test::SampleOptions sample = {.num_steps = 40, .spectrum_length = 8, .with_living = false, .with_trouble = true};
  returnFreedMemory(&test::qt_application());  // as the program does
  OpenSession open(sample);
  const LivingRuns living(open, open.other(), seconds + 5);
  MainWindow window(&open.session());
  window.resize(1280, 800);
  window.show();
  Watchdog watchdog(50);
  std::mt19937 random(20);
  close_menus(window);
  if (is_long)
    watchdog.setReport([](const Watchdog::Block& block) {
      std::cerr << "a turn of " << block.ms << " ms: " << block.events.toStdString() << std::endl;
    });
  QElapsedTimer clock, minute;
  clock.start();
  minute.start();
  double before = 0;
  std::map<std::string, int> classes;
  for (int i = 0; static_cast<double>(clock.elapsed()) < seconds * 1000; ++i) {
    press(window, random, watchdog, i);
    if (pause > 0) QThread::msleep(pause);
    if (i == kWarmPresses) {
      before = resident_mib();
      watchdog.clear();
    }
    if (is_long && minute.elapsed() > 60000) {
      minute.restart();
      const HeapUse heap = heap_use();
      std::cerr << clock.elapsed() / 1000 << " s, " << i << " presses, " << resident_mib() << " MiB (" << before
                << " at first), heaps " << heap.taken_mib << " MiB, of which free " << heap.free_mib << ", longest turn "
                << watchdog.longestMs() << " ms, "
                << watchdog.numBlocks() << " above 50 ms" << grown_classes(window, classes) << std::endl;
    }
  }
  CHECK(window.isVisible());
  const double after = resident_mib();
  const double fresh = is_long ? fresh_window_mib(open.folder()) : before;
  if (before > 0) CHECK(after - fresh < kLeakMib);
  // A busy machine makes single turns longer; the long run on a quiet one states the figure.
  CHECK(watchdog.longestMs() < 3000);
  if (is_long)
    WARN("memory " << before << " -> " << after << " MiB, a fresh window on the same runs " << fresh
                   << " MiB, longest turn " << watchdog.longestMs() << " ms, " << watchdog.numBlocks()
                   << " above 50 ms" << summary(watchdog.blocks()));
}

}  // namespace
}  // namespace lorascope::ui
