#include <CLI/CLI.hpp>
#include <algorithm>
#include <cstddef>
#include <functional>
#include <iomanip>
#include <iostream>
#include <memory>
#include <set>
#include <string>
#include <vector>

#include "app/lorascope/commands/data_parts.h"
#include "app/lorascope/commands/text_options.h"
#include "core/base/json.h"
#include "core/data/data_problems.h"
#include "core/data/data_summary.h"
#include "core/data/squad.h"
#include "core/data/squad_reader.h"
#include "core/data/swag.h"
#include "core/data/swag_reader.h"
#include "core/data/tagged_file.h"
#include "core/data/tagging_summary.h"
#include "core/data/wnut17.h"
#include "core/text/tokenizer.h"

namespace lorascope::app {
namespace {

struct ShowOptions {
  std::string task, file;
  TokenizerOptions tokenizer;  ///< where given, rows are counted in tokens too
  int max_length = 0;
  int stride = 128;
  bool json = false;

  bool counts_tokens() const { return !tokenizer.model.empty() || !tokenizer.vocabulary.empty(); }
};

/// Tokens of the rows that a model would see.
struct TokenCount {
  data::LengthHistogram lengths{"tokens of a row", 32};
  std::size_t num_features = 0, num_full = 0;  ///< full: as long as max_length allows, so probably cut

  void add(const std::vector<data::Feature>& features, int max_length) {
    for (const data::Feature& feature : features) {
      lengths.add(feature.input_ids.size());
      if (max_length > 0 && feature.input_ids.size() == static_cast<std::size_t>(max_length)) ++num_full;
    }
    num_features += features.size();
  }
};

OrderedJson histogram_json(const std::vector<std::size_t>& counts, std::size_t width, const char* unit) {
  OrderedJson list = OrderedJson::array();
  for (std::size_t i = 0; i < counts.size(); ++i) {
    list.push_back({{"from", width * i + 1}, {"to", width * (i + 1)}, {unit, counts[i]}});
  }
  return list;
}

OrderedJson to_json(const data::TaggingSummary& summary) {
  OrderedJson value;
  value["sentences"] = summary.num_sentences;
  value["words"] = summary.num_words;
  value["entities"] = summary.num_entities;
  value["sentences_without_entity"] = summary.num_sentences_without_entity;
  value["longest_sentence"] = summary.longest;
  value["tags"] = summary.tags;
  value["entity_types"] = summary.entities;
  value["length_histogram"] = histogram_json(summary.lengths, 10, "sentences");
  value["first_rows"] = summary.first_rows;
  value["remarks"] = summary.remarks;
  return value;
}

OrderedJson to_json(const data::LengthHistogram& lengths) {
  return {{"mean", lengths.mean()},
          {"longest", lengths.longest},
          {"histogram", histogram_json(lengths.counts, lengths.width, "count")}};
}

OrderedJson to_json(const data::DataSummary& summary) {
  OrderedJson value;
  for (const auto& [name, count] : summary.counts) value[name] = count;
  for (const auto& [name, share] : summary.shares) value[name + "_share"] = share;
  value["labels"] = summary.labels;
  for (const data::LengthHistogram& lengths : summary.lengths) {
    value["lengths"][lengths.name] = to_json(lengths);
  }
  value["first_rows"] = summary.first_rows;
  value["remarks"] = summary.remarks;
  return value;
}

void print_counts(const std::map<std::string, std::size_t>& counts, const char* unit) {
  for (const auto& [name, count] : counts) {
    std::cout << std::left << std::setw(20) << name << std::right << std::setw(10) << count << unit << '\n';
  }
}

void print_histogram(const std::string& title, const std::vector<std::size_t>& counts, std::size_t width) {
  std::cout << '\n' << title << '\n';
  if (counts.empty()) return;
  const std::size_t most = std::max<std::size_t>(*std::max_element(counts.begin(), counts.end()), 1);
  for (std::size_t i = 0; i < counts.size(); ++i) {
    std::cout << std::setw(5) << width * i + 1 << " to " << std::left << std::setw(5) << width * (i + 1) << std::right
              << std::setw(8) << counts[i] << "  " << std::string(counts[i] * 40 / most, '#') << '\n';
  }
}

void print_notes(const std::vector<std::string>& first_rows, const std::vector<std::string>& remarks) {
  std::cout << "\nfirst rows\n";
  for (const std::string& row : first_rows) std::cout << "  " << row << '\n';
  for (const std::string& remark : remarks) std::cout << "note: " << remark << '\n';
}

void print(const data::TaggingSummary& summary) {
  std::cout << summary.num_sentences << " sentences, " << summary.num_words << " words, " << summary.num_entities
            << " entities, " << summary.num_sentences_without_entity << " sentences without entity\n\n";
  print_counts(summary.tags, " words");
  print_histogram("words in a sentence", summary.lengths, 10);
  print_notes(summary.first_rows, summary.remarks);
}

void print(const data::DataSummary& summary) {
  const char* separator = "";
  for (const auto& [name, count] : summary.counts) {
    std::cout << separator << count << ' ' << name;
    separator = ", ";
  }
  for (const auto& [name, share] : summary.shares) {
    std::cout << ", " << std::fixed << std::setprecision(1) << 100.0 * share << " % " << name;
  }
  std::cout << "\n\n" << summary.label_name << '\n';
  print_counts(summary.labels, "");
  for (const data::LengthHistogram& lengths : summary.lengths) {
    print_histogram(lengths.name, lengths.counts, lengths.width);
  }
  print_notes(summary.first_rows, summary.remarks);
}

using MakeFeatures = std::function<std::vector<data::Feature>(const text::Tokenizer&)>;

/// Prints what could be read; then the problems, as an error.
template <typename Summary>
void report(const Summary& summary, const data::DataProblems& problems, const ShowOptions& options,
            const MakeFeatures& features) {
  TokenCount tokens;
  if (options.counts_tokens()) tokens.add(features(options.tokenizer.load()), options.max_length);
  if (options.json) {
    OrderedJson value = to_json(summary);
    if (options.counts_tokens()) {
      value["tokens"] = to_json(tokens.lengths);
      value["tokens"]["rows"] = tokens.num_features;
      value["tokens"]["rows_of_max_length"] = tokens.num_full;
    }
    value["problems"] = OrderedJson::array();
    for (const Problem& problem : problems.problems()) value["problems"].push_back(problem.to_text());
    std::cout << value.dump() << '\n';
  } else if (!summary.first_rows.empty()) {
    print(summary);
    if (options.counts_tokens()) {
      print_histogram(tokens.lengths.name, tokens.lengths.counts, tokens.lengths.width);
      std::cout << tokens.num_features << " rows, " << tokens.lengths.total << " tokens, " << tokens.num_full
                << " rows as long as --max-length allows\n";
    }
  }
  problems.throw_if_any();
}

/// The tags that occur, in any order: only token counts are wanted.
data::LabelSet labels_of(const std::vector<data::TaggedSentence>& sentences) {
  std::set<std::string> tags;
  for (const data::TaggedSentence& sentence : sentences) tags.insert(sentence.tags.begin(), sentence.tags.end());
  return data::LabelSet(std::vector<std::string>(tags.begin(), tags.end()));
}

void show(const ShowOptions& options) {
  require_task(options.task, {"wnut17", "squad", "swag"});
  data::DataProblems problems(options.file);
  if (options.task == "wnut17") {
    const auto sentences = data::read_tagged_file(options.file, data::LabelSet::wnut17(), problems);
    report(data::summarize(sentences), problems, options, [&](const text::Tokenizer& tokenizer) {
      return data::make_token_features(sentences, tokenizer, labels_of(sentences), options.max_length);
    });
  } else if (options.task == "squad") {
    const data::SquadData data = data::read_squad_file(options.file, problems);
    report(data::summarize(data), problems, options, [&](const text::Tokenizer& tokenizer) {
      data::SpanFeatureOptions cut;
      cut.max_length = options.max_length;
      cut.stride = options.stride;
      return data::make_span_features(data.questions, tokenizer, cut).features;
    });
  } else {
    const std::vector<data::SwagRow> rows = data::read_swag_file(options.file, problems);
    report(data::summarize(rows), problems, options, [&](const text::Tokenizer& tokenizer) {
      return data::make_choice_features(rows, tokenizer, options.max_length);
    });
  }
}

}  // namespace

void add_data_show(CLI::App& group) {
  CLI::App* command = group.add_subcommand("show", "Counts, label balance, lengths, first rows and problems of a file");
  command->footer("Example: lorascope data show squad dev-v1.1.json --model default --max-length 384");
  auto options = std::make_shared<ShowOptions>();
  command->add_option("task", options->task, "wnut17, squad or swag")->required();
  command->add_option("file", options->file, "Data file")->required();
  options->tokenizer.add_to(*command);
  command->add_option("--max-length", options->max_length, "With --model: tokens of a row; 0 = no limit")
      ->check(CLI::NonNegativeNumber);
  command->add_option("--stride", options->stride, "With --model: tokens that windows of squad share")
      ->check(CLI::NonNegativeNumber)
      ->capture_default_str();
  command->add_flag("--json", options->json, "One JSON object on stdout");
  command->callback([options] { show(*options); });
}

}  // namespace lorascope::app
