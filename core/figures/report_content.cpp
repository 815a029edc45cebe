#include "core/figures/report_content.h"

#include <algorithm>
#include <iterator>
#include <map>

#include "core/base/error.h"
#include "core/figures/compare_inputs.h"
#include "core/figures/layer_map.h"
#include "core/figures/mixture_table.h"
#include "core/figures/paper_tables.h"
#include "core/figures/run_tables.h"
#include "core/figures/table_text.h"
#include "core/store/run_store.h"
#include "core/store/study_store.h"

namespace lorascope::figures {
namespace {

using Runs = std::vector<store::RunRecord>;

std::vector<RunGroup> groups_of(const Runs& runs, Grouping grouping) {
  std::vector<const store::RunRecord*> records;
  for (const store::RunRecord& run : runs) records.push_back(&run);
  return group_runs(records, grouping);
}

Content curves(const store::Workspace& workspace, const ReportQuery& query, const Runs& runs) {
  const store::RunStore store(workspace);
  std::vector<RunSeries> series;
  for (const store::RunRecord& run : runs) {
    series.push_back(load_series(store, run, query.series, query.curves.x));
  }
  // A run without a point must not end the mean of its group.
  std::erase_if(series, [](const RunSeries& one) { return one.points.empty(); });
  return curve_figure(series, query.curves);
}

Content of_spectra(const store::Workspace& workspace, const ReportQuery& query, const Runs& runs) {
  const store::RunStore store(workspace);
  std::vector<RunSpectra> spectra;
  Runs with;
  for (const store::RunRecord& run : runs) {
    RunSpectra one{run, store.spectra(run.id), {}};
    if (one.spectra.empty()) continue;
    with.push_back(run);
    spectra.push_back(std::move(one));
  }
  const SpectrumOptions options{.step = query.step, .log_y = query.curves.log_y, .grouping = query.curves.grouping};
  switch (query.kind) {
    case ReportKind::Spectrum:
      return spectrum_figure(spectra, query.module, options);
    case ReportKind::Energy:
      return energy_figure(spectra, query.module, options);
    case ReportKind::Layers:
      return layer_figure(spectra, query.module_kind, query.measure, query.curves.grouping, options);
    case ReportKind::Numbers:
      return numbers_table(spectra, groups_of(with, query.curves.grouping), query.module, query.step);
    default:
      break;
  }
  const std::vector<RunGroup> groups = groups_of(with, query.curves.grouping);
  const auto named = [&](const std::string& name) -> const RunGroup* {
    const auto found = std::find_if(groups.begin(), groups.end(), [&](const auto& group) { return group.name == name; });
    return found != groups.end() ? &*found : nullptr;
  };
  if (groups.empty()) return HeatMapData();
  const RunGroup* group = named(query.group);
  return layer_map(spectra, group != nullptr ? *group : groups.front(), named(query.minus), query.measure, query.step);
}

Content comparison(const store::Workspace& workspace, const ReportQuery& query, const Runs& runs) {
  CompareOptions options;
  options.grouping = query.curves.grouping;
  options.score = query.score.empty() ? main_score(runs) : query.score;
  options.baseline = query.baseline;
  CountsByRun counts;
  options.evidence = group_evidence(workspace, runs, options, counts);
  std::vector<RunSpectra> spectra;
  const store::RunStore store(workspace);
  for (const store::RunRecord& run : runs) spectra.push_back({run, store.spectra(run.id), {}});
  options.measures = group_measures(runs, spectra, options.grouping);
  options.references =
      published_numbers(store::StudyStore(workspace).list(), runs, options.grouping, options.score);
  return compare_table(runs, options);
}

Content paper(const store::Workspace& workspace, const ReportQuery& query, const Runs& runs) {
  std::vector<study::Reference> references;
  for (const store::StudyRecord& record : store::StudyStore(workspace).list()) {
    const bool wanted = std::any_of(runs.begin(), runs.end(), [&](const auto& run) { return run.study_id == record.id; });
    if (!wanted) continue;
    const study::StudyReading reading =
        study::read_study(record.source, record.path, {.data_folder = {}, .check_files = false});
    const auto& known = reading.study.references;
    references.insert(references.end(), known.begin(), known.end());
  }
  return paper_table(query.table, runs, references);
}

Content parallel(const Runs& runs) {
  std::vector<std::string> scores = {"eval/loss"};
  if (const std::string score = main_score(runs); !score.empty()) scores.push_back(score);
  return parallel_data(runs, scores);
}

Content made(const store::Workspace& workspace, const ReportQuery& query, const Runs& runs) {
  switch (query.kind) {
    case ReportKind::Fixed:
      return query.fixed ? *query.fixed : Content();
    case ReportKind::Curves:
      return curves(workspace, query, runs);
    case ReportKind::Scores:
      return score_table(runs, {.grouping = query.curves.grouping});
    case ReportKind::Comparison:
      return comparison(workspace, query, runs);
    case ReportKind::Settings:
      return settings_table(runs, query.curves.grouping, query.baseline);
    case ReportKind::Runs:
      return run_table(runs);
    case ReportKind::Parallel:
      return parallel(runs);
    case ReportKind::Mixtures:
      return mixture_table(runs, evaluation_speeds(workspace, runs));
    case ReportKind::PaperTable:
      return paper(workspace, query, runs);
    default:
      return of_spectra(workspace, query, runs);
  }
}

}  // namespace

Content report_content(const store::Workspace& workspace, const ReportQuery& query,
                       std::span<const store::RunRecord> all) {
  Content content = made(workspace, query, selected_runs(query.runs, all));
  if (auto* figure = std::get_if<FigureData>(&content)) {
    if (query.x_range) {
      figure->x.minimum = query.x_range->low;
      figure->x.maximum = query.x_range->high;
    }
    if (query.y_range) {
      figure->y.minimum = query.y_range->low;
      figure->y.maximum = query.y_range->high;
    }
  }
  return content;
}

std::vector<store::RunRecord> contributing_runs(const store::Workspace& workspace, const ReportQuery& query,
                                                const std::vector<store::RunRecord>& runs) {
  const store::RunStore store(workspace);
  const auto has_result = [](const store::RunRecord& run) {
    return run.state == store::RunState::Finished && (!run.result.scores.empty() || run.result.seconds > 0);
  };
  const auto contributes = [&](const store::RunRecord& run) {
    switch (query.kind) {
      case ReportKind::Curves:
        return !load_series(store, run, query.series).points.empty();
      case ReportKind::Spectrum:
      case ReportKind::Energy:
        return !store.spectra(run.id, INT64_MIN, query.module).empty();
      case ReportKind::Layers:
      case ReportKind::LayerMap:
      case ReportKind::Numbers:
        return !store.spectrum_steps(run.id).empty();
      case ReportKind::Scores:
      case ReportKind::Comparison:
      case ReportKind::Mixtures:
        return has_result(run);
      case ReportKind::PaperTable: {
        static const std::map<int, std::string> kTasks = {{2, "squad"}, {3, "swag"}, {4, "wnut17"}};
        const auto task = kTasks.find(query.table);
        if (query.table == 6) return run.method != "ft" && run.method != "lora" && run.result.parameters_all > 0;
        return query.table == 1 || (has_result(run) && (task == kTasks.end() || run.task == task->second));
      }
      default:
        return query.kind != ReportKind::Fixed;
    }
  };
  std::vector<store::RunRecord> result;
  std::copy_if(runs.begin(), runs.end(), std::back_inserter(result), contributes);
  return result;
}

ReportItem report_item(const store::Workspace& workspace, const store::FigureRecord& record,
                       std::span<const store::RunRecord> all) {
  ReportItem item;
  item.record = record;
  item.style = ReportStyle::from_json(record.style);
  try {
    item.query = ReportQuery::from_json(record.query);
    item.runs = selected_runs(item.query.runs, all);
    item.plain = item.content = report_content(workspace, item.query, all);
    item.generated =
        generated_caption(item.content, item.query, contributing_runs(workspace, item.query, item.runs));
    item.caption = record.caption.empty() ? item.generated : record.caption;
    if (auto* table = std::get_if<TableData>(&item.content)) *table = styled_table(std::move(*table), item.style);
    if (is_empty(item.content)) {
      item.problem = item.runs.empty() && item.query.kind != ReportKind::Fixed ? "its runs are gone"
                                                                               : "its runs have nothing to show yet";
      const auto* figure = std::get_if<FigureData>(&item.content);
      if (figure != nullptr && !figure->empty_reason.empty()) item.problem = figure->empty_reason;
    }
  } catch (const Error& error) {
    item.problem = error.message();
  }
  return item;
}

std::string item_latex(const ReportItem& item) {
  if (const auto* table = std::get_if<TableData>(&item.content)) {
    TableData own = *table;
    own.title = item.caption;
    own.note.clear();
    return latex_table(own, {.label = label_stem(item.record.label, "table")});
  }
  return content_latex(item.content, item.style.render);
}

}  // namespace lorascope::figures
