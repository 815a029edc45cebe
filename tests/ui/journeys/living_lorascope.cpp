// Stands for runs that train: writes points, spectra, evaluations and events into one run for as many seconds as asked.
// living_lorascope WORKSPACE RUN SECONDS

#include <unistd.h>

#include <cmath>
#include <string>

#include "core/base/clock.h"
#include "core/store/liveness.h"
#include "core/store/metric_writer.h"
#include "core/store/run_store.h"
#include "core/store/workspace.h"

using namespace lorascope;

namespace {

constexpr int kStepMicroseconds = 50000;

void write_step(store::MetricWriter& writer, std::int64_t step) {
  const double x = static_cast<double>(step);
  const double noise = 0.1 * std::sin(x * 12.9898);
  writer.add("train/loss", step, 2 / (1 + 0.01 * x) + noise);
  writer.add("train/grad_norm", step, 1 + noise);
  writer.add("train/lr", step, 1e-3);
  writer.add("train/tokens_per_second", step, 2000 + 500 * noise);
  writer.add("time/seconds", step, 0.05 * x);
  writer.add("time/epoch", step, x / 100);
  if (step % 10 == 0) {
    for (int layer = 0; layer < 6; ++layer) {
      for (const char* kind : {"query", "value"}) {
        store::Spectrum spectrum{
            step, "encoder.layer." + std::to_string(layer) + ".attention.self." + kind, {}, 10};
        for (int i = 0; i < 8; ++i) spectrum.values.push_back(std::exp(-i) * (1 + x / 1000));
        writer.add_spectrum(std::move(spectrum));
      }
    }
  }
  if (step % 40 == 0) writer.add_event("info", "evaluation at step " + std::to_string(step));
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 4) return 2;
  const store::Workspace workspace = store::Workspace::open(argv[1]);
  const store::RunId run = std::stoll(argv[2]);
  const auto num_steps = static_cast<std::int64_t>(std::stod(argv[3]) * 1e6 / kStepMicroseconds);
  store::RunStore runs(workspace);
  runs.set_process(run, ::getpid(), store::process_start(::getpid()));
  runs.set_state(run, store::RunState::Running);
  store::MetricWriter writer(workspace, run);
  for (std::int64_t step = 1; step <= num_steps; ++step) {
    write_step(writer, step);
    writer.set_heartbeat({now_seconds(), step, num_steps, 0.5, 2000, 1, 100, "training"});
    if (step % 40 == 0) {
      const double score = 0.4 + 0.1 * std::log1p(static_cast<double>(step) / 100);
      writer.add("eval/f1", step, score);
      runs.add_evaluation(run, {step, static_cast<double>(step) / 100, "eval", {{"f1", score}, {"loss", 1 - score}}, 0.1,
                                now_seconds()});
    }
    ::usleep(kStepMicroseconds);
  }
  writer.flush();
  runs.set_state(run, store::RunState::Finished);
  return 0;
}
