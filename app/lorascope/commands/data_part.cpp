#include <CLI/CLI.hpp>
#include <cstddef>
#include <iostream>
#include <memory>
#include <string>

#include "app/lorascope/commands/data_parts.h"
#include "app/lorascope/commands/text_options.h"
#include "core/base/error.h"
#include "core/base/files.h"
#include "core/data/miniature_wnut17.h"
#include "core/data/part.h"

namespace lorascope::app {
namespace {

struct PartOptions {
  std::string task, file, out;
  data::PartRule rule;
};

void write_part(const PartOptions& options, const std::string& text, std::size_t kept, std::size_t all) {
  if (kept == 0) {
    throw DataError("cannot cut a part of the data",
                    Problem{options.file, "none of its " + std::to_string(all) + " examples left",
                            "units that are short enough, and enough of them", "raise --max-words or lower --every"});
  }
  write_file_atomically(options.out, text);
  std::cerr << kept << " of " << all << " examples written to " << options.out << '\n';
}

void cut(const PartOptions& options) {
  require_task(options.task, {"wnut17", "squad", "swag"});
  if (options.task == "wnut17") {
    const auto all = data::read_tagged_sentences(options.file);
    const auto part = data::part_of(all, options.rule);
    write_part(options, data::conll_text(part), part.size(), all.size());
  } else if (options.task == "squad") {
    const auto all = data::read_squad(options.file);
    const auto part = data::part_of(all.questions, options.rule);
    write_part(options, data::squad_json(part, all.is_v2), part.size(), all.questions.size());
  } else {
    const auto all = data::read_swag(options.file);
    const auto part = data::part_of(all, options.rule);
    write_part(options, data::swag_csv(part), part.size(), all.size());
  }
}

}  // namespace

void add_data_part(CLI::App& group) {
  CLI::App* command = group.add_subcommand("part", "Cut a part of a data file by a rule without chance");
  command->footer(
      "Example: lorascope data part squad train-v1.1.json --max-words 100 --every 2 --out part.json\n"
      "Units are sentences (wnut17), passages with all their questions (squad) and rows (swag).");
  auto options = std::make_shared<PartOptions>();
  command->add_option("task", options->task, "wnut17, squad or swag")->required();
  command->add_option("file", options->file, "Data in any layout of the task")->required();
  command->add_option("--out", options->out, "File for the part (CoNLL, SQuAD JSON or SWAG's regular CSV)")->required();
  command->add_option("--max-words", options->rule.max_words, "Leave out units with longer texts; 0 = any length");
  command->add_option("--every", options->rule.every, "Keep the N-th, the 2N-th, … of the units short enough")
      ->capture_default_str()
      ->check(CLI::PositiveNumber);
  command->add_option("--limit", options->rule.limit, "Units at most; 0 = all");
  command->callback([options] { cut(*options); });
}

}  // namespace lorascope::app
