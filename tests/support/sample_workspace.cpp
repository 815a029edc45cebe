#include "tests/support/sample_workspace.h"

#include <unistd.h>

#include <cmath>
#include <random>
#include <string>

#include "core/base/clock.h"
#include "core/base/files.h"
#include "core/base/json.h"
#include "core/store/liveness.h"
#include "core/store/metric_writer.h"
#include "core/store/run_store.h"
#include "core/store/study_store.h"

namespace lorascope::test {
namespace {

using store::RunId;
using store::RunState;

constexpr int kNumLayers = 6;
constexpr int kTokensPerStep = 410;

/// The shape of one run's training.
struct Course {
  bool is_lora = false;
  std::uint64_t seed = 42;
  int steps_done = 0;
  int steps_in_all = 0;

  int evaluation_interval() const { return std::max(1, steps_in_all / 10); }
  double loss(int step) const {
    const double progress = static_cast<double>(step) / steps_in_all;
    return is_lora ? 0.16 + 0.75 * std::exp(-4.2 * progress) : 0.025 + 0.9 * std::exp(-7.5 * progress);
  }
  double f1(int step) const {
    const double progress = static_cast<double>(step) / steps_in_all;
    const double top = is_lora ? 0.392 : 0.434;
    return (top + (static_cast<double>(seed % 3) - 1) * 0.008) * (1 - std::exp(-(is_lora ? 3.6 : 5.5) * progress));
  }
};

study::RunSettings make_settings(const Course& course) {
  study::RunSettings settings;
  settings.name = "seed " + std::to_string(course.seed);
  settings.group = course.is_lora ? "LoRA r 8, lr 1e-3" : "FT, lr 5e-5";
  settings.method = course.is_lora ? study::Method::Lora : study::Method::FullFineTuning;
  settings.train_file = "data/train.conll";
  settings.eval_file = "data/dev.conll";
  settings.test_file = "data/test.conll";
  settings.training.epochs = 10;
  settings.training.seed = course.seed;
  settings.training.learning_rate = course.is_lora ? 1e-3 : 5e-5;
  settings.training.select_by = "f1";
  return settings;
}

store::StudyRecord named_study(const std::string& name) {
  store::StudyRecord study;
  study.name = name;
  study.source = "name = \"" + name + "\"\n";
  return study;
}

std::string command_of(const Course& course) {
  return std::string("lorascope train --task wnut17 --model default --train data/train.conll --eval data/dev.conll ") +
         "--test data/test.conll --method " + (course.is_lora ? "lora --rank 8 --lr 0.001" : "ft --lr 5e-5") +
         " --epochs 10 --select-by f1 --seed " + std::to_string(course.seed);
}

Json batch_row(int example, const std::vector<std::string>& tokens, const std::vector<std::string>& labels) {
  Json row = {{"example", example}, {"tokens", tokens}, {"labels", Json::array()}};
  for (const std::string& label : labels) {
    row["labels"].push_back(label.empty() ? Json(nullptr) : Json(label));
  }
  for (std::size_t i = 0; i < tokens.size(); ++i) {
    row["input_ids"].push_back(101 + 37 * i);
    row["token_type_ids"].push_back(0);
    row["attention_mask"].push_back(1);
  }
  return row;
}

std::string sample_first_batch() {
  Json rows = {batch_row(17, {"[CLS]", "ferry", "to", "port", "##lan", "leaves", "at", "nine", "[SEP]"},
                         {"", "O", "O", "B-location", "", "O", "O", "O", ""}),
               batch_row(802, {"[CLS]", "just", "met", "mara", "oss", "##ian", "at", "the", "fair", "!", "[SEP]"},
                         {"", "O", "O", "B-person", "I-person", "", "O", "O", "O", "O", ""}),
               batch_row(5, {"[CLS]", "new", "bra", "##vio", "phone", "is", "out", "[SEP]"},
                         {"", "O", "B-product", "", "O", "O", "O", ""}),
               batch_row(311, {"[CLS]", "rain", "again", ":", "(", "[SEP]"}, {"", "O", "O", "O", "O", ""})};
  return Json{{"task", "wnut17"}, {"rows", rows}, {"longest", 11}, {"tokens", 34}}.dump();
}

void write_steps(store::MetricWriter& writer, const Course& course, std::mt19937_64& random) {
  std::normal_distribution<double> noise(0, 1);
  for (int step = 1; step <= course.steps_done; ++step) {
    const double progress = static_cast<double>(step) / course.steps_in_all;
    const double peak = course.is_lora ? 1e-3 : 5e-5;
    writer.add("train/loss", step, course.loss(step) * std::exp(0.22 * noise(random)));
    writer.add("train/grad_norm", step, (course.is_lora ? 0.8 : 2.6) * std::exp(0.3 * noise(random)));
    writer.add("train/lr", step, peak * (1 - progress));
    writer.add("train/tokens_per_second", step, 2300 + 120 * noise(random));
    writer.add("time/seconds", step, step * kTokensPerStep / 2300.0);
    writer.add("time/epoch", step, 10 * progress);
    writer.add("time/examples", step, 16.0 * step);
  }
}

void write_spectra(store::MetricWriter& writer, const Course& course, const SampleOptions& options) {
  const int interval = course.is_lora ? std::max(1, course.steps_in_all / 40) : course.evaluation_interval();
  const int length = course.is_lora ? 8 : options.spectrum_length;
  for (int step = interval; step <= course.steps_done; step += interval) {
    const double growth = 1 - std::exp(-3.0 * step / course.steps_in_all);
    for (int layer = 0; layer < kNumLayers; ++layer) {
      for (const char* name : {"query", "value"}) {
        const std::string module = "encoder.layer." + std::to_string(layer) + ".attention.self." + name;
        const double size = growth * (0.4 + 0.1 * layer) * (name[0] == 'v' ? 1.3 : 1.0);
        store::Spectrum spectrum{.step = step, .module = module, .values = {}, .base_norm = 18.0 + layer};
        for (int i = 0; i < length; ++i) {
          const double decay = course.is_lora ? std::exp(-0.28 * i) : 0.45 * std::exp(-0.9 * std::sqrt(i));
          spectrum.values.push_back(size * decay * (1 + 0.01 * static_cast<double>(course.seed % 7)));
        }
        writer.add_spectrum(std::move(spectrum));
      }
    }
  }
}

std::map<std::string, double> scores_at(const Course& course, int step) {
  const double f1 = course.f1(step);
  return {{"f1", f1}, {"precision", f1 + 0.041}, {"recall", f1 - 0.032}, {"loss", course.loss(step) + 0.12}};
}

void write_evaluations(const store::Workspace& workspace, store::MetricWriter& writer, RunId run,
                       const Course& course) {
  store::RunStore runs(workspace);
  const int interval = course.evaluation_interval();
  for (int step = interval; step <= course.steps_done; step += interval) {
    store::Evaluation evaluation{.step = step,
                                 .epoch = 10.0 * step / course.steps_in_all,
                                 .split = "eval",
                                 .scores = scores_at(course, step),
                                 .seconds = 2.4,
                                 .time = now_seconds()};
    for (const auto& [metric, value] : evaluation.scores) {
      writer.add("eval/" + metric, step, value);
    }
    writer.add_event("info", "evaluation at step " + std::to_string(step) + ": F1 " +
                                 std::to_string(100 * evaluation.scores["f1"]).substr(0, 4));
    runs.add_evaluation(run, evaluation);
    runs.set_best(run, {.metric = "f1", .value = evaluation.scores["f1"], .step = step});
  }
}

RunId write_run(const store::Workspace& workspace, RunId run, const Course& course, const SampleOptions& options) {
  store::RunStore runs(workspace);
  std::mt19937_64 random(course.seed * 2 + course.is_lora);
  runs.set_state(run, RunState::Starting);
  runs.set_state(run, RunState::Running);
  runs.set_process(run, getpid(), store::process_start(getpid()));
  runs.set_environment(run,
                       {.device = "cpu, 2 threads, AVX2",
                        .versions = R"({"libtorch":"2.11.0","lorascope":"0.1.0"})",
                        .data_hashes = Json{{"train", std::string(64, 'a')}, {"test", std::string(64, 'b')}}.dump(),
                        .model_hash = std::string(64, 'c')});
  runs.set_first_batch(run, sample_first_batch());
  {
    store::MetricWriter writer(workspace, run);
    writer.add_event("info", "model loaded: BERT, 6 layers, hidden size 384, 22.6 M parameters");
    writer.add_event("warning", "3 of 3394 training sentences are longer than 128 tokens and are cut");
    write_steps(writer, course, random);
    write_spectra(writer, course, options);
    write_evaluations(workspace, writer, run, course);
    writer.set_heartbeat({.time = now_seconds(),
                          .step = course.steps_done,
                          .total_steps = course.steps_in_all,
                          .loss = course.loss(std::max(1, course.steps_done)),
                          .tokens_per_second = 2310,
                          .seconds_left = (course.steps_in_all - course.steps_done) * 0.178,
                          .rss_mib = 612,
                          .phase = "training"});
    writer.flush();
  }
  return run;
}

void finish_run(const store::Workspace& workspace, RunId run, const Course& course) {
  store::RunStore runs(workspace);
  auto test = scores_at(course, course.steps_done);
  test["f1"] -= 0.014;
  runs.set_result(run, {.scores = {{"eval", scores_at(course, course.steps_done)}, {"test", test}},
                        .seconds = course.steps_done * 0.178,
                        .tokens_per_second = 2310,
                        .parameters_all = 22569613,
                        .parameters_trainable = course.is_lora ? 78733 : 22569613,
                        .peak_rss_mib = course.is_lora ? 540.0 : 760.0});
  const auto folder = workspace.run_folder(run);
  const std::string content = "seed " + std::to_string(course.seed) + "\n";
  write_file_atomically(folder / "log.txt", content);
  runs.add_artifact(run, {.kind = "log",
                          .path = workspace.stored_path(folder / "log.txt"),
                          .size_bytes = static_cast<std::int64_t>(content.size()),
                          .sha256 = sha256(content),
                          .step = course.steps_done,
                          .time = now_seconds()});
  runs.set_state(run, RunState::Finished);
}

std::vector<RunId> write_trouble(const store::Workspace& workspace, const SampleOptions& options) {
  std::vector<study::RunSettings> settings;
  std::vector<Course> courses;
  for (const std::uint64_t seed : {1, 2, 3, 4}) {
    courses.push_back({.is_lora = true, .seed = seed, .steps_done = 60, .steps_in_all = 200});
    settings.push_back(make_settings(courses.back()));
  }
  const auto study = store::StudyStore(workspace).add(named_study("Learning rates"), settings);
  const auto ids = store::StudyStore(workspace).runs(study);
  store::RunStore runs(workspace);
  for (std::size_t i = 0; i < ids.size(); ++i) {
    write_run(workspace, ids[i], courses[i], options);
  }
  runs.set_state(ids[0], RunState::Failed, "out of memory at batch size 512", "try a batch size of 64 or fewer tokens");
  runs.set_state(ids[1], RunState::Lost, "its process ended without a word at step 60",
                 "resume it from the checkpoint of step 40");
  runs.set_state(ids[2], RunState::Paused);
  runs.set_state(ids[3], RunState::Stopped, "stopped by the user at step 60");
  return ids;
}

}  // namespace

SampleRuns fill_sample_workspace(const store::Workspace& workspace, const SampleOptions& options) {
  SampleRuns sample;
  if (options.with_trouble) {
    sample.trouble = write_trouble(workspace, options);
  }
  std::vector<study::RunSettings> settings;
  std::vector<std::string> commands;
  std::vector<Course> courses;
  for (const bool is_lora : {false, true}) {
    for (const std::uint64_t seed : {42, 43, 44}) {
      courses.push_back(
          {.is_lora = is_lora, .seed = seed, .steps_done = options.num_steps, .steps_in_all = options.num_steps});
      settings.push_back(make_settings(courses.back()));
      commands.push_back(command_of(courses.back()));
    }
  }
  sample.study = store::StudyStore(workspace).add(named_study("Paper, WNUT17, MiniLM"), settings, commands);
  const std::vector<RunId> ids = store::StudyStore(workspace).runs(sample.study);
  for (std::size_t i = 0; i < ids.size(); ++i) {
    (courses[i].is_lora ? sample.lora : sample.ft).push_back(ids[i]);
    const bool is_last_seed = courses[i].seed == 44 && options.with_living;
    if (is_last_seed && !courses[i].is_lora) {
      continue;
    }
    if (is_last_seed) {
      courses[i].steps_done = options.num_steps * 2 / 3;
    }
    write_run(workspace, ids[i], courses[i], options);
    if (!is_last_seed) {
      finish_run(workspace, ids[i], courses[i]);
    }
  }
  return sample;
}

void fill_many_runs(const store::Workspace& workspace, int num_runs) {
  store::StudyStore studies(workspace);
  store::RunStore runs(workspace);
  for (int first = 0; first < num_runs; first += 50) {
    std::vector<study::RunSettings> settings;
    for (int i = first; i < std::min(num_runs, first + 50); ++i) {
      const Course course{
          .is_lora = i % 2 == 1, .seed = static_cast<std::uint64_t>(i), .steps_done = 1, .steps_in_all = 1};
      settings.push_back(make_settings(course));
      settings.back().group += ", part " + std::to_string(i % 10 / 2);
    }
    const auto study = studies.add(named_study("Sweep " + std::to_string(first / 50 + 1)), settings);
    for (const RunId run : studies.runs(study)) {
      runs.set_best(run, {.metric = "f1", .value = 0.3 + 0.01 * static_cast<double>(run % 17), .step = 10});
      runs.set_state(run, RunState::Finished);
    }
  }
}

RunId fill_long_run(const store::Workspace& workspace, std::int64_t num_points) {
  store::RunStore runs(workspace);
  study::RunSettings settings = make_settings({.is_lora = true, .seed = 7, .steps_done = 1, .steps_in_all = 1});
  settings.name = "long run";
  const RunId run = runs.create(settings);
  std::mt19937_64 random(7);
  std::normal_distribution<double> noise(0, 0.05);
  store::MetricWriter writer(workspace, run);
  for (std::int64_t step = 1; step <= num_points; ++step) {
    const double progress = static_cast<double>(step) / static_cast<double>(num_points);
    const double spike = step == num_points * 3 / 4 ? 4.0 : 0.0;
    writer.add("train/loss", step, 0.1 + std::exp(-5 * progress) + std::abs(noise(random)) + spike);
  }
  writer.flush();
  runs.set_state(run, RunState::Finished);
  return run;
}

}  // namespace lorascope::test
