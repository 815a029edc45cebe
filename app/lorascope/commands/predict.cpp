#include <filesystem>
#include <iostream>
#include <memory>
#include <string>
#include <vector>

#include <CLI/CLI.hpp>

#include "app/lorascope/commands.h"
#include "app/lorascope/commands/text_options.h"
#include "app/lorascope/commands/training_options.h"
#include "app/lorascope/engine/adapter_choice.h"
#include "app/lorascope/engine/interrupts.h"
#include "app/lorascope/engine/model_setup.h"
#include "app/lorascope/engine/predictions.h"
#include "app/lorascope/engine/progress_display.h"
#include "app/lorascope/engine/run_data.h"
#include "app/lorascope/hub/model_places.h"
#include "core/base/error.h"
#include "core/base/files.h"
#include "core/base/json.h"
#include "core/files/model_folder.h"

namespace lorascope::app {
namespace {

/// What `predict` and `evaluate` share: a model with adapters over one data file.
struct PredictOptions {
  study::RunSettings settings;
  std::string data, out, nbest, null_odds;
  engine::AdapterChoice own;
  std::vector<std::string> adapters;
  bool json = false;

  void add_to(CLI::App& command) {
    command.add_option("--model", settings.model, "Model folder")->required();
    command.add_option("--adapter", adapters,
                       "Adapter folder over it; several are summed, unless each example has its own: then NAME=DIR, or "
                       "DIR whose last part is the name");
    command.add_option("--adapter-column", own.column,
                       "Column (CSV) or key (JSON) of the data that names each example's adapter, or none");
    command.add_option("--adapter-of", own.file,
                       "The same from a file of one name a line, in the order of the examples: sentences (wnut17), "
                       "questions (squad), rows (swag)");
    command.add_option("--task", settings.task, "wnut17, squad or swag")->required();
    command.add_option("--data", data, "Data in the task's own format")->required();
    add_length_options(command, settings);
    command.add_option("--eval-batch-size", settings.training.eval_batch_size,
                       "Rows of a batch in the loss (a mean of batch means); how rows are computed is no matter")
        ->check(CLI::PositiveNumber)
        ->capture_default_str();
    command.add_option("--nbest", nbest, "squad: also writes the n-best answers there");
    command.add_option("--null-odds", null_odds, "squad, version 2: also writes the odds of \"no answer\" there");
    command.add_option("--threads", settings.threads, "Threads; 0 = all cores")->check(CLI::NonNegativeNumber);
    command.add_option("--device", settings.device, "auto, cpu or cuda")->check(CLI::IsMember({"auto", "cpu", "cuda"}));
    command.add_option("--precision", settings.training.precision, "fp32, or bf16 where the device has it")
        ->check(CLI::IsMember({"fp32", "bf16"}))
        ->capture_default_str();
  }
};

struct Evaluated {
  engine::Split split;
  data::LabelSet labels;
  train::Evaluation evaluation;
  double seconds = 0.0;
};

void check(const PredictOptions& options) {
  require_task(options.settings.task, {"wnut17", "squad", "swag"});
  const bool is_squad = options.settings.task == "squad";
  if (!options.nbest.empty() && !is_squad) throw UsageError("--nbest: only the task squad has n-best answers");
  if (!options.null_odds.empty() && !(is_squad && options.settings.squad.version_2)) {
    throw UsageError("--null-odds: only questions that may have no answer have odds of it", "add --squad-v2");
  }
  if (const std::vector<Problem> problems = options.settings.problems(); !problems.empty()) {
    throw UsageError("these options do not fit together:\n  " + problems.front().to_text());
  }
}

std::vector<engine::NamedAdapter> adapters_of(const PredictOptions& options) {
  if (options.own.is_given()) {
    if (options.adapters.empty())
      throw UsageError("found no --adapter that an example could name", "give each: --adapter NAME=DIR");
    return engine::named_adapters(options.adapters);
  }
  std::vector<engine::NamedAdapter> adapters;
  for (const std::string& folder : options.adapters) adapters.push_back({"", folder});
  return adapters;
}

std::unique_ptr<tasks::TaskModel> make_model(const PredictOptions& options,
                                             const std::vector<engine::NamedAdapter>& adapters,
                                             const files::ModelFolder& folder, std::int64_t num_labels) {
  std::vector<std::filesystem::path> folders;
  for (const engine::NamedAdapter& adapter : adapters) folders.push_back(adapter.folder);
  return options.own.is_given() ? engine::make_row_model(options.settings, folder, folders, num_labels)
                                : engine::make_frozen_model(options.settings, folder, folders, num_labels);
}

Evaluated evaluate_model(const PredictOptions& options) {
  check(options);
  const study::RunSettings& settings = options.settings;
  engine::set_threads(settings.threads);
  const std::filesystem::path model_folder = hub::find_model(settings.model);
  const text::Tokenizer tokenizer = text::Tokenizer::from_folder(model_folder);
  for (const std::string& warning : tokenizer.warnings()) std::cerr << "warning: " << warning << '\n';
  const files::ModelFolder folder = files::load_model_folder(model_folder);
  Evaluated result;
  result.labels = engine::labels_of(folder, settings.task);
  const std::vector<engine::NamedAdapter> adapters = adapters_of(options);
  const auto model = make_model(options, adapters, folder, engine::num_labels_of(result.labels, settings.task));
  result.split = engine::load_split("eval", options.data,
                                    {settings, tokenizer, result.labels, engine::max_length_for(folder, settings)});
  for (const std::string& remark : result.split.remarks) std::cerr << "warning: " << remark << '\n';
  if (options.own.is_given())
    result.split.adapters =
        engine::chosen_adapters(options.own, options.data, adapters, result.split.num_examples());
  const auto evaluator = engine::make_evaluator(result.split, settings, result.labels);
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
  const engine::Predictions predictions{result.split, result.evaluation, options.settings, result.labels};
  const auto write = [](const std::string& file, const std::string& text) {
    if (!file.empty()) write_file_atomically(file, text);
  };
  write(options.nbest, options.nbest.empty() ? "" : engine::nbest_text(predictions));
  write(options.null_odds, options.null_odds.empty() ? "" : engine::null_odds_text(predictions));
  write(options.out, engine::predictions_text(predictions));
  if (options.out.empty()) return;
  std::cerr << result.split.num_examples() << " examples written to " << options.out << '\n';
}

void predict(const PredictOptions& options) { write_predictions(options, evaluate_model(options)); }

void evaluate(const PredictOptions& options) {
  const Evaluated result = evaluate_model(options);
  write_predictions(options, result);
  if (options.json) {
    Json object = result.evaluation.scores;
    object["examples"] = result.split.num_examples();
    object["seconds"] = result.seconds;
    object["examples_per_second"] = static_cast<double>(result.split.num_examples()) / result.seconds;
    object["real_tokens_per_second"] = static_cast<double>(result.evaluation.tokens) / result.seconds;
    std::cout << object.dump() << std::endl;
    return;
  }
  for (const auto& [name, value] : result.evaluation.scores) std::cout << name << ' ' << value << '\n';
}

}  // namespace

void add_predict(CLI::App& program) {
  CLI::App* command = program.add_subcommand("predict", "Predictions of a model in the task's own format");
  command->footer(
      "Example: lorascope predict --model DIR --adapter DIR --task wnut17 --data test.conll --out pred.conll\n"
      "         lorascope predict --model DIR --task squad --data dev.json --out pred.json --nbest nbest.json\n"
      "         lorascope predict --model DIR --task swag --data dev.csv --out pred.csv \\\n"
      "           --adapter film=DIR --adapter sport=DIR --adapter-column topic\n"
      "         lorascope predict --model DIR --task wnut17 --data test.conll --out pred.conll \\\n"
      "           --adapter DIR --adapter DIR --adapter-of names.txt");
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
  command->add_option("--zero-division", options->settings.zero_division, "Precision without guesses, recall without entities: 0 or 1")
      ->check(CLI::IsMember({0, 1}));
  command->add_option("--out", options->out, "Also writes the predictions there");
  command->add_flag("--json", options->json, "Print one JSON object");
  command->callback([options] { evaluate(*options); });
}

}  // namespace lorascope::app
