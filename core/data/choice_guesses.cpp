#include "core/data/choice_guesses.h"

#include <algorithm>
#include <charconv>
#include <cstdio>
#include <optional>
#include <utility>

#include "core/data/csv_table.h"
#include "core/data/data_problems.h"
#include "core/data/json_content.h"

namespace lorascope::data {
namespace {

std::optional<std::int64_t> number_below(std::string_view text, std::int64_t limit) {
  std::int64_t number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  const bool is_whole = error == std::errc() && end == text.data() + text.size();
  return is_whole && number >= 0 && number < limit ? std::optional(number) : std::nullopt;
}

}  // namespace

std::vector<std::int64_t> read_choice_guesses(const std::filesystem::path& file, std::size_t num_rows) {
  DataProblems problems(file);
  const CsvTable table(read_data_file(file), problems);
  const auto index_column = table.column("index"), choice_column = table.column("choice");
  if (!index_column || !choice_column) {
    problems.add(1, "no column " + std::string(index_column ? "choice" : "index"), "a header with index and choice");
    problems.throw_if_any();
  }
  std::vector<std::int64_t> choices(num_rows, -1);
  for (const CsvRow& row : table.rows()) {
    const std::string &index_text = row.fields[*index_column], &choice_text = row.fields[*choice_column];
    const auto index = number_below(index_text, static_cast<std::int64_t>(num_rows));
    const auto choice = number_below(choice_text, kNumEndings);
    if (!index) {
      problems.add_key(row.line, "index", shown(std::string_view(index_text)),
                       "a row of the data, 0 to " + std::to_string(num_rows - 1));
    } else if (!choice) {
      problems.add_key(row.line, "choice", shown(std::string_view(choice_text)), "0 to 3");
    } else if (std::exchange(choices[static_cast<std::size_t>(*index)], *choice) >= 0) {
      problems.add_key(row.line, "index", index_text + " for the second time", "each row once");
    }
  }
  const auto num_missing = std::count(choices.begin(), choices.end(), -1);
  if (num_missing > 0 && problems.empty()) {
    problems.add(
        0, "no choice for " + std::to_string(num_missing) + " of the data's " + std::to_string(num_rows) + " rows",
        "a choice for every row", "are these predictions for this data file?");
  }
  problems.throw_if_any();
  return choices;
}

std::string choice_guess_lines(std::span<const std::array<float, kNumEndings>> scores) {
  std::string text = "index,choice,score0,score1,score2,score3\n";
  for (std::size_t i = 0; i < scores.size(); ++i) {
    const auto& row = scores[i];
    std::size_t best = 0;
    for (std::size_t choice = 1; choice < row.size(); ++choice) {
      if (row[choice] > row[best]) best = choice;
    }
    text += std::to_string(i) + ',' + std::to_string(best);
    for (const float score : row) {
      char digits[32];
      std::snprintf(digits, sizeof digits, ",%.9g", static_cast<double>(score));
      text += digits;
    }
    text += '\n';
  }
  return text;
}

}  // namespace lorascope::data
