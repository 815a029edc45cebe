#include <CLI/CLI.hpp>
#include <iostream>
#include <memory>

#include "app/lorascope/commands.h"
#include "app/lorascope/commands/mix_train.h"
#include "app/lorascope/engine/model_setup.h"
#include "app/lorascope/engine/run_models.h"
#include "app/lorascope/engine/run_tasks.h"
#include "app/lorascope/hub/model_places.h"
#include "core/base/error.h"
#include "core/base/json.h"
#include "core/files/model_folder.h"
#include "core/study/adapter_reference.h"
#include "core/tasks/mixture_model.h"
#include "core/text/tokenizer.h"

namespace lorascope::app {
namespace {

struct SearchOptions {
  study::RunSettings settings;
  bool json = false;
};

void search(const SearchOptions& options) {
  study::RunSettings settings = options.settings;
  settings.method = study::Method::Lorahub;
  if (const std::vector<Problem> problems = settings.problems(); !problems.empty())
    throw UsageError("these options do not fit together:\n  " + problems.front().to_text());
  engine::set_threads(settings.threads);
  const std::filesystem::path place = hub::find_model(settings.model);
  const text::Tokenizer tokenizer = text::Tokenizer::from_folder(place);
  const files::ModelFolder folder = files::load_model_folder(place);
  std::vector<engine::RunTask> tasks = engine::load_tasks(settings, folder, tokenizer);
  for (const std::string& remark : tasks.front().train().remarks) std::cerr << "warning: " << remark << '\n';
  const engine::FixedMixture mixture =
      engine::make_fixed_models(settings, folder, tasks, [](const std::string& phase) { std::cerr << phase << '\n'; });
  Json result = mixture.found.at(settings.task);
  result["sum"] = settings.mix.sum;
  result["examples"] = settings.mix.examples;
  std::cout << result.dump(options.json ? -1 : 2) << '\n';
}

void add_search(CLI::App& group) {
  CLI::App* command = group.add_subcommand(
      "search", "Weights of adapters from a few examples, without gradients, as LoRAHub finds them");
  command->footer(
      "Example: lorascope mix search --model DIR --adapter A --adapter B --task wnut17 --data few.conll --examples 5");
  auto options = std::make_shared<SearchOptions>();
  command->add_option("--model", options->settings.model, "Model folder, a model's name, or \"default\"")
      ->capture_default_str();
  command->add_option("--adapter", options->settings.xlora.adapters, "Adapter folder, once for each")->required();
  command->add_option("--task", options->settings.task, "wnut17, squad or swag")->required();
  command->add_option("--data", options->settings.train_file, "The examples, in the task's own format")->required();
  command->add_option("--examples", options->settings.mix.examples, "How many of them, from the first")
      ->check(CLI::PositiveNumber)
      ->capture_default_str();
  command
      ->add_option("--mix-sum", options->settings.mix.sum, "Sum of the factors A and B as published, or of the updates B A (delta)")
      ->check(CLI::IsMember({"factors", "delta"}))
      ->capture_default_str();
  command->add_option("--budget", options->settings.mix.budget, "Evaluations of the loss")
      ->check(CLI::PositiveNumber)
      ->capture_default_str();
  command->add_option("--penalty", options->settings.mix.penalty, "Of the mean of |w|, added to the loss")
      ->capture_default_str();
  command->add_option("--seed", options->settings.training.seed, "Of the search")->capture_default_str();
  command->add_option("--threads", options->settings.threads, "Threads; 0 = all cores")->check(CLI::NonNegativeNumber);
  command->add_flag("--json", options->json, "One JSON object on one line");
  command->callback([options] { search(*options); });
}

}  // namespace

void add_mix(CLI::App& program) {
  CLI::App* group =
      program.add_subcommand("mix", "Several adapters together: one gate over several tasks, searched weights");
  group->require_subcommand(1);
  add_mix_train(*group);
  add_search(*group);
}

}  // namespace lorascope::app
