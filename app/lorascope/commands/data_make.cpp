#include <CLI/CLI.hpp>
#include <cstdint>
#include <filesystem>
#include <iostream>
#include <memory>
#include <string>

#include "app/lorascope/commands/data_parts.h"
#include "app/lorascope/commands/text_options.h"
#include "core/base/files.h"
#include "core/data/miniature_squad.h"
#include "core/data/miniature_swag.h"
#include "core/data/miniature_wnut17.h"
#include "core/data/minimal_pairs.h"

namespace lorascope::app {
namespace {

constexpr int kDefaultSize = 800, kDefaultPairs = 1000;

struct MakeOptions {
  std::string task, out;
  std::uint64_t seed = 42;
  int size = 0;  ///< 0: the default
};

void write_pairs(const MakeOptions& options) {
  const std::vector<data::MinimalPair> pairs =
      data::make_minimal_pairs({options.seed, options.size > 0 ? options.size : kDefaultPairs});
  write_file_atomically(std::filesystem::path(options.out) / "pairs.csv", data::minimal_pairs_csv(pairs));
  std::cerr << pairs.size() << " minimal pairs written to " << options.out << '\n';
}

/// Writes the three splits as files train, dev and test with the task's ending.
template <typename Splits, typename Text>
void write_splits(const Splits& splits, const MakeOptions& options, const std::string& ending, const Text& text) {
  const std::filesystem::path folder = options.out;
  write_file_atomically(folder / ("train" + ending), text(splits.train));
  write_file_atomically(folder / ("dev" + ending), text(splits.dev));
  write_file_atomically(folder / ("test" + ending), text(splits.test));
  std::cerr << splits.train.size() << " training, " << splits.dev.size() << " development and " << splits.test.size()
            << " test examples written to " << options.out << '\n';
}

void make(const MakeOptions& options) {
  require_task(options.task, {"wnut17", "squad", "swag", "pairs"});
  if (options.task == "pairs") return write_pairs(options);
  const data::MiniatureOptions size{options.seed, options.size > 0 ? options.size : kDefaultSize};
  if (options.task == "wnut17") {
    write_splits(data::make_miniature_wnut17(size), options, ".conll",
                 [](const auto& sentences) { return data::conll_text(sentences); });
  } else if (options.task == "squad") {
    write_splits(data::make_miniature_squad(size), options, ".json",
                 [](const auto& questions) { return data::squad_json(questions, /*is_v2=*/false); });
  } else {
    write_splits(data::make_miniature_swag(size), options, ".csv",
                 [](const auto& rows) { return data::swag_csv(rows); });
  }
}

}  // namespace

void add_data_make(CLI::App& group) {
  CLI::App* command = group.add_subcommand("make", "Write the generated miniature data of a task, or minimal pairs");
  command->footer("Example: lorascope data make squad --out data/miniature-squad");
  auto options = std::make_shared<MakeOptions>();
  command->add_option("task", options->task, "wnut17, squad or swag; or pairs")->required();
  command->add_option("--out", options->out, "Folder for train, dev and test (.conll, .json or .csv); pairs.csv")->required();
  command->add_option("--seed", options->seed, "The same seed gives the same bytes")->capture_default_str();
  command
      ->add_option("--size", options->size,
                   "Training sentences, questions or rows, 800 by default, dev and test follow; or pairs of each of the "
                   "eight kinds, 1000 by default")
      ->check(CLI::PositiveNumber);
  command->callback([options] { make(*options); });
}

}  // namespace lorascope::app
