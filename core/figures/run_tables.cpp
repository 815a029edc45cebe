#include "core/figures/run_tables.h"

#include <algorithm>
#include <cmath>
#include <optional>
#include <set>

#include "core/base/json.h"
#include "core/figures/curve_figure.h"

namespace lorascope::figures {
namespace {

struct Score {
  std::string split, metric;
};

std::optional<double> score_of(const store::RunRecord& run, const Score& score) {
  const auto split = run.result.scores.find(score.split);
  if (split == run.result.scores.end()) return std::nullopt;
  const auto value = split->second.find(score.metric);
  if (value == split->second.end()) return std::nullopt;
  return is_share(score.metric, run.task) ? value->second * 100 : value->second;
}

// Test before validation, which shows its first score only beside a test; the main scores in the order in which papers
// give them, others by name after them.
std::vector<Score> scores_of(std::span<const store::RunRecord> runs, const ScoreTableOptions& options) {
  std::vector<Score> scores;
  for (const std::string& name : options.scores) {
    const std::size_t slash = name.find('/');
    if (slash != std::string::npos) scores.push_back({name.substr(0, slash), name.substr(slash + 1)});
  }
  if (!scores.empty()) return scores;
  std::set<std::string> splits;
  std::map<std::string, std::set<std::string>> metrics;
  for (const store::RunRecord& run : runs) {
    for (const auto& [split, values] : run.result.scores) {
      splits.insert(split);
      for (const auto& [metric, value] : values) metrics[split].insert(metric);
    }
  }
  std::vector<std::string> order(splits.begin(), splits.end());
  std::stable_partition(order.begin(), order.end(), [](const std::string& split) { return split == "test"; });
  static const std::vector<std::string> kMain = {"exact_match", "f1", "precision", "recall", "accuracy", "surface.f1"};
  for (const std::string& split : order) {
    const std::size_t before = scores.size();
    for (const std::string& metric : kMain) {
      if (metrics[split].erase(metric) == 0) continue;
      const bool one_is_enough = split != order.front() && !options.all_scores && scores.size() > before;
      if (!one_is_enough) scores.push_back({split, metric});
    }
    if (!options.all_scores) continue;
    for (const std::string& metric : metrics[split]) scores.push_back({split, metric});
  }
  return scores;
}

// The epoch of the best evaluation, from its share of all steps: rows hold the step only.
std::optional<double> best_epoch(const store::RunRecord& run) {
  if (!run.best || run.heartbeat.total_steps <= 0) return std::nullopt;
  const Json settings = Json::parse(run.settings, nullptr, false);
  if (!settings.is_object() || settings.value("/training/max_steps"_json_pointer, 0) > 0) return std::nullopt;
  const Json epochs = settings.value("/training/epochs"_json_pointer, Json());
  if (!epochs.is_number()) return std::nullopt;
  return static_cast<double>(run.best->step) * epochs.get<double>() / static_cast<double>(run.heartbeat.total_steps);
}

bool has_result(const store::RunRecord& run) {
  return !run.result.scores.empty() || run.result.seconds > 0;
}

std::optional<double> if_positive(double value) {
  return value > 0 ? std::optional(value) : std::nullopt;
}

// The numbers of one run in the order of the columns after the name and the number of runs.
std::vector<std::optional<double>> numbers_of(const store::RunRecord& run, const std::vector<Score>& scores) {
  std::vector<std::optional<double>> numbers;
  for (const Score& score : scores) numbers.push_back(score_of(run, score));
  numbers.push_back(run.best ? std::optional(static_cast<double>(run.best->step)) : std::nullopt);
  numbers.push_back(best_epoch(run));
  numbers.push_back(if_positive(static_cast<double>(run.result.parameters_trainable)));
  numbers.push_back(if_positive(run.result.seconds));
  numbers.push_back(if_positive(run.result.tokens_per_second));
  numbers.push_back(if_positive(run.result.peak_rss_mib));
  return numbers;
}

std::vector<TableColumn> columns_of(const std::vector<Score>& scores, const std::string& task) {
  std::vector<TableColumn> columns = {{"run", "", Align::Left, 0, Better::None},
                                      {"runs", "", Align::Right, 0, Better::None}};
  for (const Score& score : scores) {
    const bool share = is_share(score.metric, task);
    const bool loss = score.metric == "loss";
    const bool count = score.metric.ends_with("support") || score.metric == "total";
    columns.push_back({series_label(score.split + "/" + score.metric), share ? "%" : "", Align::Right,
                       share   ? 2
                       : count ? 0
                               : 4,
                       loss    ? Better::Lower
                       : count ? Better::None
                               : Better::Higher});
  }
  columns.push_back({"best step", "", Align::Right, 0, Better::None});
  columns.push_back({"best epoch", "", Align::Right, 1, Better::None});
  columns.push_back({"trained", "parameters", Align::Right, 0, Better::None});
  columns.push_back({"time", "s", Align::Right, 0, Better::None});
  columns.push_back({"speed", "tokens/s", Align::Right, 0, Better::None});
  columns.push_back({"peak memory", "MiB", Align::Right, 0, Better::None});
  return columns;
}

TableCell mean_cell(const std::vector<double>& values) {
  TableCell cell;
  if (values.empty()) return cell;
  double sum = 0;
  for (const double value : values) sum += value;
  const double mean = sum / static_cast<double>(values.size());
  cell.value = mean;
  if (values.size() < 2) return cell;
  double squares = 0;
  for (const double value : values) squares += (value - mean) * (value - mean);
  cell.spread = std::sqrt(squares / static_cast<double>(values.size() - 1));
  return cell;
}

TableRow group_row(std::span<const store::RunRecord> runs, const RunGroup& group, const std::vector<Score>& scores) {
  TableRow row;
  row.method = group.style.method;
  if (group.members.size() == 1) row.run_id = runs[group.members.front()].id;
  std::vector<std::vector<double>> columns(scores.size() + 6);
  double num_done = 0;
  for (const std::size_t member : group.members) {
    if (!has_result(runs[member])) continue;
    ++num_done;
    const std::vector<std::optional<double>> numbers = numbers_of(runs[member], scores);
    for (std::size_t i = 0; i < numbers.size(); ++i) {
      if (numbers[i]) columns[i].push_back(*numbers[i]);
    }
  }
  row.cells.push_back({group.name, {}, {}, false});
  row.cells.push_back({"", num_done, {}, false});
  for (const std::vector<double>& values : columns) row.cells.push_back(mean_cell(values));
  // A spread of what training cost would hide the scores; the single runs show it.
  for (std::size_t i = 2 + scores.size(); i < row.cells.size(); ++i) row.cells[i].spread.reset();
  return row;
}

TableRow single_row(const store::RunRecord& run, const std::vector<Score>& scores) {
  TableRow row;
  row.level = 1;
  row.method = run.method;
  row.run_id = run.id;
  row.cells.push_back({seed_name(run), {}, {}, false});
  row.cells.push_back({has_result(run) ? "" : std::string(store::text(run.state)), {}, {}, false});
  for (const std::optional<double>& number : numbers_of(run, scores)) row.cells.push_back({"", number, {}, false});
  return row;
}

// Columns that no row fills say nothing, and the best step only repeats the best epoch.
void remove_needless_columns(TableData& table) {
  for (std::size_t column = table.columns.size(); column-- > 2;) {
    const bool empty = std::all_of(table.rows.begin(), table.rows.end(),
                                   [column](const TableRow& row) { return row.cells[column].empty(); });
    const bool repeated = table.columns[column].name == "best step" && column + 1 < table.columns.size() &&
                          table.columns[column + 1].name == "best epoch";
    if (!empty && !repeated) continue;
    table.columns.erase(table.columns.begin() + static_cast<std::ptrdiff_t>(column));
    for (TableRow& row : table.rows) row.cells.erase(row.cells.begin() + static_cast<std::ptrdiff_t>(column));
  }
}

TableCell text_cell(std::string text) {
  return {std::move(text), {}, {}, false};
}
TableCell number_cell(std::optional<double> value) {
  return {"", value, {}, false};
}

}  // namespace

TableData score_table(std::span<const store::RunRecord> runs, const ScoreTableOptions& options) {
  const std::vector<Score> scores = scores_of(runs, options);
  TableData table;
  table.title = "Scores";
  table.columns = columns_of(scores, runs.empty() ? "" : runs.front().task);
  std::vector<const store::RunRecord*> records;
  for (const store::RunRecord& run : runs) records.push_back(&run);
  bool has_spread = false;
  for (const RunGroup& group : group_runs(records, options.grouping)) {
    table.rows.push_back(group_row(runs, group, scores));
    has_spread = has_spread || group.members.size() > 1;
    if (!options.single_runs || group.members.size() < 2) continue;
    for (const std::size_t member : group.members) table.rows.push_back(single_row(runs[member], scores));
  }
  if (has_spread) table.note = "mean ± standard deviation over the runs of a group";
  mark_best(table);
  remove_needless_columns(table);
  return table;
}

TableData run_table(std::span<const store::RunRecord> runs) {
  TableData table;
  table.title = "Runs";
  for (const char* name : {"run", "name", "group", "study", "task", "method", "state"}) {
    table.columns.push_back({name, "", Align::Left, 0, Better::None});
  }
  table.columns.front().align = Align::Right;
  for (const char* name : {"steps", "best", "best step"})
    table.columns.push_back({name, "", Align::Right, 0, Better::None});
  table.columns[8].digits = 4;
  table.columns.push_back({"time", "s", Align::Right, 0, Better::None});
  table.columns.push_back({"settings", "", Align::Left, 0, Better::None});
  for (const store::RunRecord& run : runs) {
    TableRow row;
    row.method = run.method;
    row.run_id = run.id;
    row.cells = {number_cell(static_cast<double>(run.id)),
                 text_cell(run.name),
                 text_cell(run.group),
                 text_cell(run.study),
                 text_cell(run.task),
                 text_cell(run.method),
                 text_cell(std::string(store::text(run.state))),
                 number_cell(static_cast<double>(run.heartbeat.step)),
                 number_cell(run.best ? std::optional(run.best->value) : std::nullopt),
                 number_cell(run.best ? std::optional(static_cast<double>(run.best->step)) : std::nullopt),
                 number_cell(if_positive(run.result.seconds)),
                 text_cell(run.settings_hash.substr(0, 12))};
    table.rows.push_back(std::move(row));
  }
  return table;
}

}  // namespace lorascope::figures
