#include "app/lorascope/kit/reference_table.h"

#include <algorithm>
#include <cmath>
#include <filesystem>
#include <map>
#include <string>

#include "core/base/error.h"
#include "core/figures/run_groups.h"

namespace lorascope::app {
namespace {

using figures::TableCell;
using store::RunRecord;

std::string model_of(const RunRecord& run) {
  try {
    return std::filesystem::path(study::RunSettings::from_json(run.settings).model).filename().string();
  } catch (const StudyError&) {
    return "";
  }
}

/// A finished run's value of a quoted score, or nothing.
std::optional<double> value_of(const RunRecord& run, const std::string& name) {
  if (run.state != store::RunState::Finished) return std::nullopt;
  if (name == "seconds") return run.result.seconds;
  if (name == "parameters_trainable") return static_cast<double>(run.result.parameters_trainable);
  for (const char* split : {"test", "eval"}) {
    const auto scores = run.result.scores.find(split);
    if (scores == run.result.scores.end()) continue;
    const auto score = scores->second.find(name);
    if (score != scores->second.end()) return score->second;
  }
  return std::nullopt;
}

TableCell text_cell(const std::string& text) {
  TableCell cell;
  cell.text = text;
  return cell;
}

TableCell number_cell(double value) {
  TableCell cell;
  cell.value = value;
  return cell;
}

/// Mean, and standard deviation where there are two or more.
TableCell cell_of(const std::vector<double>& values) {
  TableCell cell;
  if (values.empty()) return cell;
  double sum = 0, squares = 0;
  for (const double value : values) sum += value;
  const double mean = sum / static_cast<double>(values.size());
  for (const double value : values) squares += (value - mean) * (value - mean);
  cell.value = mean;
  if (values.size() > 1) cell.spread = std::sqrt(squares / static_cast<double>(values.size() - 1));
  return cell;
}

/// The groups of runs in a reference's cell, by name, with their values of one score.
std::map<std::string, std::vector<double>> ours(const study::Reference& reference, const std::string& score,
                                                std::span<const RunRecord> runs) {
  std::map<std::string, std::vector<double>> groups;
  for (const RunRecord& run : runs) {
    const bool fits = run.task == reference.task && run.method == reference.method && model_of(run) == reference.model;
    if (!fits) continue;
    std::vector<double>& values = groups[run.group];
    if (const auto value = value_of(run, score)) values.push_back(*value);
  }
  return groups;
}

}  // namespace

figures::TableData reference_table(std::span<const study::Reference> references, std::span<const RunRecord> runs) {
  figures::TableData table;
  table.title = "Quoted numbers and ours";
  table.note = "SQuAD's scores are per cent, all others 0 to 1";
  using figures::Align;
  table.columns = {{"task", ""},
                   {"model", ""},
                   {"method", ""},
                   {"score", ""},
                   {"quoted", "", Align::Right, 4},
                   {"ours", "", Align::Right, 4},
                   {"our runs", ""},
                   {"source", ""}};
  for (const study::Reference& reference : references) {
    for (const auto& [score, value] : reference.values) {
      std::map<std::string, std::vector<double>> groups = ours(reference, score, runs);
      if (groups.empty()) groups["none"] = {};
      for (const auto& [group, values] : groups) {
        figures::TableRow row;
        row.method = reference.method;
        row.cells = {text_cell(reference.task),
                     text_cell(reference.model),
                     text_cell(figures::method_name(reference.method)),
                     text_cell(score),
                     number_cell(value),
                     cell_of(values),
                     text_cell(group),
                     text_cell(reference.source)};
        table.rows.push_back(std::move(row));
      }
    }
  }
  return table;
}

}  // namespace lorascope::app
