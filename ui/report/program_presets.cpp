#include "ui/report/program_presets.h"

#include <QCoreApplication>
#include <QJsonArray>
#include <QJsonObject>
#include <algorithm>
#include <map>

#include "core/figures/number_text.h"
#include "core/figures/run_groups.h"
#include "ui/plots/heat_map_view.h"
#include "ui/representations/analysis_figures.h"
#include "ui/weights/adapter_map.h"
#include "ui/weights/intruder_figure.h"
#include "ui/weights/measure_figure.h"

namespace lorascope::ui {
namespace {

constexpr double kThreshold = 0.5;  ///< as in [Shuttleworth et al.]
constexpr int kPairsOfKind = 250;   ///< about ten seconds a model, as in the window; all of them take many minutes

QString tr(const char* text) {
  return QCoreApplication::translate("ProgramPresets", text);
}

WeightAnalysis analysisOf(const store::RunRecord& run, const QJsonObject& answer) {
  WeightAnalysis analysis{run.id, figures::full_name(run), {}, adapterModules(answer)};
  analysis.style.method = run.method;
  return analysis;
}

std::vector<figures::Content> intruderContents(const store::RunRecord& run, const QJsonObject& answer) {
  WeightAnalysis analysis = analysisOf(run, answer);
  if (analysis.modules.empty()) return {};
  analysis.modules = withCounts(std::move(analysis.modules), kThreshold);
  const AdapterMeasure measure{"intruders", tr("intruder dimensions"), {}};
  figures::HeatMapData map = figureOf(adapterMap(analysis.modules, measure));
  map.title = "Intruder dimensions, " + analysis.name;
  map.note = "directions of 10 whose cosine with every direction of the base weight is below 0.5";
  const figures::ModulePlace place = figures::module_place(analysis.modules.back().path);
  const std::vector<WeightAnalysis> one = {analysis};
  figures::TableData table = measureTable(one, measure);
  table.title = map.title;
  return {map, closestFigure(one, place, kThreshold), measureByLayerFigure(one, place.kind, measure), table};
}

/// One figure a kind of module and the table of all numbers.
std::vector<figures::Content> matricesContents(const store::RunRecord& run, const AdapterMeasure& measure,
                                               const QJsonObject& answer) {
  const std::vector<WeightAnalysis> one = {analysisOf(run, answer)};
  if (one.front().modules.empty()) return {};
  figures::HeatMapData map = figureOf(adapterMap(one.front().modules, measure));
  map.title = measure.label.toStdString() + ", " + one.front().name;
  std::vector<figures::Content> contents = {map};
  for (const std::string& kind : kindsOf(one)) contents.emplace_back(measureByLayerFigure(one, kind, measure));
  figures::TableData table = measureTable(one, measure);
  table.title = map.title;
  contents.emplace_back(std::move(table));
  return contents;
}

bool hasOneUpdate(const store::RunRecord& run) {
  return run.method == "ft" || run.method == "lora";
}

std::vector<ProgramStep> weightSteps(
    const std::vector<store::RunRecord>& runs, const char* what,
    const std::function<std::vector<figures::Content>(const store::RunRecord&, const QJsonObject&)>& contents) {
  std::vector<ProgramStep> steps;
  for (const store::RunRecord& run : runs) {
    if (!hasOneUpdate(run)) continue;
    steps.push_back({{QStringLiteral("analyse"), QString::number(run.id), QStringLiteral("--what"), QLatin1String(what)},
                     [run, contents](const QJsonObject& answer) { return contents(run, answer); },
                     {run}});
  }
  return steps;
}

std::vector<ProgramStep> matricesSteps(const std::vector<store::RunRecord>& runs, const AdapterMeasure& measure) {
  return weightSteps(oneOfEachSetting(runs), measure.name.c_str(),
                     [measure](const store::RunRecord& run, const QJsonObject& answer) {
                       return matricesContents(run, measure, answer);
                     });
}

std::vector<figures::Content> overlapContents(const std::string& title, const QJsonObject& answer) {
  const std::vector<AdapterModule> modules = adapterModules(answer);
  const std::vector<AdapterMeasure> measures = adapterMeasures(modules);
  if (measures.empty()) return {};
  figures::HeatMapData map = figureOf(adapterMap(modules, measures.front()));
  map.title = measures.front().label.toStdString() + ": " + title;
  double floor = 0;
  for (const AdapterModule& module : modules) {
    const auto random = module.values.find("left_random");
    if (random != module.values.end()) floor = std::max(floor, random->second);
  }
  map.note = "share of the output directions that both have; random spaces of these ranks: " + figures::short_number(floor);
  return {map, adapterTable(modules, QString::fromStdString("Overlap of " + title))};
}

std::vector<ProgramStep> overlapSteps(const std::vector<store::RunRecord>& runs) {
  std::vector<store::RunRecord> adapters;
  std::copy_if(runs.begin(), runs.end(), std::back_inserter(adapters),
               [](const store::RunRecord& run) {
                 return run.method == "lora" && run.state == store::RunState::Finished;
               });
  std::vector<ProgramStep> steps;
  for (std::size_t i = 1; i < adapters.size(); ++i) {
    const std::string title = figures::full_name(adapters[0]) + " against " + figures::full_name(adapters[i]);
    steps.push_back({{QStringLiteral("analyse"), QString::number(adapters[0].id), QString::number(adapters[i].id),
                      QStringLiteral("--what"), QStringLiteral("overlap")},
                     [title](const QJsonObject& answer) { return overlapContents(title, answer); },
                     {adapters[0], adapters[i]}});
  }
  return steps;
}

/// One command over all of the runs: the first is what the others are compared with.
ProgramStep statesStep(const std::vector<store::RunRecord>& runs, const QString& what,
                       std::function<std::vector<figures::Content>(const QJsonObject&)> contents) {
  QStringList arguments = {QStringLiteral("analyse")};
  for (const store::RunRecord& run : runs) arguments.append(QString::number(run.id));
  arguments += {QStringLiteral("--what"), what};
  if (what == "sensitivity") arguments += {QStringLiteral("--pairs-of-kind"), QString::number(kPairsOfKind)};
  return {arguments, std::move(contents), runs};
}

std::vector<figures::Content> ckaContents(const QJsonObject& answer) {
  std::vector<figures::Content> contents;
  const int count = static_cast<int>(answer.value(QStringLiteral("results")).toArray().size());
  for (int i = 0; i < count; ++i) {
    figures::HeatMapData map = figureOf(ckaMap(answer, i));
    map.note = ckaCaption(answer, i).toStdString();
    contents.push_back(std::move(map));
  }
  return contents;
}

std::vector<figures::Content> sensitivityContents(const QJsonObject& answer) {
  return {sensitivityFigure(answer)};
}

std::vector<ProgramStep> statesSteps(const std::vector<store::RunRecord>& runs, const char* what,
                                     std::vector<figures::Content> (*contents)(const QJsonObject&)) {
  const std::vector<store::RunRecord> chosen = oneOfEachSetting(runs);
  if (chosen.empty()) return {};
  return {statesStep(chosen, QLatin1String(what), contents)};
}

}  // namespace

std::vector<store::RunRecord> oneOfEachSetting(const std::vector<store::RunRecord>& runs) {
  std::vector<const store::RunRecord*> finished;
  for (const store::RunRecord& run : runs) {
    if (run.state == store::RunState::Finished) finished.push_back(&run);
  }
  std::vector<store::RunRecord> firsts;
  for (const figures::RunGroup& group : figures::group_runs(finished, figures::Grouping::Setting)) {
    firsts.push_back(*finished[group.members.front()]);
  }
  return firsts;
}

const std::vector<ProgramPreset>& programPresets() {
  static const std::vector<ProgramPreset> presets = {
      {tr("Intruder dimensions"), tr("by layer and module, one run of each setting; some seconds a run"),
       [](const auto& runs) { return weightSteps(oneOfEachSetting(runs), "intruders", intruderContents); }},
      {tr("Amplification"), tr("by layer and module beside W's own and random directions, one run of each setting"),
       [](const auto& runs) { return matricesSteps(runs, {"amplification", tr("amplification"), {}}); }},
      {tr("Tail exponents"), tr("of the eigenvalues by layer and module with their errors, one run of each setting"),
       [](const auto& runs) { return matricesSteps(runs, {"alpha", tr("tail exponent α"), {}}); }},
      {tr("Subspace similarity"), tr("of the first adapter with the others, with its random floor"),
       [](const auto& runs) {
         std::vector<store::RunRecord> chosen = oneOfEachSetting(runs);
         const auto adapters = std::count_if(chosen.begin(), chosen.end(),
                                             [](const store::RunRecord& run) { return run.method == "lora"; });
         // One setting alone: its seeds against each other.
         return overlapSteps(adapters > 1 ? chosen : runs);
       }},
      {tr("CKA of the layers"), tr("hidden states against the base model's, with n and noise floor; minutes"),
       [](const auto& runs) { return statesSteps(runs, "cka", ckaContents); }},
      {tr("Syntactic-semantic sensitivity"), tr("by layer from 250 minimal pairs of each kind, with bootstrap bands; a minute"),
       [](const auto& runs) { return statesSteps(runs, "sensitivity", sensitivityContents); }}};
  return presets;
}

}  // namespace lorascope::ui
