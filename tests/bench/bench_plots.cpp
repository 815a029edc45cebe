// Times of the plots on one core: first drawing, replot, zoom, live append, hover, and from the store to the screen.
// Prints one line a measurement; exits with 1 when a limit of WORKBENCH.md 7 is exceeded. What only the UI thread does
// is measured in its processor time, so that other work on the machine does not count.

#include <QElapsedTimer>
#include <QTest>
#include <algorithm>
#include <cstdio>
#include <ctime>
#include <functional>
#include <vector>

#include "core/store/metric_writer.h"
#include "core/store/run_store.h"
#include "core/store/workspace.h"
#include "tests/support/qt_application.h"
#include "tests/support/sample_workspace.h"
#include "tests/support/temporary_folder.h"
#include "tests/ui/plots/figures.h"
#include "ui/curves/curve_card.h"
#include "ui/plots/plot_canvas.h"
#include "ui/plots/plot_view.h"
#include "ui/widgets/theme.h"

using namespace lorascope;

namespace {

bool all_within = true;

double thread_milliseconds() {
  timespec now{};
  clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
  return static_cast<double>(now.tv_sec) * 1e3 + static_cast<double>(now.tv_nsec) / 1e6;
}

double milliseconds(const std::function<void()>& work) {
  const double start = thread_milliseconds();
  work();
  return thread_milliseconds() - start;
}

double wall_milliseconds(const std::function<void()>& work) {
  QElapsedTimer timer;
  timer.start();
  work();
  return static_cast<double>(timer.nsecsElapsed()) / 1e6;
}

double median(int rounds, const std::function<void()>& work) {
  std::vector<double> times;
  for (int i = 0; i < rounds; ++i) times.push_back(milliseconds(work));
  std::nth_element(times.begin(), times.begin() + rounds / 2, times.end());
  return times[static_cast<std::size_t>(rounds / 2)];
}

void report(const char* what, double ms, double limit_ms = 0) {
  if (limit_ms > 0) {
    std::printf("%-58s %9.2f ms   limit %.0f ms\n", what, ms, limit_ms);
    all_within = all_within && ms <= limit_ms;
  } else {
    std::printf("%-58s %9.2f ms\n", what, ms);
  }
  std::fflush(stdout);
}

figures::FigureData smoothed_run(std::size_t num_points, const char* method) {
  figures::FigureData figure = test::loss_figure(num_points);
  figure.lines.resize(2);
  figure.bands.clear();
  for (auto& line : figure.lines) line.style.method = method;
  return figure;
}

void measure(const char* name, const figures::FigureData& figure, double replot_limit_ms = 20) {
  ui::PlotView view;
  view.resize(1200, 700);
  view.show();
  QTest::qWait(20);
  const std::string title = name;
  report((title + ": figure to first picture").c_str(), milliseconds([&] {
           view.setFigure(figure);
           view.canvas()->replot();
         }),
         500);
  report((title + ": replot").c_str(), median(15, [&] { view.canvas()->replot(); }), replot_limit_ms);
  report((title + ": zoom to a tenth and replot").c_str(),
         median(9,
                [&] {
                  view.zoomTo({0.4 * view.figure().lines[0].x.back(), 0.5 * view.figure().lines[0].x.back()});
                  view.canvas()->replot();
                }),
         50);
  view.showAll();
  QTest::qWait(20);
  int x = 200;
  report((title + ": move of the crosshair").c_str(),
         median(15,
                [&] {
                  QTest::mouseMove(&view, QPoint(x += 40, 300));
                  QApplication::processEvents();
                }),
         50);
}

void measure_append(std::size_t num_points) {
  ui::PlotView view;
  view.resize(1200, 700);
  view.show();
  view.setFigure(smoothed_run(num_points, "ft"));
  QTest::qWait(20);
  double next = static_cast<double>(num_points);
  report("append 1,000 points to both lines and replot",
         median(9,
                [&] {
                  std::vector<double> x, y;
                  for (int i = 0; i < 1000; ++i) {
                    x.push_back(next++);
                    y.push_back(0.05);
                  }
                  view.appendPoints(0, x, y);
                  view.appendPoints(1, x, y);
                  view.canvas()->replot();
                }),
         50);
}

void measure_from_store(std::int64_t num_points) {
  test::TemporaryFolder folder;
  const auto workspace = store::Workspace::open_or_create(folder.path() / "w");
  const auto run = test::fill_long_run(workspace, num_points);
  ui::SessionModel session;
  ui::CurveCard card(&session, "train/loss");
  figures::CurveOptions options;
  options.smoothing = 0.99;
  card.setOptions(options);
  card.resize(1200, 700);
  card.show();
  QTest::qWait(50);
  const std::clock_t start = std::clock();
  report("wall time from opening the workspace to the drawn run", wall_milliseconds([&] {
           session.openWorkspace(QString::fromStdString((folder.path() / "w").string()));
           (void)QTest::qWaitFor([&] { return !card.view()->figure().empty(); }, 30000);
           card.view()->canvas()->replot();
         }),
         500);
  report("processor time of that, all threads", 1e3 * static_cast<double>(std::clock() - start) / CLOCKS_PER_SEC);
  store::MetricWriter writer(workspace, run);
  writer.add("train/loss", num_points + 5, 0.5);
  writer.flush();
  report("wall time from a committed row to its drawn point", wall_milliseconds([&] {
           (void)QTest::qWaitFor(
               [&] {
                 const auto& lines = card.view()->figure().lines;
                 return !lines.empty() && lines[0].x.back() == static_cast<double>(num_points + 5);
               },
               30000);
         }),
         1000);
}

}  // namespace

int main(int argc, char** argv) {
  QApplication& application = test::qt_application();
  ui::applyTheme(application, ui::Appearance::Light);
  const std::size_t num_points = argc > 1 ? std::stoull(argv[1]) : 1'000'000;
  std::printf("%zu points, plot of 1200 x 700\n", num_points);
  measure("FT, raw and smoothed", smoothed_run(num_points, "ft"));
  measure("LoRA (dashed), raw and smoothed", smoothed_run(num_points, "lora"));
  figures::FigureData raw = smoothed_run(num_points, "ft");
  raw.lines.resize(1);
  raw.lines[0].style.role = figures::Role::Main;
  measure("raw alone", raw);
  // Four times the points: raw, smoothed and two edges of a band for each of three runs.
  measure("three runs with bands", test::loss_figure(num_points / 3), 80);
  measure("two runs of 3,600 points", [] {
    figures::FigureData few = smoothed_run(3600, "ft");
    figures::FigureData other = smoothed_run(3600, "lora");
    few.lines.insert(few.lines.end(), other.lines.begin(), other.lines.end());
    return few;
  }());
  measure_append(num_points);
  measure_from_store(static_cast<std::int64_t>(num_points));
  return all_within ? 0 : 1;
}
