#include "core/figures/compare_table.h"

#include <algorithm>
#include <cmath>
#include <functional>
#include <set>

#include "core/base/error.h"
#include "core/figures/curve_figure.h"
#include "core/study/settings_fields.h"

namespace lorascope::figures {
namespace {

using Value = std::function<std::optional<double>(const store::RunRecord&)>;

std::optional<double> if_positive(double value) {
  return value > 0 ? std::optional(value) : std::nullopt;
}

// What a table is made of.
struct Comparing {
  std::span<const store::RunRecord> runs;
  const CompareOptions& options;
  std::vector<RunGroup> groups;  // the baseline first
  std::string score;

  std::vector<double> values(const RunGroup& group, const Value& value) const {
    std::vector<double> found;
    for (const std::size_t member : group.members) {
      if (const std::optional<double> one = value(runs[member])) found.push_back(*one);
    }
    return found;
  }
  std::vector<double> scores(const RunGroup& group) const {
    return values(group, [this](const store::RunRecord& run) { return score_value(run, score); });
  }
  // Scores of the seeds that both have, in the order of the seeds.
  std::pair<std::vector<double>, std::vector<double>> paired(const RunGroup& a, const RunGroup& b) const {
    const auto by_seed = [this](const RunGroup& group) {
      std::map<std::string, double> found;
      for (const std::size_t member : group.members) {
        if (const auto value = score_value(runs[member], score)) found[seed_name(runs[member])] = *value;
      }
      return found;
    };
    const std::map<std::string, double> first = by_seed(a), second = by_seed(b);
    std::pair<std::vector<double>, std::vector<double>> result;
    for (const auto& [seed, value] : first) {
      if (const auto other = second.find(seed); other != second.end()) {
        result.first.push_back(value);
        result.second.push_back(other->second);
      }
    }
    return result;
  }
};

std::vector<RunGroup> baseline_first(std::span<const store::RunRecord> runs, Grouping grouping,
                                     const std::string& baseline) {
  std::vector<const store::RunRecord*> records;
  for (const store::RunRecord& run : runs) records.push_back(&run);
  std::vector<RunGroup> groups = group_runs(records, grouping);
  const auto chosen =
      std::find_if(groups.begin(), groups.end(), [&](const RunGroup& group) { return group.name == baseline; });
  if (chosen != groups.end()) std::rotate(groups.begin(), chosen, chosen + 1);
  return groups;
}

TableCell number(std::optional<double> value) {
  return {"", value, {}, false};
}

TableCell mean_cell(const std::vector<double>& values, bool with_spread) {
  TableCell cell;
  if (values.empty()) return cell;
  cell.value = mean_of(values);
  if (with_spread && values.size() > 1) cell.spread = standard_deviation(values);
  return cell;
}

std::string interval_text(const Interval& interval) {
  const TableColumn column{"", "", Align::Right, 2, Better::None};
  return cell_text(number(interval.low), column) + " – " + cell_text(number(interval.high), column);
}

const GroupEvidence* evidence_of(const Comparing& comparing, const RunGroup& group) {
  const auto found = comparing.options.evidence.find(group.name);
  return found != comparing.options.evidence.end() ? &found->second : nullptr;
}

// Bootstrapped counts are shares; the table shows per cent where the score does.
double factor_of(const Comparing& comparing) {
  return is_share(comparing.score.substr(comparing.score.find('/') + 1), comparing.runs.front().task) ||
                 comparing.runs.front().task == "squad"
             ? 100
             : 1;
}

TableCell interval_cell(const Comparing& comparing, const RunGroup& group) {
  const std::vector<double> scores = comparing.scores(group);
  if (scores.size() >= kSeedsForInterval) return {interval_text(*mean_interval(scores)), {}, {}, false};
  const GroupEvidence* evidence = evidence_of(comparing, group);
  if (evidence == nullptr || !evidence->interval) return {};
  const double factor = factor_of(comparing);
  return {interval_text({evidence->interval->low * factor, evidence->interval->high * factor}) + " ᵉ", {}, {}, false};
}

std::string stars(double p) {
  return p < 0.01 ? "**" : p < 0.05 ? "*" : "";
}

TableCell difference_cell(const Comparing& comparing, const RunGroup& group) {
  const std::vector<double> own = comparing.scores(group), base = comparing.scores(comparing.groups.front());
  if (own.empty() || base.empty() || &group == &comparing.groups.front()) return {};
  TableCell cell = number(mean_of(own) - mean_of(base));
  const auto [first, second] = comparing.paired(comparing.groups.front(), group);
  const GroupEvidence* evidence = evidence_of(comparing, group);
  if (first.size() >= kSeedsForInterval) {
    cell.mark = stars(bootstrap_over_seeds(first, second)->p);
  } else if (evidence != nullptr && evidence->examples) {
    cell.mark = stars(evidence->examples->p);
  }
  return cell;
}

TableCell p_of_examples(const Comparing& comparing, const RunGroup& group) {
  const GroupEvidence* evidence = evidence_of(comparing, group);
  const bool known = &group != &comparing.groups.front() && evidence != nullptr && evidence->examples;
  return known ? number(evidence->examples->p) : TableCell{};
}

TableCell p_of_seeds(const Comparing& comparing, const RunGroup& group) {
  const auto [first, second] = comparing.paired(comparing.groups.front(), group);
  if (&group == &comparing.groups.front() || first.size() < kSeedsForInterval) return {};
  return number(bootstrap_over_seeds(first, second)->p);
}

TableCell reference_cell(const Comparing& comparing, const std::string& group) {
  for (const Reference& reference : comparing.options.references) {
    if (reference.group == group && reference.metric == comparing.score) return number(reference.value);
  }
  return {};
}

struct CostColumn {
  TableColumn column;
  Value value;
};

const std::vector<CostColumn>& cost_columns() {
  static const std::vector<CostColumn> columns = {
      {{"best step", "", Align::Right, 0, Better::None},
       [](const auto& run) { return run.best ? std::optional(static_cast<double>(run.best->step)) : std::nullopt; }},
      {{"trained", "parameters", Align::Right, 0, Better::None},
       [](const auto& run) { return if_positive(static_cast<double>(run.result.parameters_trainable)); }},
      {{"peak memory", "MiB", Align::Right, 0, Better::Lower},
       [](const auto& run) { return if_positive(run.result.peak_rss_mib); }},
      {{"time", "s", Align::Right, 0, Better::Lower}, [](const auto& run) { return if_positive(run.result.seconds); }},
      {{"speed", "tokens/s", Align::Right, 0, Better::Higher},
       [](const auto& run) { return if_positive(run.result.tokens_per_second); }}};
  return columns;
}

std::vector<std::string> measure_names(const CompareOptions& options) {
  std::vector<std::string> names;
  for (const auto& [group, values] : options.measures) {
    for (const auto& [name, value] : values) {
      if (std::find(names.begin(), names.end(), name) == names.end()) names.push_back(name);
    }
  }
  return names;
}

constexpr std::size_t kPublished = 7;  // place of the column of published numbers

void add_columns(TableData& table, const Comparing& comparing) {
  const std::string metric = comparing.score.substr(comparing.score.find('/') + 1);
  const bool loss = metric == "loss";
  const bool share = !comparing.score.empty() && is_share(metric, comparing.runs.front().task);
  const std::string unit = share ? "%" : "";
  const int digits = loss ? 4 : 2;
  table.columns = {{"group", "", Align::Left, 0, Better::None},
                   {"seeds", "", Align::Right, 0, Better::None},
                   {series_label(comparing.score), unit, Align::Right, digits, loss ? Better::Lower : Better::Higher},
                   {"95 % interval", unit, Align::Right, digits, Better::None},
                   {"difference", unit, Align::Right, digits, Better::None},
                   {"p, examples", "", Align::Right, 4, Better::None},
                   {"p, seeds", "", Align::Right, 4, Better::None},
                   {"published", unit, Align::Right, digits, Better::None}};
  for (const CostColumn& cost : cost_columns()) table.columns.push_back(cost.column);
  for (const std::string& name : measure_names(comparing.options)) {
    table.columns.push_back({name, "", Align::Right, 2, Better::None});
  }
}

TableRow group_row(const Comparing& comparing, const RunGroup& group) {
  const std::vector<double> scores = comparing.scores(group);
  TableRow row;
  row.method = group.style.method;
  if (group.members.size() == 1) row.run_id = comparing.runs[group.members.front()].id;
  row.cells = {
      {group.name, {}, {}, false},          number(static_cast<double>(scores.size())), mean_cell(scores, true),
      interval_cell(comparing, group),      difference_cell(comparing, group),
      p_of_examples(comparing, group),      p_of_seeds(comparing, group),
      reference_cell(comparing, group.name)};
  for (const CostColumn& cost : cost_columns()) {
    row.cells.push_back(mean_cell(comparing.values(group, cost.value), false));
  }
  const auto measures = comparing.options.measures.find(group.name);
  for (const std::string& name : measure_names(comparing.options)) {
    const bool known = measures != comparing.options.measures.end() && measures->second.contains(name);
    row.cells.push_back(known ? number(measures->second.at(name)) : TableCell{});
  }
  return row;
}

TableRow seed_row(const Comparing& comparing, const store::RunRecord& run, std::size_t num_columns) {
  TableRow row;
  row.level = 1;
  row.method = run.method;
  row.run_id = run.id;
  row.cells = {{seed_name(run), {}, {}, false}, {}, number(score_value(run, comparing.score)), {}, {}, {}, {}, {}};
  for (const CostColumn& cost : cost_columns()) row.cells.push_back(number(cost.value(run)));
  row.cells.resize(num_columns);
  return row;
}

// Published numbers of groups that are not among the runs.
void add_reference_rows(TableData& table, const Comparing& comparing) {
  for (const Reference& reference : comparing.options.references) {
    const bool known = std::any_of(comparing.groups.begin(), comparing.groups.end(),
                                   [&](const RunGroup& group) { return group.name == reference.group; });
    if (known || reference.metric != comparing.score) continue;
    TableRow row;
    row.cells.resize(table.columns.size());
    row.cells[0].text = reference.group;
    row.cells[kPublished] = number(reference.value);
    table.rows.push_back(std::move(row));
  }
}

void remove_empty_columns(TableData& table) {
  for (std::size_t column = table.columns.size(); column-- > 3;) {
    const bool empty = std::all_of(table.rows.begin(), table.rows.end(),
                                   [column](const TableRow& row) { return row.cells[column].empty(); });
    if (!empty) continue;
    table.columns.erase(table.columns.begin() + static_cast<std::ptrdiff_t>(column));
    for (TableRow& row : table.rows) row.cells.erase(row.cells.begin() + static_cast<std::ptrdiff_t>(column));
  }
}

std::string note_of(const Comparing& comparing) {
  std::size_t num_examples = 0, most_seeds = 0, fewest_seeds = SIZE_MAX;
  for (const auto& [group, evidence] : comparing.options.evidence) {
    num_examples = std::max(num_examples, evidence.num_examples);
  }
  for (const RunGroup& group : comparing.groups) {
    const std::size_t seeds = comparing.scores(group).size();
    most_seeds = std::max(most_seeds, seeds);
    if (seeds > 0) fewest_seeds = std::min(fewest_seeds, seeds);
  }
  if (most_seeds == 0) return "no run has a score yet";
  std::string note = most_seeds > 1 ? "± standard deviation over seeds" : "single seeds";
  if (most_seeds >= kSeedsForInterval) note += "; intervals: Student's t over seeds; stars and p of seeds: paired bootstrap";
  if (fewest_seeds < kSeedsForInterval && num_examples > 0) {
    note += "; ᵉ and */** (p < 0.05/0.01): paired bootstrap over " + std::to_string(num_examples) + " examples";
  }
  for (const Reference& reference : comparing.options.references) {
    if (reference.metric != comparing.score || reference.source.empty()) continue;
    note += "; published: " + reference.source;
    break;
  }
  return note;
}

}  // namespace

std::string main_score(std::span<const store::RunRecord> runs) {
  for (const char* split : {"test", "eval"}) {
    for (const char* metric : {"f1", "exact_match", "accuracy", "mean", "loss"}) {
      const std::string name = std::string(split) + "/" + metric;
      const bool known = std::any_of(runs.begin(), runs.end(),
                                     [&](const store::RunRecord& run) { return score_value(run, name).has_value(); });
      if (known) return name;
    }
  }
  return {};
}

std::optional<double> score_value(const store::RunRecord& run, const std::string& score) {
  const std::size_t slash = score.find('/');
  if (slash == std::string::npos) return std::nullopt;
  const auto split = run.result.scores.find(score.substr(0, slash));
  if (split == run.result.scores.end()) return std::nullopt;
  const std::string metric = score.substr(slash + 1);
  const auto value = split->second.find(metric);
  if (value == split->second.end()) return std::nullopt;
  return is_share(metric, run.task) ? value->second * 100 : value->second;
}

TableData compare_table(std::span<const store::RunRecord> runs, const CompareOptions& options) {
  TableData table;
  table.title = "Comparison";
  if (runs.empty()) return table;
  Comparing comparing{runs, options, baseline_first(runs, options.grouping, options.baseline),
                      options.score.empty() ? main_score(runs) : options.score};
  add_columns(table, comparing);
  for (const RunGroup& group : comparing.groups) {
    table.rows.push_back(group_row(comparing, group));
    const std::size_t num_scores = comparing.scores(group).size();
    if (group.members.size() < 2 || num_scores >= kSeedsForInterval) continue;
    for (const std::size_t member : group.members) {
      table.rows.push_back(seed_row(comparing, runs[member], table.columns.size()));
    }
  }
  add_reference_rows(table, comparing);
  table.note = note_of(comparing);
  mark_best(table);
  remove_empty_columns(table);
  return table;
}

TableData settings_table(std::span<const store::RunRecord> runs, Grouping grouping, const std::string& baseline) {
  TableData table;
  table.title = "Settings that differ";
  table.columns.push_back({"setting", "", Align::Left, 0, Better::None});
  std::vector<study::RunSettings> settings;
  for (const RunGroup& group : baseline_first(runs, grouping, baseline)) {
    try {
      settings.push_back(study::RunSettings::from_json(runs[group.members.front()].settings));
      table.columns.push_back({group.name, "", Align::Right, 0, Better::None});
    } catch (const Error&) {
      continue;  // settings of a newer version: nothing to compare
    }
  }
  static const std::set<std::string> kNames = {"name", "group", "export_folder", "training.seed"};
  for (const study::SettingsField& field : study::settings_fields()) {
    if (kNames.contains(field.key)) continue;
    TableRow row;
    row.cells.push_back({field.key, {}, {}, false});
    std::set<std::string> different;
    const std::string usual = study::value_text(field.get(study::RunSettings()));
    for (const study::RunSettings& one : settings) {
      const bool used = field.concerns(one);
      const std::string text = used ? study::value_text(field.get(one)) : "–";
      different.insert(text);
      row.cells.push_back({text.empty() ? "none" : text, {}, {}, false});
    }
    // That full fine-tuning has no LoRA settings is no news where these are as always.
    if (different.contains("–") && different.size() == 2 && different.contains(usual)) continue;
    if (different.size() < 2) continue;
    for (std::size_t i = 2; i < row.cells.size(); ++i) {
      if (row.cells[i].text == row.cells[1].text) row.cells[i].text = "=";
    }
    table.rows.push_back(std::move(row));
  }
  table.note = settings.size() < 2  ? "choose two groups of runs"
               : table.rows.empty() ? "the groups have the same settings"
                                    : "= as the baseline, which comes first";
  return table;
}

}  // namespace lorascope::figures
