#include "app/lorascope/commands/bench_mix.h"

#include <ATen/ATen.h>

#include <algorithm>
#include <ctime>
#include <functional>
#include <iostream>
#include <memory>
#include <random>

#include <CLI/CLI.hpp>

#include "app/lorascope/engine/model_setup.h"
#include "app/lorascope/engine/model_shapes.h"
#include "core/base/clock.h"
#include "core/base/json.h"
#include "core/files/adapter_config.h"
#include "core/files/xlora_folder.h"
#include "core/nn/initialise.h"
#include "core/tasks/mixture_model.h"
#include "core/train/optimizer.h"

namespace lorascope::app {
namespace {

constexpr std::int64_t kVocabulary = 30522, kLabels = 13;
constexpr std::int64_t kCacheBytes = std::int64_t{1} << 30;

struct MixBenchOptions {
  std::string shape = "bert-base";
  std::vector<std::string> what = {"xlora", "cached", "rows"};
  std::int64_t batch = 16, length = 128, adapters = 3, row_adapters = 8, rank = 8, depth = 1, size = 2048;
  int steps = 2, pairs = 5, threads = 0;
  bool json = false;
};

/// One of two pieces of work that are timed in turns.
struct Contender {
  std::string name;
  std::function<void()> once;
};

tasks::TaskModelOptions model_options(std::uint64_t seed) {
  tasks::TaskModelOptions options;
  options.num_labels = kLabels;
  options.seed = seed;
  return options;
}

files::AdapterConfig lora_config(const MixBenchOptions& options) {
  files::AdapterConfig config;
  config.rank = options.rank;
  config.alpha = 2.0 * static_cast<double>(options.rank);
  config.dropout = 0.1;
  return config;
}

/// Adapters without heads whose B is not zero.
std::vector<files::AdapterFolder> random_adapters(const files::ModelFolder& base, const MixBenchOptions& options,
                                                  std::int64_t count) {
  std::vector<files::AdapterFolder> adapters;
  for (std::int64_t n = 0; n < count; ++n) {
    const auto seed = static_cast<std::uint64_t>(n);
    files::AdapterFolder made =
        tasks::TaskModel::with_new_adapter(base, model_options(seed), lora_config(options))->export_adapter();
    for (const std::string& name : made.other_names()) made.tensors.erase(name);
    made.config.modules_to_save.clear();
    for (auto& [name, tensor] : made.tensors) tensor = nn::draw_normal(tensor.sizes(), 0.02, seed, name);
    made.folder = "adapter-" + std::to_string(n);
    adapters.push_back(std::move(made));
  }
  return adapters;
}

std::vector<const files::AdapterFolder*> pointers(const std::vector<files::AdapterFolder>& adapters) {
  std::vector<const files::AdapterFolder*> result;
  for (const files::AdapterFolder& adapter : adapters) result.push_back(&adapter);
  return result;
}

/// Random tokens and labels, every row of full length.
tasks::Batch random_batch(const MixBenchOptions& options, std::int64_t adapters) {
  std::mt19937 draw(7);
  const auto below = [&](std::int64_t limit) { return static_cast<std::int32_t>(draw() % static_cast<std::uint32_t>(limit)); };
  tasks::Batch batch;
  for (std::int64_t row = 0; row < options.batch; ++row) {
    std::vector<std::int32_t> ids(static_cast<std::size_t>(options.length));
    for (std::int32_t& id : ids) id = 1000 + below(kVocabulary - 1000);
    batch.tokens.append(ids, {});
    batch.adapters.push_back(row % adapters);
  }
  for (std::int64_t t = 0; t < batch.tokens.num_tokens(); ++t) batch.labels.push_back(below(kLabels));
  return batch;
}

/// Steps of one model on one batch, as a trainer makes them.
class Steps {
 public:
  Steps(std::unique_ptr<tasks::TaskModel> model, tasks::Batch batch)
      : model_(std::move(model)),
        batch_(std::move(batch)),
        optimizer_(model_->trainable(), options_, train::Arithmetic::Fused) {}

  void once() {
    ++step_;
    model_->zero_gradients();
    model_->train_micro_batch(batch_, 1, {1, static_cast<std::uint64_t>(step_)});
    optimizer_.step(step_, 1e-4, optimizer_.clip_factor(optimizer_.gradient_norm(), 1.0));
  }
  std::int64_t trained_parameters() const { return model_->counts().trainable; }

 private:
  train::TrainingOptions options_;
  std::unique_ptr<tasks::TaskModel> model_;
  tasks::Batch batch_;
  train::Optimizer optimizer_;
  std::int64_t step_ = 0;
};

double median(std::vector<double> values) {
  std::sort(values.begin(), values.end());
  const std::size_t middle = values.size() / 2;
  return values.size() % 2 == 1 ? values[middle] : (values[middle - 1] + values[middle]) / 2;
}

/// Seconds on the clock, and of all threads on processors: these hardly change where others use the machine too.
struct Spent {
  double seconds = 0, processor = 0;
};

Spent spent_by(const Contender& contender, int repeats) {
  const Stopwatch watch;
  const std::clock_t begin = std::clock();
  for (int i = 0; i < repeats; ++i) contender.once();
  return {watch.seconds() / repeats,
          static_cast<double>(std::clock() - begin) / static_cast<double>(CLOCKS_PER_SEC) / repeats};
}

/// Both in turns after a warm-up each: the median of the pairs' ratios, with every pair.
Json compare(const Contender& work, const Contender& reference, const MixBenchOptions& options) {
  for (const Contender* contender : {&work, &reference}) contender->once();
  std::vector<double> ratios, processor_ratios, seconds, others;
  for (int pair = 0; pair < options.pairs; ++pair) {
    const Spent mine = spent_by(work, options.steps), other = spent_by(reference, options.steps);
    seconds.push_back(mine.seconds);
    others.push_back(other.seconds);
    ratios.push_back(mine.seconds / other.seconds);
    processor_ratios.push_back(mine.processor / other.processor);
  }
  return {{"work", work.name},
          {"reference", reference.name},
          {"ratio", median(ratios)},
          {"ratios", ratios},
          {"processor_ratio", median(processor_ratios)},
          {"processor_ratios", processor_ratios},
          {"seconds", median(seconds)},
          {"reference_seconds", median(others)},
          {"tokens_per_second", static_cast<double>(options.batch * options.length) / median(seconds)},
          {"reference_tokens_per_second", static_cast<double>(options.batch * options.length) / median(others)}};
}

std::unique_ptr<tasks::TaskModel> gated(const files::ModelFolder& base, const MixBenchOptions& options, bool is_cached) {
  files::XloraConfig config;
  config.depth = options.depth;
  config.size = options.size;
  config.is_layerwise = true;
  const auto adapters = random_adapters(base, options, options.adapters);
  tasks::XloraModelOptions xlora;
  xlora.xlora.cached_input_bytes = is_cached ? kCacheBytes : 0;
  return tasks::xlora_model(base, model_options(1), tasks::new_xlora(base, pointers(adapters), config, 1), xlora);
}

Json compare_steps(const files::ModelFolder& base, const MixBenchOptions& options, bool is_cached) {
  const tasks::Batch batch = random_batch(options, 1);
  Steps lora(tasks::TaskModel::with_new_adapter(base, model_options(1), lora_config(options)), batch);
  Steps xlora(gated(base, options, is_cached), batch);
  Json result = compare({is_cached ? "X-LoRA step, gate inputs kept" : "X-LoRA step", [&] { xlora.once(); }},
                        {"LoRA step", [&] { lora.once(); }}, options);
  result["trained_parameters"] = xlora.trained_parameters();
  result["reference_trained_parameters"] = lora.trained_parameters();
  return result;
}

Json compare_rows(const files::ModelFolder& base, const MixBenchOptions& options) {
  const auto adapters = random_adapters(base, options, options.row_adapters);
  tasks::MixingOptions by_row;
  by_row.kind = tasks::Mixing::Rows;
  const tasks::Batch batch = random_batch(options, options.row_adapters);
  const auto mixed = tasks::mixture_model(base, model_options(1), pointers(adapters), by_row);
  const auto single = tasks::TaskModel::with_adapters(base, model_options(1), {&adapters.front()});
  return compare({"evaluation, " + std::to_string(options.row_adapters) + " adapters", [&] { mixed->evaluate(batch); }},
                 {"evaluation, one adapter (merged)", [&] { single->evaluate(batch); }}, options);
}

void bench_mix(const MixBenchOptions& options) {
  const int threads = engine::set_threads(options.threads);
  const files::ModelFolder base = engine::random_model(options.shape, kVocabulary, 1);
  Json comparisons = Json::object();
  for (const std::string& what : options.what)
    comparisons[what] = what == "rows" ? compare_rows(base, options) : compare_steps(base, options, what == "cached");
  const Json result = {{"shape", options.shape}, {"batch", options.batch}, {"length", options.length},
                       {"adapters", options.adapters}, {"rank", options.rank}, {"depth", options.depth},
                       {"size", options.size}, {"steps", options.steps}, {"pairs", options.pairs},
                       {"threads", threads}, {"comparisons", comparisons}};
  if (options.json) {
    std::cout << result.dump() << std::endl;
    return;
  }
  for (const auto& [name, comparison] : comparisons.items())
    std::cout << name << ": " << comparison.at("work").get<std::string>() << " over "
              << comparison.at("reference").get<std::string>() << ' ' << comparison.at("ratio") << ", of processor time "
              << comparison.at("processor_ratio") << " ("
              << comparison.at("seconds") << " s, " << comparison.at("reference_seconds") << " s)\n";
}

}  // namespace

void add_bench_mix(CLI::App& bench) {
  CLI::App* command = bench.add_subcommand(
      "mix", "What mixtures cost: an X-LoRA step over a LoRA step, rows of many adapters over rows of one, in turns");
  command->footer("Example: lorascope bench mix --shape bert-base --depth 1 --what xlora,cached,rows --json");
  auto options = std::make_shared<MixBenchOptions>();
  command->add_option("--shape", options->shape, "Random weights of this size")
      ->check(CLI::IsMember(engine::known_shapes()))
      ->capture_default_str();
  command->add_option("--what", options->what, "xlora: a step; cached: one with the gate's inputs kept; rows: evaluation")
      ->delimiter(',')
      ->check(CLI::IsMember({"xlora", "cached", "rows"}))
      ->capture_default_str();
  const auto number = [&](const char* name, std::int64_t& value, const char* text) {
    command->add_option(name, value, text)->check(CLI::PositiveNumber)->capture_default_str();
  };
  number("--batch-size", options->batch, "Rows of a batch");
  number("--length", options->length, "Tokens of a row, all real");
  number("--adapters", options->adapters, "Adapters that the gate mixes");
  number("--row-adapters", options->row_adapters, "Adapters of the mixed batch");
  number("--rank", options->rank, "Of every adapter");
  number("--depth", options->depth, "Linear layers of the gate");
  number("--size", options->size, "Width of its inner layers");
  command->add_option("--steps", options->steps, "Of each contender in a pair")->check(CLI::PositiveNumber)->capture_default_str();
  command->add_option("--pairs", options->pairs, "Whose ratios' median is told")->check(CLI::PositiveNumber)->capture_default_str();
  command->add_option("--threads", options->threads, "Threads; 0 = all cores")->check(CLI::NonNegativeNumber);
  command->add_flag("--json", options->json, "Print one JSON object");
  command->callback([options] { bench_mix(*options); });
}

}  // namespace lorascope::app
