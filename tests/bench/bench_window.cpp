// The acceptance numbers of the window, on the offscreen platform: start with 1,000 runs, a run with a million points,
// how late a live curve is, and the longest turn of the event loop on the way.

#include <QApplication>
#include <QElapsedTimer>
#include <QThread>
#include <ctime>
#include <cstdio>
#include <functional>

#include "core/base/clock.h"
#include "core/store/metric_writer.h"
#include "core/store/run_store.h"
#include "tests/support/qt_application.h"
#include "tests/support/sample_workspace.h"
#include "tests/support/temporary_folder.h"
#include "ui/curves/curve_card.h"
#include "ui/curves/curves_tab.h"
#include "ui/main_window/main_window.h"
#include "ui/main_window/watchdog.h"
#include "ui/main_window/window_settings.h"
#include "ui/plots/plot_view.h"
#include "ui/widgets/theme.h"

using namespace lorascope;

namespace {

constexpr std::int64_t kManyPoints = 1'000'000;
constexpr int kManyRuns = 1000;
constexpr int kLiveSteps = 20;

bool wait_until(const std::function<bool()>& condition, int milliseconds = 60000, ui::Watchdog* watchdog = nullptr) {
  QElapsedTimer timer;
  timer.start();
  while (!condition()) {
    if (timer.elapsed() > milliseconds) return false;
    if (watchdog != nullptr) watchdog->beginTurn();
    QCoreApplication::processEvents();
    if (watchdog != nullptr) watchdog->endTurn();
    QThread::usleep(500);
  }
  return true;
}

/// Wall time, and the processor time of this thread, which a busy machine does not lengthen.
class Clock {
 public:
  Clock() : begin_(thread_ms()) { timer_.start(); }
  double wall_ms() const { return static_cast<double>(timer_.nsecsElapsed()) / 1e6; }
  double thread_time_ms() const { return thread_ms() - begin_; }

 private:
  static double thread_ms() {
    timespec now{};
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
    return static_cast<double>(now.tv_sec) * 1e3 + static_cast<double>(now.tv_nsec) / 1e6;
  }

  QElapsedTimer timer_;
  double begin_;
};

void print(const char* what, double ms, double thread_ms, double limit_ms) {
  std::printf("%-56s %8.1f ms (window's thread %7.1f)  limit %4.0f ms%s\n", what, ms, thread_ms, limit_ms,
              ms > limit_ms ? "  MISSED" : "");
}

void print(const ui::Watchdog& watchdog) {
  std::printf("    longest turn of the loop meanwhile: %lld ms, limit 50 ms\n",
              static_cast<long long>(watchdog.longestMs()));
  for (const auto& block : watchdog.blocks())
    std::printf("      %lld ms: %s\n", static_cast<long long>(block.ms), qPrintable(block.events));
}

/// The last x that the first curve of the tab draws; -1 without one.
double last_drawn(ui::MainWindow& window) {
  const auto* curves = window.findChild<ui::CurvesTab*>();
  if (curves == nullptr || curves->cards().empty()) return -1;
  const auto& lines = curves->cards().front()->view()->figure().lines;
  double last = -1;
  for (const auto& line : lines)
    if (!line.x.empty()) last = std::max(last, line.x.back());
  return last;
}

void measure_start(const std::filesystem::path& folder) {
  const Clock clock;
  ui::SessionModel session;
  ui::MainWindow window(&session);
  std::printf("    made after %.1f ms (%.1f)\n", clock.wall_ms(), clock.thread_time_ms());
  ui::Watchdog watchdog(50);
  window.resize(1280, 800);
  window.show();
  session.openWorkspace(QString::fromStdString(folder.string()));
  wait_until([&] { return session.runs().size() == kManyRuns; }, 60000, &watchdog);
  window.grab();
  print("start to a usable window with 1,000 runs", clock.wall_ms(), clock.thread_time_ms(), 1000);
  wait_until([] { return false; }, 1500, &watchdog);
  print(watchdog);
}

void measure_long_run(const std::filesystem::path& folder) {
  ui::SessionModel session;
  ui::MainWindow window(&session);
  window.resize(1280, 800);
  window.show();
  window.showTab(QStringLiteral("Curves"));
  wait_until([] { return false; }, 300);
  ui::Watchdog watchdog(50);
  const Clock clock;
  session.openWorkspace(QString::fromStdString(folder.string()));
  wait_until([&] { return last_drawn(window) >= kManyPoints - 1; }, 60000, &watchdog);
  print("opening a workspace and its run of 1,000,000 points", clock.wall_ms(), clock.thread_time_ms(), 500);
  print(watchdog);
  const auto* curves = window.findChild<ui::CurvesTab*>();
  ui::PlotView* view = curves->cards().front()->view();
  const Clock replots;
  for (int i = 0; i < 10; ++i) {
    view->zoomTo({i * 1000.0, kManyPoints - i * 1000.0});
    view->repaint();
  }
  print("replot of the 1,000,000 points (mean of ten zooms)", replots.wall_ms() / 10, replots.thread_time_ms() / 10, 20);
}

void measure_live_lag(const std::filesystem::path& folder) {
  const store::Workspace workspace = store::Workspace::open_or_create(folder);
  study::RunSettings settings;
  settings.name = "live";
  store::RunStore runs(workspace);
  const store::RunId run = runs.create(settings);
  runs.set_state(run, store::RunState::Running);
  store::MetricWriter writer(workspace, run);
  ui::SessionModel session;
  ui::MainWindow window(&session);
  window.show();
  window.showTab(QStringLiteral("Curves"));
  session.openWorkspace(QString::fromStdString(folder.string()));
  double longest = 0;
  const Clock clock;
  for (int step = 1; step <= kLiveSteps; ++step) {
    writer.add("train/loss", step, 1.0 / step);
    writer.set_heartbeat({now_seconds(), step, kLiveSteps, 1.0 / step, 100, 1, 50, "training"});
    QElapsedTimer timer;
    timer.start();
    wait_until([&] { return last_drawn(window) >= step; }, 5000);
    longest = std::max(longest, static_cast<double>(timer.elapsed()));
  }
  print("a point from the run's process to the curve (longest)", longest, clock.thread_time_ms() / kLiveSteps, 1000);
}

}  // namespace

int main() {
  const test::TemporaryFolder folder;
  QApplication& application = test::qt_application();
  qputenv("LORASCOPE_SETTINGS", QByteArray::fromStdString((folder.path() / "settings").string()));
  ui::chooseSettingsFolder();
  ui::applyTheme(application, ui::Appearance::Light);
  test::fill_many_runs(store::Workspace::open_or_create(folder.path() / "many"), kManyRuns);
  test::fill_long_run(store::Workspace::open_or_create(folder.path() / "long"), kManyPoints);
  measure_start(folder.path() / "many");
  measure_long_run(folder.path() / "long");
  measure_live_lag(folder.path() / "live");
  return 0;
}
