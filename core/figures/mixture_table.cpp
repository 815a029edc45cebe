#include "core/figures/mixture_table.h"

#include <algorithm>
#include <filesystem>
#include <optional>
#include <set>
#include <vector>

#include "core/base/error.h"
#include "core/figures/statistics.h"
#include "core/store/run_store.h"
#include "core/study/run_settings.h"

namespace lorascope::figures {
namespace {

using store::RunRecord;

constexpr const char* kSplits[] = {"test", "eval"};

/// What the table needs to know of one run.
struct Run {
  const RunRecord* record = nullptr;
  study::RunSettings settings;
};

std::vector<Run> finished_runs(std::span<const RunRecord> records) {
  std::vector<Run> runs;
  for (const RunRecord& record : records) {
    if (record.state != store::RunState::Finished) continue;
    try {
      runs.push_back({&record, study::RunSettings::from_json(record.settings)});
    } catch (const StudyError&) {
      // Settings of another version: nothing tells which row the run belongs to.
    }
  }
  return runs;
}

/// "wnut17: LoRA r 8" and "all tasks: LoRA r 8" without what the study put before the method's name.
std::string method_of(const Run& run) {
  const std::string prefix = run.settings.has_several_tasks() ? "all tasks: " : run.record->task + ": ";
  const std::string& group = run.record->group;
  return group.rfind(prefix, 0) == 0 ? group.substr(prefix.size()) : group.empty() ? run.record->name : group;
}

/// Main score of a task in percent, of the test split where there is one.
std::optional<double> score_of(const Run& run, const std::string& task) {
  const std::vector<std::string> tasks = run.settings.task_names();
  if (std::find(tasks.begin(), tasks.end(), task) == tasks.end()) return std::nullopt;
  for (const std::string split : kSplits) {
    const auto scores = run.record->result.scores.find(run.settings.has_several_tasks() ? split + "/" + task : split);
    if (scores == run.record->result.scores.end()) continue;
    const auto score = scores->second.find(task == "swag" ? "accuracy" : "f1");
    if (score != scores->second.end()) return task == "squad" ? score->second : 100 * score->second;
  }
  return std::nullopt;
}

struct RowKey {
  std::string method, model;
  bool is_together = false;

  bool operator==(const RowKey&) const = default;
};

/// The runs of one row; those of one seed stand for each other's tasks.
struct Row {
  RowKey key;
  std::map<std::uint64_t, std::vector<const Run*>> seeds;
};

std::vector<Row> rows_of(const std::vector<Run>& runs) {
  std::vector<Row> rows;
  for (const Run& run : runs) {
    const RowKey key{method_of(run), std::filesystem::path(run.settings.model).filename().string(),
                     run.settings.has_several_tasks()};
    auto row = std::find_if(rows.begin(), rows.end(), [&](const Row& other) { return other.key == key; });
    if (row == rows.end()) row = rows.insert(rows.end(), Row{key, {}});
    row->seeds[run.settings.training.seed].push_back(&run);
  }
  return rows;
}

TableCell cell_of(const std::vector<double>& values) {
  TableCell cell;
  if (values.empty()) return cell;
  cell.value = mean_of(values);
  if (values.size() > 1) cell.spread = standard_deviation(values);
  return cell;
}

/// One value a seed.
template <class Value>
TableCell over_seeds(const Row& row, Value value) {
  std::vector<double> values;
  for (const auto& [seed, runs] : row.seeds) {
    if (const std::optional<double> one = value(runs)) values.push_back(*one);
  }
  return cell_of(values);
}

std::optional<double> score_of_any(const std::vector<const Run*>& runs, const std::string& task) {
  for (const Run* run : runs) {
    if (const auto score = score_of(*run, task)) return score;
  }
  return std::nullopt;
}

/// Nothing unless every task has a score.
std::optional<double> mean_score(const std::vector<const Run*>& runs, const std::vector<std::string>& tasks) {
  double sum = 0;
  for (const std::string& task : tasks) {
    const auto score = score_of_any(runs, task);
    if (!score) return std::nullopt;
    sum += *score;
  }
  return sum / static_cast<double>(tasks.size());
}

std::string column_name(const std::string& task) {
  return task == "swag" ? "swag accuracy" : task == "squad" ? "squad F1" : task + " F1";
}

std::vector<TableColumn> columns_of(const std::vector<std::string>& tasks) {
  std::vector<TableColumn> columns = {{"method", ""}};
  for (const std::string& task : tasks) columns.push_back({column_name(task), "%", Align::Right, 1, Better::Higher});
  columns.push_back({"mean", "%", Align::Right, 1, Better::Higher});
  columns.push_back({"parameters trained", "", Align::Right, 0});
  columns.push_back({"time", "s", Align::Right, 1});
  columns.push_back({"peak memory", "MiB", Align::Right, 0});
  columns.push_back({"evaluation", "tokens/s", Align::Right, 0});
  columns.push_back({"seeds", "", Align::Right, 0});
  return columns;
}

TableRow table_row(const Row& row, const std::vector<std::string>& tasks,
                   const std::map<store::RunId, double>& speeds) {
  TableRow made;
  made.method = row.seeds.begin()->second.front()->record->method;
  TableCell name;
  name.text = row.key.method;
  made.cells.push_back(name);
  for (const std::string& task : tasks)
    made.cells.push_back(over_seeds(row, [&](const auto& runs) { return score_of_any(runs, task); }));
  made.cells.push_back(over_seeds(row, [&](const auto& runs) { return mean_score(runs, tasks); }));
  using Runs = std::vector<const Run*>;
  TableCell parameters = over_seeds(row, [](const Runs& runs) -> std::optional<double> {
    double sum = 0;
    for (const Run* run : runs) sum += static_cast<double>(run->record->result.parameters_trainable);
    return sum;
  });
  parameters.spread.reset();
  made.cells.push_back(parameters);
  made.cells.push_back(over_seeds(row, [](const Runs& runs) -> std::optional<double> {
    double sum = 0;
    for (const Run* run : runs) sum += run->record->result.seconds;
    return sum;
  }));
  made.cells.push_back(over_seeds(row, [](const Runs& runs) -> std::optional<double> {
    double most = 0;
    for (const Run* run : runs) most = std::max(most, run->record->result.peak_rss_mib);
    return most;
  }));
  made.cells.push_back(over_seeds(row, [&](const Runs& runs) -> std::optional<double> {
    std::vector<double> own;
    for (const Run* run : runs)
      if (const auto speed = speeds.find(run->record->id); speed != speeds.end()) own.push_back(speed->second);
    return own.empty() ? std::nullopt : std::optional(mean_of(own));
  }));
  TableCell seeds;
  seeds.value = static_cast<double>(row.seeds.size());
  made.cells.push_back(seeds);
  return made;
}

/// Rows of equal names say in what they differ.
void make_unique(std::vector<Row>& rows) {
  std::set<std::string> models;
  for (const Row& row : rows) models.insert(row.key.model);
  std::map<std::string, int> counts;
  for (const Row& row : rows) ++counts[row.key.method + row.key.model];
  for (Row& row : rows) {
    const bool is_double = counts[row.key.method + row.key.model] > 1;
    if (is_double) row.key.method += row.key.is_together ? ", all tasks in one run" : ", a run for each task";
    if (models.size() > 1) row.key.method += " (" + row.key.model + ")";
  }
}

}  // namespace

std::map<store::RunId, double> evaluation_speeds(const store::Workspace& workspace, std::span<const RunRecord> records) {
  const store::RunStore store(workspace);
  std::map<store::RunId, double> speeds;
  const std::vector<Run> finished = finished_runs(records);
  for (const Run& run : finished) {
    for (const std::string split : kSplits) {
      std::vector<double> values;
      for (const std::string& task : run.settings.task_names()) {
        const std::string inner = run.settings.has_several_tasks() ? task + "/" : "";
        const auto points = store.points(run.record->id, split + "/" + inner + "tokens_per_second");
        if (!points.empty()) values.push_back(points.back().value);
      }
      if (values.empty()) continue;
      speeds[run.record->id] = mean_of(values);
      break;
    }
  }
  return speeds;
}

bool has_mixtures(std::span<const RunRecord> runs) {
  return std::any_of(runs.begin(), runs.end(), [](const RunRecord& run) {
    return run.task == study::kSeveralTasks || (run.method != "ft" && run.method != "lora");
  });
}

TableData mixture_table(std::span<const RunRecord> records, const std::map<store::RunId, double>& speeds) {
  const std::vector<Run> runs = finished_runs(records);
  std::vector<std::string> tasks;
  for (const Run& run : runs) {
    for (const std::string& task : run.settings.task_names())
      if (std::find(tasks.begin(), tasks.end(), task) == tasks.end()) tasks.push_back(task);
  }
  TableData table;
  table.title = "Mixtures of adapters";
  table.note =
      "Mean ± standard deviation over seeds, on the test split where a task has one. Where each task has a run of its "
      "own, parameters and seconds are those of all of them, memory is that of the largest.";
  table.columns = columns_of(tasks);
  std::vector<Row> rows = rows_of(runs);
  make_unique(rows);
  for (const Row& row : rows) table.rows.push_back(table_row(row, tasks, speeds));
  mark_best(table);
  return table;
}

}  // namespace lorascope::figures
