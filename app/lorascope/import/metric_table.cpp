#include "app/lorascope/import/metric_table.h"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <limits>
#include <optional>
#include <set>

#include "app/lorascope/import/trainer_folder.h"
#include "core/base/error.h"
#include "core/base/files.h"
#include "core/data/csv_table.h"
#include "core/data/data_problems.h"

namespace lorascope::app {
namespace {

constexpr std::uint64_t kLimit = 1u << 30;

std::optional<double> number(std::string text) {
  std::transform(text.begin(), text.end(), text.begin(), [](char c) { return c >= 'A' && c <= 'Z' ? c + 32 : c; });
  if (text == "nan" || text == "inf" || text == "-inf" || text == "infinity" || text == "-infinity") {
    return std::numeric_limits<double>::quiet_NaN();
  }
  double value = 0;
  const auto [stop, problem] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (problem != std::errc() || stop != text.data() + text.size()) return std::nullopt;
  return value;
}

std::string listed(const std::vector<std::string>& names) {
  std::string text;
  for (const std::string& name : names) text += (text.empty() ? "" : ", ") + name;
  return text;
}

std::size_t step_column(const data::CsvTable& table, const std::string& wanted, data::DataProblems& problems) {
  const std::vector<std::string> names =
      wanted.empty() ? std::vector<std::string>{"step", "global_step", "iteration"} : std::vector<std::string>{wanted};
  for (const std::string& name : names) {
    if (const auto column = table.column(name)) return *column;
  }
  problems.add(1, "the columns " + listed(table.header()), "a column of steps: " + listed(names),
               "name it with --step COLUMN");
  return 0;
}

std::vector<std::int64_t> read_steps(const data::CsvTable& table, std::size_t column, data::DataProblems& problems) {
  std::vector<std::int64_t> steps;
  std::set<std::int64_t> seen;
  for (const data::CsvRow& row : table.rows()) {
    const std::optional<double> value = column < row.fields.size() ? number(row.fields[column]) : std::nullopt;
    const bool is_step = value && *value >= 0 && *value < 9e15 && std::floor(*value) == *value;
    if (!is_step) problems.add(row.line, "\"" + (column < row.fields.size() ? row.fields[column] : "") + "\"",
                               "a step: a whole number from 0");
    steps.push_back(is_step ? static_cast<std::int64_t>(*value) : -1);
    if (is_step && !seen.insert(steps.back()).second) {
      problems.add(row.line, "step " + std::to_string(steps.back()) + " again", "every step once");
    }
  }
  return steps;
}

/// The points of one column; nothing where a cell is no number.
std::optional<std::vector<store::MetricPoint>> read_column(const data::CsvTable& table, std::size_t column,
                                                           const std::vector<std::int64_t>& steps,
                                                           data::DataProblems* problems) {
  std::vector<store::MetricPoint> points;
  for (std::size_t i = 0; i < table.rows().size(); ++i) {
    const data::CsvRow& row = table.rows()[i];
    if (column >= row.fields.size() || row.fields[column].empty()) continue;
    const std::optional<double> value = number(row.fields[column]);
    if (!value && problems == nullptr) return std::nullopt;
    if (!value) {
      problems->add(row.line, table.header()[column] + " = \"" + row.fields[column] + "\"", "a number or nothing");
    } else {
      points.push_back({steps[i], *value});
    }
  }
  std::sort(points.begin(), points.end(),
            [](const store::MetricPoint& a, const store::MetricPoint& b) { return a.step < b.step; });
  return points;
}

}  // namespace

MetricTable read_metric_table(const std::filesystem::path& file, const TableMapping& mapping) {
  data::DataProblems problems(file);
  const data::CsvTable table(read_file(file, kLimit), problems);
  const std::size_t step = step_column(table, mapping.step, problems);
  const std::vector<std::int64_t> steps = problems.empty() ? read_steps(table, step, problems)
                                                           : std::vector<std::int64_t>(table.rows().size(), -1);
  MetricTable result;
  for (const auto& [column, series] : mapping.series) {
    const auto found = table.column(column);
    if (!found) {
      problems.add(1, "no column \"" + column + "\"", "one of " + listed(table.header()));
    } else {
      result.series[series] = *read_column(table, *found, steps, &problems);
    }
  }
  for (std::size_t column = 0; mapping.series.empty() && column < table.header().size(); ++column) {
    if (column == step) continue;
    const std::string& name = table.header()[column];
    auto points = read_column(table, column, steps, nullptr);
    if (!points) {
      result.left_out.push_back(name);
    } else if (!points->empty()) {
      result.series[name.find('/') == std::string::npos ? series_of_logged(name) : name] = std::move(*points);
    }
  }
  if (problems.empty() && result.series.empty()) {
    problems.add(1, "no column with numbers", "at least one metric beside the steps");
  }
  problems.throw_if_any();
  for (const std::int64_t value : steps) result.last_step = std::max(result.last_step, value);
  return result;
}

}  // namespace lorascope::app
