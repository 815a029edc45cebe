#include <CLI/CLI.hpp>
#include <algorithm>
#include <cstdint>
#include <filesystem>
#include <iomanip>
#include <iostream>
#include <memory>
#include <string>
#include <vector>

#include "app/lorascope/commands.h"
#include "app/lorascope/commands/text_options.h"
#include "core/base/files.h"
#include "core/base/json.h"
#include "core/data/data_problems.h"
#include "core/data/miniature_wnut17.h"
#include "core/data/tagged_file.h"
#include "core/data/tagging_summary.h"

namespace lorascope::app {
namespace {

struct ShowOptions {
  std::string task, file;
  bool json = false;
};

struct MakeOptions {
  std::string task, out;
  std::uint64_t seed = 42;
  int size = 800;
};

OrderedJson to_json(const data::TaggingSummary& summary, const std::vector<Problem>& problems) {
  OrderedJson value;
  value["sentences"] = summary.num_sentences;
  value["words"] = summary.num_words;
  value["entities"] = summary.num_entities;
  value["sentences_without_entity"] = summary.num_sentences_without_entity;
  value["longest_sentence"] = summary.longest;
  value["tags"] = summary.tags;
  value["entity_types"] = summary.entities;
  value["length_histogram"] = OrderedJson::array();
  for (std::size_t i = 0; i < summary.lengths.size(); ++i) {
    value["length_histogram"].push_back({{"from", 10 * i + 1}, {"to", 10 * i + 10}, {"sentences", summary.lengths[i]}});
  }
  value["remarks"] = summary.remarks;
  value["problems"] = OrderedJson::array();
  for (const Problem& problem : problems) value["problems"].push_back(problem.to_text());
  return value;
}

void print(const data::TaggingSummary& summary) {
  std::cout << summary.num_sentences << " sentences, " << summary.num_words << " words, " << summary.num_entities
            << " entities, " << summary.num_sentences_without_entity << " sentences without entity\n\n";
  for (const auto& [tag, count] : summary.tags) {
    std::cout << std::left << std::setw(20) << tag << std::right << std::setw(10) << count << " words\n";
  }
  std::cout << "\nwords in a sentence\n";
  const std::size_t most = *std::max_element(summary.lengths.begin(), summary.lengths.end());
  for (std::size_t i = 0; i < summary.lengths.size(); ++i) {
    std::cout << std::setw(5) << 10 * i + 1 << " to " << std::left << std::setw(5) << 10 * i + 10 << std::right
              << std::setw(8) << summary.lengths[i] << "  " << std::string(summary.lengths[i] * 40 / most, '#') << '\n';
  }
  for (const std::string& remark : summary.remarks) std::cout << "note: " << remark << '\n';
}

void show(const ShowOptions& options) {
  require_task(options.task, {"wnut17"});
  data::DataProblems problems(options.file);
  const auto sentences = data::read_tagged_file(options.file, data::LabelSet::wnut17(), problems);
  const data::TaggingSummary summary = data::summarize(sentences);
  if (options.json) {
    std::cout << to_json(summary, problems.problems()).dump() << '\n';
  } else if (!sentences.empty()) {
    print(summary);
  }
  problems.throw_if_any();
}

void make(const MakeOptions& options) {
  require_task(options.task, {"wnut17"});
  const data::TaggedSplits splits = data::make_miniature_wnut17({options.seed, options.size});
  const std::filesystem::path folder = options.out;
  write_file_atomically(folder / "train.conll", data::conll_text(splits.train));
  write_file_atomically(folder / "dev.conll", data::conll_text(splits.dev));
  write_file_atomically(folder / "test.conll", data::conll_text(splits.test));
  std::cerr << splits.train.size() << " training, " << splits.dev.size() << " development and " << splits.test.size()
            << " test sentences written to " << folder.string() << '\n';
}

}  // namespace

void add_data(CLI::App& program) {
  CLI::App* command = program.add_subcommand("data", "Look into data files, and make the generated miniature data");
  command->require_subcommand(1);

  CLI::App* show_command =
      command->add_subcommand("show", "Counts, label distribution, lengths and problems of a file");
  show_command->footer("Example: lorascope data show wnut17 train.conll");
  auto show_options = std::make_shared<ShowOptions>();
  show_command->add_option("task", show_options->task, "wnut17")->required();
  show_command->add_option("file", show_options->file, "Data file")->required();
  show_command->add_flag("--json", show_options->json, "One JSON object on stdout");
  show_command->callback([show_options] { show(*show_options); });

  CLI::App* make_command = command->add_subcommand("make", "Write the generated miniature data of a task");
  make_command->footer("Example: lorascope data make wnut17 --out data/miniature-wnut17");
  auto make_options = std::make_shared<MakeOptions>();
  make_command->add_option("task", make_options->task, "wnut17")->required();
  make_command->add_option("--out", make_options->out, "Folder for train.conll, dev.conll and test.conll")->required();
  make_command->add_option("--seed", make_options->seed, "The same seed gives the same bytes")->capture_default_str();
  make_command->add_option("--size", make_options->size, "Training sentences; dev and test follow")
      ->capture_default_str();
  make_command->callback([make_options] { make(*make_options); });
}

}  // namespace lorascope::app
