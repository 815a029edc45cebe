#include <ATen/ATen.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <filesystem>
#include <iostream>
#include <map>
#include <memory>

#include "app/lorascope/commands.h"
#include "app/lorascope/commands/xlora_options.h"
#include "app/lorascope/engine/mixture_setup.h"
#include "app/lorascope/engine/model_setup.h"
#include "app/lorascope/engine/run_data.h"
#include "app/lorascope/hub/model_places.h"
#include "core/adapters/weight_search.h"
#include "core/base/clock.h"
#include "core/base/error.h"
#include "core/base/json.h"
#include "core/files/model_folder.h"
#include "core/files/safetensors.h"
#include "core/tasks/mixture_model.h"
#include "core/text/tokenizer.h"
#include "core/train/multi_task_trainer.h"

namespace lorascope::app {
namespace {

namespace fs = std::filesystem;

/// Model, tokenizer and what is common to all tasks of a command.
struct Base {
  fs::path place;
  text::Tokenizer tokenizer;
  files::ModelFolder folder;

  explicit Base(const std::string& model)
      : place(hub::find_model(model)),
        tokenizer(text::Tokenizer::from_folder(place)),
        folder(files::load_model_folder(place)) {}
};

/// One task: its settings, labels, data, and scores.
struct Task {
  study::RunSettings settings;
  data::LabelSet labels;
  engine::Split train, eval;
  std::unique_ptr<train::Evaluator> evaluator;

  tasks::TaskModelOptions options() const {
    tasks::TaskModelOptions options;
    options.kind = tasks::task_kind(settings.task);
    options.num_labels = engine::num_labels_of(labels, settings.task);
    options.seed = settings.training.seed;
    options.span_loss = tasks::SpanLoss::Real;
    return options;
  }
};

engine::Split read_split(const char* name, const std::string& file, const Base& base, const Task& task) {
  const engine::Encoding encoding{task.settings, base.tokenizer, task.labels,
                                  engine::max_length_for(base.folder, task.settings)};
  engine::Split split = engine::load_split(name, file, encoding);
  for (const std::string& remark : split.remarks) std::cerr << "warning: " << remark << '\n';
  return split;
}

/// "wnut17=FILE" as task and file.
std::pair<std::string, std::string> task_and_file(const std::string& text, const char* option) {
  const std::size_t equals = text.find('=');
  if (equals == std::string::npos || equals == 0 || equals + 1 == text.size())
    throw UsageError(std::string(option) + ": found " + text + ", expected TASK=FILE",
                     "for example wnut17=train.conll");
  return {text.substr(0, equals), text.substr(equals + 1)};
}

struct GateOptions {
  study::RunSettings settings;
  std::vector<std::string> train, eval;
  std::string draw = "proportional";
  double draw_temperature = 2;
  std::string out;
  bool json = false;
};

std::vector<std::unique_ptr<Task>> read_tasks(const GateOptions& options, const Base& base) {
  std::map<std::string, std::string> evals;
  for (const std::string& text : options.eval) evals.insert(task_and_file(text, "--eval"));
  std::vector<std::unique_ptr<Task>> tasks;
  for (const std::string& text : options.train) {
    const auto [name, file] = task_and_file(text, "--train");
    tasks::task_kind(name);  // refuses a task that there is not
    auto task = std::make_unique<Task>();
    task->settings = options.settings;
    task->settings.task = name;
    task->labels = engine::labels_of(base.folder, name);
    task->train = read_split("train", file, base, *task);
    if (const auto found = evals.find(name); found != evals.end()) {
      task->eval = read_split("eval", found->second, base, *task);
      task->evaluator = engine::make_evaluator(task->eval, task->settings, task->labels);
      evals.erase(found);
    }
    tasks.push_back(std::move(task));
  }
  if (!evals.empty())
    throw UsageError("--eval: found the task " + evals.begin()->first + ", expected one that --train names");
  return tasks;
}

/// The gate and the adapters, and beside them each task's head in a file of its own.
void write_mixture(const std::string& out, const std::vector<std::unique_ptr<Task>>& tasks,
                   const std::vector<std::unique_ptr<tasks::TaskModel>>& models) {
  files::XloraFolder mixture = models.front()->export_xlora();
  mixture.head.clear();
  files::write_xlora_folder(out, mixture);
  for (std::size_t i = 0; i < tasks.size(); ++i)
    files::write_safetensors(fs::path(out) / ("head-" + tasks[i]->settings.task + ".safetensors"),
                             models[i]->export_xlora().head);
}

void train_gate(const GateOptions& options) {
  engine::set_threads(options.settings.threads);
  const Base base(options.settings.model);
  const std::vector<std::unique_ptr<Task>> tasks = read_tasks(options, base);
  std::vector<tasks::TaskModelOptions> model_options;
  for (const auto& task : tasks) model_options.push_back(task->options());
  std::vector<std::string> remarks;
  const auto models = engine::make_xlora_models(options.settings, base.folder, model_options, remarks);
  for (const std::string& remark : remarks) std::cerr << "warning: " << remark << '\n';
  std::vector<train::TrainedTask> trained;
  for (std::size_t i = 0; i < tasks.size(); ++i)
    trained.push_back({tasks[i]->settings.task, models[i].get(), tasks[i]->train.features, tasks[i]->evaluator.get()});
  train::MultiTaskTrainer trainer(trained, engine::step_options(options.settings.training),
                                  {train::task_draw_from(options.draw), options.draw_temperature});
  const Stopwatch watch;
  std::map<std::string, std::pair<double, std::int64_t>> losses;
  trainer.run([&](const train::MultiTaskStep& step) {
    auto& [sum, count] = losses[tasks[step.task]->settings.task];
    sum += step.loss;
    ++count;
    if (step.step % 10 == 0 || step.step == trainer.total_steps())
      std::cerr << "step " << step.step << '/' << trainer.total_steps() << "  " << tasks[step.task]->settings.task
                << " loss " << step.loss << '\n';
  });
  const double seconds = watch.seconds();
  Json mean_losses = Json::object();
  for (const auto& [task, sum] : losses) mean_losses[task] = sum.first / static_cast<double>(sum.second);
  const Json result = {
      {"steps", trainer.total_steps()},
      {"seconds", seconds},
      {"train_loss", mean_losses},
      {"scores", trainer.evaluate()},
      {"parameters", {{"all", models.front()->counts().all}, {"trainable", models.front()->counts().trainable}}}};
  if (!options.out.empty()) write_mixture(options.out, tasks, models);
  std::cout << result.dump(options.json ? -1 : 2) << '\n';
}

struct SearchOptions {
  study::RunSettings settings;
  std::vector<std::string> adapters;
  std::string data, sum = "factors";
  int examples = 5;
  adapters::WeightSearchOptions search;
  bool json = false;
};

/// The first examples of a split as one batch.
tasks::Batch first_examples(const engine::Split& split, tasks::TaskKind kind, int examples) {
  std::vector<const data::Feature*> chosen;
  for (const data::Feature& feature : split.features)
    if (feature.example < examples) chosen.push_back(&feature);
  if (chosen.empty())
    throw DataError("cannot weigh the adapters",
                    Problem{split.file.string(), "no examples", "at least one example", ""});
  return tasks::make_batch(kind, chosen);
}

void search(const SearchOptions& options) {
  engine::set_threads(options.settings.threads);
  const Base base(options.settings.model);
  Task task;
  task.settings = options.settings;
  task.labels = engine::labels_of(base.folder, options.settings.task);
  task.train = read_split("train", options.data, base, task);
  const tasks::Batch batch = first_examples(task.train, task.options().kind, options.examples);
  std::vector<files::AdapterFolder> folders;
  for (const std::string& folder : options.adapters) folders.push_back(files::read_adapter_folder(folder));
  std::vector<const files::AdapterFolder*> pointers;
  for (const files::AdapterFolder& folder : folders) pointers.push_back(&folder);
  tasks::MixingOptions mixing;
  mixing.kind = options.sum == "delta" ? tasks::Mixing::Sum : tasks::Mixing::Factors;
  const auto found = adapters::search_weights(folders.size(), options.search, [&](const std::vector<double>& weights) {
    mixing.weights = weights;
    const double loss = tasks::mixture_model(base.folder, task.options(), pointers, mixing)->evaluate(batch).loss;
    std::cerr << "loss " << loss << '\n';
    return loss;
  });
  const Json result = {{"weights", found.weights},
                       {"loss", found.loss},
                       {"objective", found.objective},
                       {"sum", options.sum},
                       {"examples", options.examples}};
  std::cout << result.dump(options.json ? -1 : 2) << '\n';
}

void add_gate(CLI::App& group) {
  CLI::App* command =
      group.add_subcommand("train", "One gate over the adapters of several tasks, trained on all of them");
  command->footer(
      "Example: lorascope mix train --model DIR --adapters A,B,C --train wnut17=a.conll --train squad=b.json \\\n"
      "           --eval wnut17=c.conll --draw uniform --lr 1e-3 --epochs 2 --out mixture");
  auto options = std::make_shared<GateOptions>();
  study::RunSettings& settings = options->settings;
  settings.method = study::Method::Xlora;
  command->add_option("--model", settings.model, "Model folder, a model's name, or \"default\"")->capture_default_str();
  command->add_option("--train", options->train, "TASK=FILE, once for each task")->required();
  command->add_option("--eval", options->eval, "TASK=FILE: scored at the end");
  command->add_option("--draw", options->draw, "How often each task is drawn: proportional, uniform or temperature")
      ->check(CLI::IsMember({"proportional", "uniform", "temperature"}))
      ->capture_default_str();
  command->add_option("--draw-temperature", options->draw_temperature, "Of --draw temperature: 1 is proportional")
      ->check(CLI::PositiveNumber)
      ->capture_default_str();
  command->add_option("--adapter", settings.adapter, "X-LoRA folder whose gate is trained on");
  add_xlora_options(*command, settings.xlora);
  study::TrainingSettings& training = settings.training;
  command->add_option("--epochs", training.epochs, "Passes over all tasks' batches")->capture_default_str();
  command->add_option("--max-steps", training.max_steps, "Steps; 0 = go by epochs")->check(CLI::NonNegativeNumber);
  command->add_option("--batch-size", training.batch_size, "Rows of a batch")
      ->check(CLI::PositiveNumber)
      ->capture_default_str();
  command->add_option("--lr", training.learning_rate, "Peak learning rate")->capture_default_str();
  command->add_option("--warmup-ratio", training.warmup_ratio, "Share of the steps in which the rate rises");
  command->add_option("--weight-decay", training.weight_decay, "AdamW's decay");
  command->add_option("--max-length", training.max_length, "Tokens of a row; 0 = the task's");
  command->add_option("--seed", training.seed, "Order, dropout, new weights")->capture_default_str();
  command->add_option("--threads", settings.threads, "Threads; 0 = all cores")->check(CLI::NonNegativeNumber);
  command->add_option("--out", options->out, "Folder for gate, adapters and each task's head");
  command->add_flag("--json", options->json, "One JSON object on one line");
  command->callback([options] { train_gate(*options); });
}

void add_search(CLI::App& group) {
  CLI::App* command = group.add_subcommand(
      "search", "Weights of adapters from a few examples, without gradients, as LoRAHub finds them");
  command->footer(
      "Example: lorascope mix search --model DIR --adapter A --adapter B --task wnut17 --data few.conll --examples 5");
  auto options = std::make_shared<SearchOptions>();
  command->add_option("--model", options->settings.model, "Model folder, a model's name, or \"default\"")
      ->capture_default_str();
  command->add_option("--adapter", options->adapters, "Adapter folder, once for each")->required();
  command->add_option("--task", options->settings.task, "wnut17, squad or swag")->required();
  command->add_option("--data", options->data, "The examples, in the task's own format")->required();
  command->add_option("--examples", options->examples, "How many of them, from the first")
      ->check(CLI::PositiveNumber)
      ->capture_default_str();
  command
      ->add_option("--mix-sum", options->sum, "Sum of the factors A and B as published, or of the updates B A (delta)")
      ->check(CLI::IsMember({"factors", "delta"}))
      ->capture_default_str();
  command->add_option("--budget", options->search.budget, "Evaluations of the loss")
      ->check(CLI::PositiveNumber)
      ->capture_default_str();
  command->add_option("--penalty", options->search.penalty, "Of the mean of |w|, added to the loss")
      ->capture_default_str();
  command->add_option("--seed", options->search.seed, "Of the search")->capture_default_str();
  command->add_option("--threads", options->settings.threads, "Threads; 0 = all cores")->check(CLI::NonNegativeNumber);
  command->add_flag("--json", options->json, "One JSON object on one line");
  command->callback([options] { search(*options); });
}

}  // namespace

void add_mix(CLI::App& program) {
  CLI::App* group =
      program.add_subcommand("mix", "Several adapters together: one gate over several tasks, searched weights");
  group->require_subcommand(1);
  add_gate(*group);
  add_search(*group);
}

}  // namespace lorascope::app
