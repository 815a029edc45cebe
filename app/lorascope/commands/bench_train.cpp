#include <time.h>
#include <unistd.h>

#include <algorithm>
#include <fstream>
#include <functional>
#include <iostream>
#include <memory>
#include <span>
#include <sstream>

#include <CLI/CLI.hpp>

#include "app/lorascope/commands.h"
#include "app/lorascope/commands/bench_mix.h"
#include "app/lorascope/commands/training_options.h"
#include "app/lorascope/engine/model_setup.h"
#include "app/lorascope/engine/model_shapes.h"
#include "app/lorascope/engine/run_data.h"
#include "app/lorascope/engine/store_observer.h"
#include "app/lorascope/hub/model_places.h"
#include "core/base/error.h"
#include "core/base/files.h"
#include "core/base/json.h"
#include "core/files/model_folder.h"
#include "core/train/row_ranges.h"
#include "core/train/sampler.h"
#include "core/train/trainer.h"

namespace lorascope::app {
namespace {

using Batches = std::vector<std::vector<std::int64_t>>;

struct BenchOptions {
  TrainingCommandOptions run;
  std::int64_t steps = 40;
  std::int64_t warmup_steps = 2;
  std::string batches, shape;
  bool json = false;
};

double seconds_since_process_start() {
  std::ifstream file("/proc/self/stat");
  std::ostringstream content;
  content << file.rdbuf();
  std::istringstream fields(content.str().substr(content.str().rfind(')') + 1));
  std::string field;
  for (int i = 0; i < 20; ++i) fields >> field;  // the 20th after the name: start in clock ticks since boot
  timespec now{};
  clock_gettime(CLOCK_BOOTTIME, &now);
  return static_cast<double>(now.tv_sec) + static_cast<double>(now.tv_nsec) * 1e-9 -
         std::stod(field) / static_cast<double>(sysconf(_SC_CLK_TCK));
}

/// Floating-point operations of one training step on real tokens: 2 a weight and token forward, 2 for the inputs'
/// gradient, 2 more for weights that are trained; attention 12·L·H a token and key. Adapters and heads are left out.
double step_flop(const files::ModelConfig& config, bool trains_all, const std::vector<std::int64_t>& lengths) {
  const auto layers = static_cast<double>(config.num_layers), hidden = static_cast<double>(config.hidden_size);
  const double weights = layers * (4.0 * hidden * hidden + 2.0 * hidden * static_cast<double>(config.intermediate_size));
  double tokens = 0.0, squares = 0.0;
  for (const std::int64_t length : lengths) {
    tokens += static_cast<double>(length);
    squares += static_cast<double>(length) * static_cast<double>(length);
  }
  return (trains_all ? 6.0 : 4.0) * weights * tokens + 12.0 * layers * hidden * squares;
}

/// Full batches of one epoch at evenly spaced ranks of their longest row: a few stand for the whole epoch.
Batches spread_batches(const std::vector<std::int64_t>& lengths, const train::TrainingOptions& options, std::int64_t count) {
  Batches all = train::Sampler(lengths, options).batches(0);
  if (all.size() > 1 && all.back().size() < all.front().size()) all.pop_back();
  const auto cost = [&](const std::vector<std::int64_t>& rows) {
    std::int64_t longest = 0;
    for (const std::int64_t row : rows) longest = std::max(longest, lengths[static_cast<std::size_t>(row)]);
    return longest;
  };
  std::stable_sort(all.begin(), all.end(), [&](const auto& a, const auto& b) { return cost(a) < cost(b); });
  Batches picked;
  for (std::int64_t k = 0; k < count; ++k) {
    const double rank = (static_cast<double>(k) + 0.5) * static_cast<double>(all.size()) / static_cast<double>(count);
    picked.push_back(all[std::min(static_cast<std::size_t>(rank), all.size() - 1)]);
  }
  return picked;
}

Batches read_batches(const std::string& path, std::size_t num_rows) {
  const Json json = Json::parse(read_file(path), nullptr, false);
  const auto bad = [&](const std::string& found) {
    return DataError("cannot read the batches", Problem{path, found, "a list of equally long lists of row indices", ""});
  };
  if (!json.is_array() || json.empty()) throw bad("no list");
  Batches batches;
  for (const Json& batch : json) {
    if (!batch.is_array() || batch.size() != json.front().size()) throw bad("batches of different sizes");
    for (const Json& row : batch) {
      if (!row.is_number_unsigned() || row.get<std::uint64_t>() >= num_rows) throw bad("row " + row.dump());
    }
    batches.push_back(batch.get<std::vector<std::int64_t>>());
  }
  return batches;
}

/// Times the steps after the warm-up, everything in between included.
class StepClock final : public train::TrainingObserver {
 public:
  explicit StepClock(std::int64_t warmup_steps) : warmup_steps_(warmup_steps) {}

  void on_step_end(const train::StepReport& report) override {
    if (report.step == 1) first_step_done_ = seconds_since_process_start();
    if (report.step == warmup_steps_) watch_.restart();
    if (report.step <= warmup_steps_) return;
    tokens_ += report.tokens;
    examples_ += report.examples;
    seconds_ = watch_.seconds();
  }

  double first_step_done_ = 0.0;
  double seconds_ = 0.0;
  std::int64_t tokens_ = 0, examples_ = 0;

 private:
  std::int64_t warmup_steps_;
  Stopwatch watch_;
};

/// Model, rows and options of a measurement, the rows in the order in which they are trained on.
struct Measurement {
  std::unique_ptr<tasks::TaskModel> model;
  std::vector<data::Feature> rows;
  train::TrainingOptions training;
  double flop = 0.0;  ///< of the timed steps
};

train::TrainingOptions training_of(const study::RunSettings& settings) {
  train::TrainingOptions training;
  training.batch_size = settings.training.batch_size;
  training.accumulate = settings.training.accumulate;
  training.learning_rate = settings.training.learning_rate;
  training.weight_decay = settings.training.weight_decay;
  training.max_grad_norm = settings.training.max_grad_norm;
  training.seed = settings.training.seed;
  training.spectra_share = 0.0;
  training.zero_segment_ids = settings.has_zero_segment_ids();
  if (settings.training.batching == study::Batching::Grouped) training.ordering = train::Ordering::Grouped;
  return training;
}

/// Adds a batch's rows to the measurement, and what a step on them costs where it is timed.
void add_batch(const std::vector<std::int64_t>& rows, const engine::Split& split, std::span<const std::size_t> begins,
               const std::function<double(const std::vector<std::int64_t>&)>& flop, bool is_timed, Measurement& work) {
  std::vector<std::int64_t> lengths;
  for (const std::int64_t row : rows) {
    const auto index = static_cast<std::size_t>(row);
    for (std::size_t i = begins[index]; i < begins[index + 1]; ++i) {
      work.rows.push_back(split.features[i]);
      lengths.push_back(static_cast<std::int64_t>(split.features[i].input_ids.size()));
    }
  }
  if (is_timed) work.flop += flop(lengths);
}

Measurement prepare(const BenchOptions& options, const study::RunSettings& settings) {
  const std::filesystem::path model_folder = hub::find_model(settings.model);
  const text::Tokenizer tokenizer = text::Tokenizer::from_folder(model_folder);
  const files::ModelFolder folder = options.shape.empty()
                                        ? files::load_model_folder(model_folder)
                                        : engine::random_model(options.shape, tokenizer.vocabulary_size(), 1);
  const data::LabelSet labels = engine::labels_of(folder, settings.task);
  const engine::Split split = engine::load_split(
      "train", settings.train_file, {settings, tokenizer, labels, engine::max_length_for(folder, settings)});
  std::vector<std::string> remarks;
  Measurement result{
      engine::make_model(settings, folder, engine::num_labels_of(labels, settings.task), remarks), {}, training_of(settings)};

  const std::vector<std::size_t> begins = train::row_begins(result.model->kind(), split.features);
  const std::vector<std::int64_t> lengths = train::row_lengths(begins, split.features);
  const std::int64_t wanted = (options.warmup_steps + options.steps) * settings.training.accumulate;
  Batches batches = options.batches.empty() ? spread_batches(lengths, result.training, wanted)
                                            : read_batches(options.batches, lengths.size());
  if (static_cast<std::int64_t>(batches.size()) > wanted) batches.resize(static_cast<std::size_t>(wanted));
  const bool trains_all = settings.method == study::Method::FullFineTuning;
  const auto flop = [&](const std::vector<std::int64_t>& of) { return step_flop(folder.config, trains_all, of); };
  for (std::size_t i = 0; i < batches.size(); ++i) {
    const bool is_timed = static_cast<std::int64_t>(i) >= options.warmup_steps * settings.training.accumulate;
    add_batch(batches[i], split, begins, flop, is_timed, result);
  }
  // An example's number tells rows apart; the same one may be in two batches.
  std::int64_t example = -1;
  for (data::Feature& row : result.rows) row.example = row.choice == 0 ? ++example : example;
  result.training.ordering = train::Ordering::AsGiven;
  result.training.batch_size = static_cast<int>(batches.front().size());
  result.training.max_steps = static_cast<std::int64_t>(batches.size()) / settings.training.accumulate;
  return result;
}

void bench_train(const BenchOptions& options) {
  const study::RunSettings settings = options.run.finished();
  const int threads = engine::set_threads(settings.threads);
  const Measurement work = prepare(options, settings);
  StepClock clock(options.warmup_steps);
  train::Trainer trainer({work.model.get(), work.rows, nullptr, &clock, nullptr}, work.training);
  trainer.run();

  const tasks::ParameterCounts counts = work.model->counts();
  const Json result = {{"task", settings.task},
                       {"method", study::text(settings.method)},
                       {"shape", options.shape.empty() ? settings.model : options.shape},
                       {"threads", threads},
                       {"steps", work.training.max_steps - options.warmup_steps},
                       {"seconds", clock.seconds_},
                       {"examples", clock.examples_},
                       {"real_tokens", clock.tokens_},
                       {"real_tokens_per_second", static_cast<double>(clock.tokens_) / clock.seconds_},
                       {"examples_per_second", static_cast<double>(clock.examples_) / clock.seconds_},
                       {"gflops_on_real_tokens", work.flop / 1e9 / clock.seconds_},
                       {"peak_rss_mib", engine::peak_resident_mib()},
                       {"until_first_step_done", clock.first_step_done_},
                       {"parameters", {{"all", counts.all}, {"trainable", counts.trainable}}}};
  if (options.json) {
    std::cout << result.dump() << std::endl;
    return;
  }
  for (const auto& [name, value] : result.items()) std::cout << name << ' ' << value.dump() << '\n';
}

}  // namespace

void add_bench(CLI::App& program) {
  CLI::App* bench = program.add_subcommand("bench", "Measures this machine on given work");
  bench->require_subcommand(1);
  add_bench_mix(*bench);
  CLI::App* command = bench->add_subcommand("train", "Training steps: real tokens a second, memory, time to the first step");
  command->footer("Example: lorascope bench train --model DIR --task wnut17 --train train.conll --method lora --steps 40 --json");
  auto options = std::make_shared<BenchOptions>();
  options->run.add_model_options(*command);
  options->run.add_training_options(*command);
  command->add_option("--shape", options->shape,
                      "Random weights of minilm6, distilbert, bert-base or bert-large, with the tokenizer of --model")
      ->check(CLI::IsMember(engine::known_shapes()));
  command->add_option("--steps", options->steps, "Timed steps")->check(CLI::PositiveNumber)->capture_default_str();
  command->add_option("--warmup-steps", options->warmup_steps, "Steps before the clock starts")
      ->check(CLI::PositiveNumber)
      ->capture_default_str();
  command->add_option("--batches", options->batches, "JSON list of lists of row indices: exactly these batches, warm-up first");
  command->add_flag("--json", options->json, "Print one JSON object");
  command->callback([options] { bench_train(*options); });
}

}  // namespace lorascope::app
