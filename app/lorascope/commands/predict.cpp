#include <iostream>
#include <memory>
#include <string>
#include <vector>

#include <CLI/CLI.hpp>

#include "app/lorascope/commands.h"
#include "app/lorascope/commands/text_options.h"
#include "app/lorascope/engine/interrupts.h"
#include "app/lorascope/engine/model_setup.h"
#include "app/lorascope/engine/progress_display.h"
#include "app/lorascope/engine/run_data.h"
#include "app/lorascope/hub/model_places.h"
#include "core/base/error.h"
#include "core/base/files.h"
#include "core/base/json.h"
#include "core/files/model_folder.h"
#include "core/nn/device.h"

namespace lorascope::app {
namespace {

/// What `predict` and `evaluate` share: a model with adapters over one data file.
struct PredictOptions {
  std::string model, task, data, out, device = "auto";
  std::vector<std::string> adapters;
  int max_length = 0;
  int batch_size = 16;
  int threads = 0;
  int zero_division = 0;
  bool json = false;

  void add_to(CLI::App& command) {
    command.add_option("--model", model, "Model folder")->required();
    command.add_option("--adapter", adapters, "Adapter folder over it; may be given several times");
    command.add_option("--task", task, "wnut17")->required();
    command.add_option("--data", data, "Data in the task's own format")->required();
    command.add_option("--max-length", max_length, "Tokens of a row; 0 = as many as the model allows")
        ->check(CLI::NonNegativeNumber);
    command.add_option("--eval-batch-size", batch_size, "Rows of a batch; changes the loss (mean of batch means)")
        ->check(CLI::PositiveNumber)
        ->capture_default_str();
    command.add_option("--threads", threads, "Threads; 0 = all cores")->check(CLI::NonNegativeNumber);
    command.add_option("--device", device, "auto, cpu or cuda")->check(CLI::IsMember({"auto", "cpu", "cuda"}));
  }
};

struct Evaluated {
  engine::Split split;
  data::LabelSet labels;
  train::Evaluation evaluation;
  double seconds = 0.0;
};

void require_head(const files::ModelFolder& folder, const PredictOptions& options) {
  if (folder.tensors.count("classifier.weight") != 0 || !options.adapters.empty()) return;
  throw CheckpointError("cannot predict with " + options.model,
                        Problem{options.model + ": classifier.weight", "nothing", "a head for the task's labels",
                                "train first (lorascope train), or give the --adapter that brings a head"});
}

Evaluated evaluate_model(const PredictOptions& options) {
  require_task(options.task, {"wnut17"});
  engine::set_threads(options.threads);
  const std::filesystem::path model_folder = hub::find_model(options.model);
  const text::Tokenizer tokenizer = text::Tokenizer::from_folder(model_folder);
  for (const std::string& warning : tokenizer.warnings()) std::cerr << "warning: " << warning << '\n';
  const files::ModelFolder folder = files::load_model_folder(model_folder);
  require_head(folder, options);
  Evaluated result;
  result.labels = engine::labels_of(folder, options.task);
  const int max_length = engine::max_length_for(folder, options.max_length);
  result.split = engine::load_split("eval", options.data, tokenizer, result.labels, max_length);
  const auto model = engine::make_frozen_model(folder, {options.adapters.begin(), options.adapters.end()},
                                               result.labels.size(), nn::resolve_device(options.device));
  const auto evaluator =
      engine::make_evaluator(result.split, result.labels, options.batch_size, options.zero_division);
  const engine::Interrupts interrupts;
  engine::ProgressDisplay display(/*silent=*/false);
  const Stopwatch watch;
  const auto progress = [&](std::int64_t done, std::int64_t rows) {
    const double left = watch.seconds() * static_cast<double>(rows - done) / static_cast<double>(done);
    display.show("rows", done, rows, duration_text(left) + " left");
    return !interrupts.requested();
  };
  auto evaluation = evaluator->evaluate(*model, progress);
  if (!evaluation) throw Interrupted("interrupted, nothing was written");
  result.evaluation = std::move(*evaluation);
  result.seconds = watch.seconds();
  return result;
}

void write_predictions(const PredictOptions& options, const Evaluated& result) {
  const data::TagGuesses tags = engine::tag_guesses(result.split, result.evaluation.guesses, result.labels);
  write_file_atomically(options.out, data::tag_guess_lines(result.split.sentences, tags));
  std::cerr << result.split.sentences.size() << " sentences written to " << options.out << '\n';
}

void predict(const PredictOptions& options) { write_predictions(options, evaluate_model(options)); }

void evaluate(const PredictOptions& options) {
  const Evaluated result = evaluate_model(options);
  if (!options.out.empty()) write_predictions(options, result);
  if (options.json) {
    Json object = result.evaluation.scores;
    object["examples"] = result.evaluation.rows;
    object["seconds"] = result.seconds;
    object["examples_per_second"] = static_cast<double>(result.evaluation.rows) / result.seconds;
    object["real_tokens_per_second"] = static_cast<double>(result.evaluation.tokens) / result.seconds;
    std::cout << object.dump() << std::endl;
    return;
  }
  for (const auto& [name, value] : result.evaluation.scores) std::cout << name << ' ' << value << '\n';
}

}  // namespace

void add_predict(CLI::App& program) {
  CLI::App* command = program.add_subcommand("predict", "Predictions of a model in the task's own format");
  command->footer("Example: lorascope predict --model DIR --adapter DIR --task wnut17 --data test.conll --out pred.conll");
  auto options = std::make_shared<PredictOptions>();
  options->add_to(*command);
  command->add_option("--out", options->out, "File to write")->required();
  command->callback([options] { predict(*options); });
}

void add_evaluate(CLI::App& program) {
  CLI::App* command = program.add_subcommand("evaluate", "Scores of a model on a data file");
  command->footer("Example: lorascope evaluate --model DIR --task wnut17 --data test.conll --json");
  auto options = std::make_shared<PredictOptions>();
  options->add_to(*command);
  command->add_option("--zero-division", options->zero_division, "Precision without guesses, recall without entities: 0 or 1")
      ->check(CLI::IsMember({0, 1}));
  command->add_option("--out", options->out, "Also writes the predictions there");
  command->add_flag("--json", options->json, "Print one JSON object");
  command->callback([options] { evaluate(*options); });
}

}  // namespace lorascope::app
