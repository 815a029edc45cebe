#include "core/figures/paper_tables.h"

#include <algorithm>
#include <cmath>
#include <filesystem>
#include <functional>
#include <map>
#include <optional>
#include <set>

#include "core/base/error.h"
#include "core/figures/compare_table.h"
#include "core/figures/curve_figure.h"
#include "core/figures/number_text.h"
#include "core/figures/run_groups.h"
#include "core/figures/statistics.h"

namespace lorascope::figures {
namespace {

using store::RunRecord;
using study::RunSettings;

struct Run {
  const RunRecord* record;
  RunSettings settings;
};

std::vector<Run> readable_runs(std::span<const RunRecord> runs) {
  std::vector<Run> result;
  for (const RunRecord& run : runs) {
    try {
      result.push_back({&run, RunSettings::from_json(run.settings)});
    } catch (const Error&) {
      continue;  // settings of a newer version
    }
  }
  return result;
}

std::string task_name(const std::string& task) {
  static const std::map<std::string, std::string> kNames = {
      {"squad", "SQuAD"}, {"swag", "SWAG"}, {"wnut17", "WNUT17"}};
  const auto known = kNames.find(task);
  return known != kNames.end() ? known->second : task;
}

std::string model_name(const std::string& model) {
  const std::string name = std::filesystem::path(model).filename().string();
  return name.empty() ? model : name;
}

TableCell words(const std::string& text) {
  TableCell cell;
  cell.text = text;
  return cell;
}

TableCell number(std::optional<double> value) {
  TableCell cell;
  cell.value = value;
  return cell;
}

TableCell mean_cell(const std::vector<double>& values) {
  TableCell cell;
  if (values.empty()) return cell;
  cell.value = mean_of(values);
  if (values.size() > 1) cell.spread = standard_deviation(values);
  return cell;
}

TableColumn numbers(const std::string& name, const std::string& unit, int digits, Better better = Better::None) {
  return {name, unit, Align::Right, digits, better};
}

std::string rate_text(double rate) {
  return short_number(rate);
}

TableData settings_table(const std::vector<Run>& runs) {
  TableData table;
  table.title = "Settings";
  table.columns = {{"data set", ""}, {"methods", ""}, numbers("learning rate", "", 0), numbers("batch", "", 0),
                   numbers("epochs", "", 0), {"rank", "", Align::Right}};
  struct Found {
    std::set<std::string> methods;
    std::set<int> ranks;
  };
  std::map<std::tuple<std::string, double, int, double, std::int64_t>, Found> rows;
  for (const Run& run : runs) {
    const study::TrainingSettings& training = run.settings.training;
    Found& found = rows[{run.record->task, training.learning_rate, training.batch_size * training.accumulate,
                         training.epochs, training.max_steps}];
    found.methods.insert(method_name(run.record->method));
    if (run.record->method == "lora") found.ranks.insert(run.settings.lora.rank);
  }
  for (const auto& [key, found] : rows) {
    const auto& [task, rate, batch, epochs, max_steps] = key;
    std::string methods, ranks;
    for (const std::string& method : found.methods) methods += (methods.empty() ? "" : ", ") + method;
    for (const int rank : found.ranks) ranks += (ranks.empty() ? "" : ", ") + std::to_string(rank);
    TableRow row;
    row.cells = {words(task_name(task)), words(methods), words(rate_text(rate)), number(batch),
                 max_steps > 0 ? words(std::to_string(max_steps) + " steps") : words(short_number(epochs)),
                 words(ranks)};
    table.rows.push_back(std::move(row));
  }
  return table;
}

// One row a model and method.
struct Row {
  std::string model, method;
  std::vector<const Run*> members;

  std::vector<double> values(const std::function<std::optional<double>(const Run&)>& value) const {
    std::vector<double> found;
    for (const Run* run : members) {
      if (const std::optional<double> one = value(*run); one && std::isfinite(*one)) found.push_back(*one);
    }
    return found;
  }
};

std::vector<Row> rows_of(const std::vector<Run>& runs, const std::string& task) {
  std::vector<Row> rows;
  for (const Run& run : runs) {
    if (run.record->state != store::RunState::Finished || (!task.empty() && run.record->task != task)) continue;
    const std::string model = model_name(run.settings.model);
    const auto known = std::find_if(rows.begin(), rows.end(), [&](const Row& row) {
      return row.model == model && row.method == run.record->method;
    });
    if (known != rows.end()) {
      known->members.push_back(&run);
    } else {
      rows.push_back({model, run.record->method, {&run}});
    }
  }
  return rows;
}

const study::Reference* quoted(std::span<const study::Reference> references, const Row& row, const std::string& task,
                               const std::string& score) {
  for (const study::Reference& reference : references) {
    const bool fits = reference.task == task && reference.method == row.method &&
                      model_name(reference.model) == row.model && reference.values.contains(score);
    if (fits) return &reference;
  }
  return nullptr;
}

TableCell row_name(const Row& row) {
  return words(row.model + " " + method_name(row.method));
}

TableData time_table(const std::vector<Run>& runs, const std::string& task,
                     std::span<const study::Reference> references) {
  TableData table;
  table.title = "Training time on " + task_name(task);
  table.note = "mean ± standard deviation over runs";
  table.columns = {{"model and method", ""},
                   numbers("runs", "", 0),
                   numbers("time", "s", 2, Better::Lower),
                   numbers("epochs run", "", 1),
                   numbers("published", "s", 2),
                   {"source", ""}};
  const auto seconds = [](const Run& run) -> std::optional<double> {
    return run.record->result.seconds > 0 ? std::optional(run.record->result.seconds) : std::nullopt;
  };
  const auto epochs = [](const Run& run) -> std::optional<double> {
    const store::Heartbeat& beat = run.record->heartbeat;
    if (beat.total_steps <= 0 || run.settings.training.max_steps > 0) return std::nullopt;
    return run.settings.training.epochs * static_cast<double>(beat.step) / static_cast<double>(beat.total_steps);
  };
  bool any_quoted = false;
  for (const Row& one : rows_of(runs, task)) {
    TableRow row;
    row.method = one.method;
    const std::vector<double> times = one.values(seconds);
    row.cells = {row_name(one), number(static_cast<double>(times.size())), mean_cell(times),
                 mean_cell(one.values(epochs)), {}, {}};
    row.cells[3].spread.reset();
    if (const study::Reference* known = quoted(references, one, task, "seconds")) {
      row.cells[4] = number(known->values.at("seconds"));
      row.cells[5] = words(known->source);
      any_quoted = true;
    }
    table.rows.push_back(std::move(row));
  }
  if (!any_quoted) {
    table.columns.resize(4);
    for (TableRow& row : table.rows) row.cells.resize(4);
  }
  mark_best(table);
  return table;
}

struct ScoreColumn {
  std::string task, metric, name;
};

const std::vector<ScoreColumn>& score_columns() {
  static const std::vector<ScoreColumn> columns = {{"swag", "accuracy", "SWAG accuracy"},
                                                   {"squad", "exact_match", "SQuAD EM"},
                                                   {"squad", "f1", "SQuAD F1"},
                                                   {"wnut17", "accuracy", "WNUT17 accuracy"},
                                                   {"wnut17", "f1", "WNUT17 F1"}};
  return columns;
}

std::optional<double> test_score(const RunRecord& run, const std::string& metric) {
  const std::optional<double> test = score_value(run, "test/" + metric);
  return test ? test : score_value(run, "eval/" + metric);
}

TableData scores_table(const std::vector<Run>& runs, std::span<const study::Reference> references) {
  TableData table;
  table.title = "Scores";
  table.note = "mean ± standard deviation over runs, per cent; on test, or on validation where there is no test";
  table.columns = {{"model and method", ""}, numbers("trained", "parameters", 0)};
  for (const ScoreColumn& column : score_columns()) {
    table.columns.push_back(numbers(column.name, "", 2, Better::Higher));
  }
  for (const Row& one : rows_of(runs, "")) {
    TableRow row, published;
    row.method = published.method = one.method;
    published.level = 1;
    // Heads differ by task: the smallest is the size of the method itself.
    std::vector<double> trained;
    for (const Run* run : one.members) trained.push_back(static_cast<double>(run->record->result.parameters_trainable));
    row.cells = {row_name(one), number(*std::min_element(trained.begin(), trained.end()))};
    published.cells = {words("published"), {}};
    bool any = false;
    for (const ScoreColumn& column : score_columns()) {
      row.cells.push_back(mean_cell(one.values([&](const Run& run) -> std::optional<double> {
        return run.record->task == column.task ? test_score(*run.record, column.metric) : std::nullopt;
      })));
      TableCell& cell = published.cells.emplace_back();
      if (const study::Reference* known = quoted(references, one, column.task, column.metric)) {
        const double factor = is_share(column.metric, column.task) ? 100 : 1;
        cell = number(known->values.at(column.metric) * factor);
        any = true;
      }
    }
    table.rows.push_back(std::move(row));
    if (any) table.rows.push_back(std::move(published));
  }
  mark_best(table);
  return table;
}

// The paper's preset: three layer-wise adapters of rank 8, a gate of depth 8 and width 2048.
TableRow mixture_row(const std::string& name, const EncoderSizes& sizes, bool adapters_train) {
  constexpr std::int64_t kAdapters = 3, kRank = 8, kDepth = 8, kWidth = 2048;
  const std::int64_t gate = gate_parameters(sizes, kDepth, kWidth, kAdapters);
  const std::int64_t adapters = kAdapters * adapter_parameters(sizes, kRank);
  const std::int64_t all = encoder_parameters(sizes) + adapters + gate;
  const std::int64_t trained = gate + (adapters_train ? adapters : 0);
  TableRow row;
  row.method = "xlora";
  row.cells = {words(name),
               words("computed"),
               number(static_cast<double>(all)),
               number(static_cast<double>(trained)),
               number(static_cast<double>(all + gate)),
               number(static_cast<double>(trained + gate))};
  return row;
}

TableData mixture_table(const std::vector<Run>& runs) {
  TableData table;
  table.title = "Parameters of mixtures of adapters";
  table.note =
      "the original X-LoRA package counts the gate twice; it prints BERT-base with frozen adapters and BERT-large with "
      "trained ones; heads are left out of computed rows";
  table.columns = {{"mixture", ""},
                   {"from", ""},
                   numbers("all", "", 0),
                   numbers("trained", "", 0),
                   numbers("all, as xlora prints", "", 0),
                   numbers("trained, as xlora prints", "", 0)};
  table.rows.push_back(mixture_row("BERT-base X-LoRA", {}, false));
  table.rows.push_back(mixture_row(
      "BERT-large X-LoRA", {.hidden = 1024, .layers = 24, .inner = 4096}, true));
  std::set<std::pair<std::int64_t, std::int64_t>> seen;
  for (const Run& run : runs) {
    const store::RunResult& result = run.record->result;
    const bool single = run.record->method == "ft" || run.record->method == "lora";
    if (single || result.parameters_all == 0) continue;
    if (!seen.insert({result.parameters_all, result.parameters_trainable}).second) continue;
    TableRow row;
    row.method = run.record->method;
    const std::string name = run.record->group.empty() ? run.record->name : run.record->group;
    row.cells = {words(model_name(run.settings.model) + " " + name),
                 words(task_name(run.record->task)),
                 number(static_cast<double>(result.parameters_all)),
                 number(static_cast<double>(result.parameters_trainable)),
                 {},
                 {}};
    table.rows.push_back(std::move(row));
  }
  return table;
}

}  // namespace

std::int64_t encoder_parameters(const EncoderSizes& sizes) {
  const std::int64_t h = sizes.hidden;
  const std::int64_t embeddings = (sizes.vocabulary + sizes.positions + sizes.segments) * h + 2 * h;
  const std::int64_t layer = 4 * (h * h + h) + 2 * h * sizes.inner + sizes.inner + h + 4 * h;
  return embeddings + sizes.layers * layer + h * h + h;
}

std::int64_t adapter_parameters(const EncoderSizes& sizes, std::int64_t rank) {
  return 2 * sizes.layers * 2 * rank * sizes.hidden;
}

std::int64_t gate_parameters(const EncoderSizes& sizes, std::int64_t depth, std::int64_t size,
                             std::int64_t adapters) {
  const std::int64_t outputs = adapters * 2 * sizes.layers;
  if (depth == 1) return sizes.hidden * outputs + outputs;
  return sizes.hidden * size + size + (depth - 2) * (size * size + size) + size * outputs + outputs;
}

TableData paper_table(int number, std::span<const RunRecord> records, std::span<const study::Reference> references) {
  const std::vector<Run> runs = readable_runs(records);
  switch (number) {
    case 1:
      return settings_table(runs);
    case 2:
      return time_table(runs, "squad", references);
    case 3:
      return time_table(runs, "swag", references);
    case 4:
      return time_table(runs, "wnut17", references);
    case 5:
      return scores_table(runs, references);
    case 6:
      return mixture_table(runs);
    default:
      throw UsageError("the paper has no table " + std::to_string(number), "choose from 1 to 6");
  }
}

}  // namespace lorascope::figures
