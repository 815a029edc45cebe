#include <CLI/CLI.hpp>
#include <fstream>
#include <iostream>
#include <memory>
#include <string>
#include <vector>

#include "app/lorascope/commands.h"
#include "app/lorascope/commands/text_options.h"
#include "app/lorascope/commands/training_options.h"
#include "app/lorascope/commands/workspace_option.h"
#include "app/lorascope/inspect/inspector.h"
#include "app/lorascope/inspect/print_answer.h"
#include "app/lorascope/inspect/serve.h"
#include "core/base/error.h"
#include "core/base/json.h"
#include "core/store/workspace.h"

namespace lorascope::app {
namespace {

struct InspectOptions {
  study::RunSettings settings;
  std::string run, workspace, folder, base, task, train;
  std::vector<std::string> adapters;
  inspect::InspectText text;
  std::string second, file, scalings;
  std::vector<std::string> without, modules_off, set;
  std::vector<std::int64_t> blocks_off;
  std::int64_t nearest = -1;
  bool each = false, pins = false, serves = false, json = false;
};

/// "news=0.4" or "news@query=0.4".
Json setting_of(const std::string& text) {
  const std::size_t equals = text.rfind('=');
  const auto refuse = [&] {
    throw UsageError("--set: found \"" + text + "\", expected ADAPTER=NUMBER or ADAPTER@MODULE=NUMBER");
  };
  if (equals == std::string::npos || equals == 0) refuse();
  Json setting;
  try {
    setting["value"] = std::stod(text.substr(equals + 1));
  } catch (const std::logic_error&) {
    refuse();
  }
  const std::string name = text.substr(0, equals);
  const std::size_t at = name.find('@');
  setting["adapter"] = name.substr(0, at);
  if (at != std::string::npos) setting["module"] = name.substr(at + 1);
  return setting;
}

Json what_if_of(const InspectOptions& options) {
  Json what_if = Json::object();
  if (!options.without.empty()) what_if["without"] = options.without;
  if (!options.modules_off.empty()) what_if["modules_off"] = options.modules_off;
  if (!options.blocks_off.empty()) what_if["blocks_off"] = options.blocks_off;
  if (!options.scalings.empty()) what_if["scalings"] = options.scalings;
  for (const std::string& text : options.set) what_if["set"].push_back(setting_of(text));
  return what_if;
}

Json question_of(const InspectOptions& options, const std::string& task) {
  const Json what_if = what_if_of(options);
  if (options.pins) {
    Json inputs = Json::array();
    for (const inspect::InspectText& text : inspect::pinned_texts(store::Workspace::open(options.workspace), task))
      inputs.push_back(text.to_json());
    return {{"ask", "aggregate"}, {"inputs", inputs}, {"what_if", what_if}};
  }
  if (!options.file.empty()) return {{"ask", "aggregate"}, {"file", options.file}, {"what_if", what_if}};
  const Json input = options.text.to_json();
  if (options.nearest >= 0) return {{"ask", "nearest"}, {"input", input}, {"token", options.nearest}};
  if (options.each) return {{"ask", "adapters"}, {"input", input}};
  if (options.second.empty()) return {{"ask", "sentence"}, {"input", input}, {"what_if", what_if}};
  inspect::InspectText second = options.text;
  second.text = options.second;
  return {{"ask", "pair"}, {"first", input}, {"second", second.to_json()}, {"what_if", what_if}};
}

inspect::InspectSource source_of(const InspectOptions& options) {
  const int given = !options.run.empty() + !options.settings.model.empty() + !options.folder.empty();
  if (given != 1)
    throw UsageError("found " + std::to_string(given) + " of --run, --model and --folder, expected one of them");
  if (!options.task.empty()) require_task(options.task, {"wnut17", "squad", "swag"});
  if (options.run.empty()) {
    study::RunSettings settings = options.settings;
    if (!options.task.empty()) settings.task = options.task;
    if (!options.folder.empty() && !options.adapters.empty())
      throw UsageError("--adapter goes with --model; --folder is the adapter itself");
    inspect::InspectSource source =
        options.folder.empty() ? inspect::source_of_folders(settings, options.adapters, options.base)
                               : inspect::source_of_folder(options.folder, settings, options.base, options.task);
    source.settings.train_file = options.train;
    return source;
  }
  if (!options.adapters.empty() || !options.base.empty())
    throw UsageError("--adapter and --base go with --model and --folder; a run has its own");
  inspect::InspectSource source =
      inspect::source_of_run(store::Workspace::open(options.workspace), options.run, options.task);
  if (!options.train.empty()) source.settings.train_file = options.train;
  return source;
}

void run_inspect(const InspectOptions& options) {
  inspect::Inspector inspector(source_of(options));
  for (const std::string& warning : inspector.model().warnings()) std::cerr << "warning: " << warning << '\n';
  if (options.serves) return serve(inspector, std::cin, std::cout);
  const Json question = question_of(options, inspector.model().source().settings.task);
  const Json answer = inspector.answer(question);
  if (options.json) {
    std::cout << answer.dump(-1, ' ', false, Json::error_handler_t::replace) << std::endl;
  } else {
    inspect::print_answer(question.at("ask").get<std::string>(), answer, std::cout);
  }
}

void add_text_options(CLI::App& command, InspectOptions& options) {
  command.add_option("--text", options.text.text, "The sentence; squad: the text that holds the answer; swag: the sentence before");
  command.add_option("--word", options.text.words, "wnut17: the words one by one, instead of --text");
  command.add_option("--question", options.text.question, "squad: the question");
  command.add_option("--start", options.text.start, "swag: the beginning that the endings go on with");
  command.add_option("--ending", options.text.endings, "swag: an ending, four times");
  command.add_option("--second", options.second, "A second text, to compare with --text token by token and layer by layer");
  command.add_option("--file", options.file,
                     "Means by class over a file: the task's data, minimal pairs (.csv), a treebank (.conllu) or lines (.txt)");
  command.add_option("--nearest", options.nearest, "The training tokens nearest to this token, counted from 0");
  command.add_flag("--pins", options.pins, "The same means over the texts that are pinned in the workspace");
  command.add_flag("--each", options.each, "What each adapter alone says");
}

}  // namespace

void add_inspect(CLI::App& program) {
  auto options = std::make_shared<InspectOptions>();
  CLI::App* command = program.add_subcommand(
      "inspect", "One text through a model: tokens, prediction, what its layers and adapters do, and what if they did not");
  command->footer(
      "Example: lorascope inspect --run 3 --text \"Mara Lindt lives in Osby\" --without news\n"
      "         lorascope inspect --folder ADAPTER --text \"Mara Lindt lives in Osby\"\n"
      "         lorascope inspect --model DIR --adapter DIR --task squad --text TEXT --question QUESTION --json");
  options->settings.model.clear();
  command->add_option("--run", options->run, "Number or name of a run, instead of --model");
  command->add_option("--folder", options->folder,
                      "An adapter's, an X-LoRA's or a model's folder whose files name task and base, instead of --model");
  command->add_option("--model", options->settings.model, "Model folder");
  command->add_option("--adapter", options->adapters, "Adapter folder over it; may be given several times");
  command->add_option("--base", options->base, "What a fine-tuned --model was trained from, or what --folder is an adapter of");
  command->add_option("--task", options->task, "wnut17, squad or swag; runs and folders have their own, and of a run of several tasks it is one of them");
  command->add_option("--train", options->train, "Training data, for --nearest; a run has its own");
  add_text_options(*command, *options);
  command->add_option("--without", options->without, "What if this adapter were off; may be given several times");
  command->add_option("--module-off", options->modules_off, "What if this module (its path or its ending) had no adapter");
  command->add_option("--block-off", options->blocks_off, "What if this block had none");
  command->add_option("--set", options->set, "What if an adapter's scaling were this number: ADAPTER[@MODULE]=NUMBER");
  command->add_option("--scalings", options->scalings, "What if the scalings were those of a JSON file, [tokens][modules][adapters]");
  command->add_flag("--serve", options->serves, "Questions as JSON lines on stdin, answers on stdout");
  command->add_flag("--json", options->json, "Print one JSON object");
  add_length_options(*command, options->settings);
  command->add_option("--threads", options->settings.threads, "Threads; 0 = all cores")->check(CLI::NonNegativeNumber);
  add_workspace_option(*command, options->workspace);
  command->callback([options] { run_inspect(*options); });
}

}  // namespace lorascope::app
