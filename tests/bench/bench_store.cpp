// Times of the store at the size that WORKBENCH.md section 7 asks for. Not part of the test suite.
//   bench_store --make DIR [--runs N] [--points N]   makes a workspace: N runs, the last one with N points in a series
//   bench_store DIR                                  times opening it, reading the run list, and that series

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <functional>
#include <iostream>
#include <string>
#include <vector>

#include "core/base/clock.h"
#include "core/base/error.h"
#include "core/store/metric_writer.h"
#include "core/store/run_store.h"
#include "core/store/study_store.h"

namespace {

using namespace lorascope;

struct Sizes {
  int num_runs = 1000;
  std::int64_t num_points = 1000000;
};

std::vector<study::RunSettings> settings_of(int num_runs) {
  std::vector<study::RunSettings> all;
  for (int i = 0; i < num_runs; ++i) {
    study::RunSettings settings;
    settings.method = i % 2 == 0 ? study::Method::FullFineTuning : study::Method::Lora;
    settings.training.learning_rate = i / 10 % 2 == 0 ? 5e-5 : 1e-3;
    settings.training.seed = static_cast<std::uint64_t>(42 + i);
    settings.group = (i % 2 == 0 ? "FT " : "LoRA r 8 ") + std::to_string(i / 10);
    settings.name = "seed " + std::to_string(settings.training.seed);
    all.push_back(settings);
  }
  return all;
}

/// What a short finished run leaves.
void fill_run(const store::Workspace& workspace, store::RunId id) {
  store::RunStore runs(workspace);
  const double score = 0.4 + 0.1 * std::sin(static_cast<double>(id));
  runs.write_heartbeat(id, {now_seconds(), 100, 100, 0.3, 2000, 0, 300, "done"});
  runs.set_best(id, {"f1", score, 100});
  runs.set_result(id, {{{"test", {{"f1", score}, {"loss", 0.3}}}}, 60, 2000, 22713216, 75000, 310});
  runs.add_evaluation(id, {100, 1, "eval", {{"f1", score}, {"loss", 0.3}}, 1, 0});
  runs.set_state(id, store::RunState::Finished);
}

void fill_large_series(const store::Workspace& workspace, store::RunId id, std::int64_t num_points) {
  store::MetricWriter writer(workspace, id);
  for (std::int64_t step = 1; step <= num_points; ++step) {
    const double x = static_cast<double>(step);
    writer.add("train/loss", step, 2 * std::exp(-x / 2e5) + 0.2 * std::sin(x * 0.37) * std::cos(x * 1.7));
    if (step % 50000 == 0) writer.flush();
  }
  writer.flush();
}

void make(const std::filesystem::path& folder, const Sizes& sizes) {
  const Stopwatch watch;
  const store::Workspace workspace = store::Workspace::open_or_create(folder);
  const std::vector<study::RunSettings> settings = settings_of(sizes.num_runs);
  store::StudyStore studies(workspace);
  for (std::size_t first = 0; first < settings.size(); first += 100) {
    const std::size_t end = std::min(settings.size(), first + 100);
    studies.add(
        {0, "study " + std::to_string(first / 100), "name = \"bench\"", "", "", 0},
        {settings.begin() + static_cast<std::ptrdiff_t>(first), settings.begin() + static_cast<std::ptrdiff_t>(end)});
  }
  const std::vector<store::RunRecord> runs = store::RunStore(workspace).list();
  for (const store::RunRecord& run : runs) fill_run(workspace, run.id);
  if (!runs.empty()) fill_large_series(workspace, runs.back().id, sizes.num_points);
  std::cout << folder.string() << ": " << runs.size() << " runs, " << sizes.num_points << " points in run "
            << (runs.empty() ? 0 : runs.back().id) << ", made in " << duration_text(watch.seconds()) << '\n';
}

/// The median of several times, in milliseconds.
double milliseconds(const std::function<void()>& work) {
  std::vector<double> times;
  for (int i = 0; i < 5; ++i) {
    const Stopwatch watch;
    work();
    times.push_back(watch.seconds() * 1000);
  }
  std::sort(times.begin(), times.end());
  return times[times.size() / 2];
}

void measure(const std::filesystem::path& folder) {
  const store::Workspace workspace = store::Workspace::open(folder);
  const store::RunStore runs(workspace);
  const store::RunId last = runs.list().back().id;
  const std::int64_t num_points = runs.num_points(last, "train/loss");
  const auto print = [](const std::string& what, double time) { std::printf("%-52s %9.3f ms\n", what.c_str(), time); };
  print("open with its checks", milliseconds([&] { store::Workspace::open(folder); }));
  print("open and read " + std::to_string(runs.list().size()) + " runs",
        milliseconds([&] { store::RunStore(store::Workspace::open(folder)).list(); }));
  print("read " + std::to_string(runs.list().size()) + " runs", milliseconds([&] { runs.list(); }));
  print("read " + std::to_string(num_points) + " points", milliseconds([&] { runs.points(last, "train/loss"); }));
  print("read the newest 1,000 points", milliseconds([&] { runs.points(last, "train/loss", num_points - 1000); }));
  print("look for changes, 1,000 times", milliseconds([&] {
          for (int i = 0; i < 1000; ++i) workspace.data_version();
        }));
}

}  // namespace

int main(int argc, char** argv) try {
  const std::vector<std::string> arguments(argv + 1, argv + argc);
  Sizes sizes;
  for (std::size_t i = 2; i + 1 < arguments.size(); i += 2) {
    if (arguments[i] == "--runs") sizes.num_runs = std::stoi(arguments[i + 1]);
    if (arguments[i] == "--points") sizes.num_points = std::stoll(arguments[i + 1]);
  }
  if (arguments.size() >= 2 && arguments[0] == "--make") {
    make(arguments[1], sizes);
  } else if (arguments.size() == 1) {
    measure(arguments[0]);
  } else {
    std::cerr << "usage: bench_store --make DIR [--runs N] [--points N] | bench_store DIR\n";
    return 2;
  }
  return 0;
} catch (const Error& problem) {
  std::cerr << problem.message() << '\n';
  return problem.exit_code();
}
