#include "ui/report/program_presets.h"

#include <QCoreApplication>
#include <QJsonArray>
#include <QJsonObject>
#include <algorithm>
#include <map>

#include "core/figures/run_groups.h"
#include "ui/plots/heat_map_view.h"
#include "ui/representations/analysis_figures.h"
#include "ui/weights/adapter_map.h"
#include "ui/weights/intruder_figure.h"

namespace lorascope::ui {
namespace {

constexpr double kThreshold = 0.5;  ///< as in [Shuttleworth et al.]

QString tr(const char* text) {
  return QCoreApplication::translate("ProgramPresets", text);
}

std::string nameOf(const store::RunRecord& run) {
  return run.group.empty() ? run.name : run.group + ", " + run.name;
}

std::vector<figures::Content> intruderContents(const store::RunRecord& run, const QJsonObject& answer) {
  const std::vector<AdapterModule> modules = withCounts(adapterModules(answer), kThreshold);
  if (modules.empty()) return {};
  const AdapterMeasure measure{"intruders", tr("intruder dimensions"), {}};
  figures::HeatMapData map = figureOf(adapterMap(modules, measure));
  map.title = "Intruder dimensions, " + nameOf(run);
  map.note = "directions of 10 whose cosine with every direction of the base weight is below 0.5";
  figures::TableData table = adapterTable(modules, QString::fromStdString(map.title));
  IntruderAnalysis analysis{run.id, nameOf(run), {}, modules};
  analysis.style.method = run.method;
  const figures::ModulePlace place = figures::module_place(modules.back().path);
  return {map, closestFigure(std::vector<IntruderAnalysis>{analysis}, place, kThreshold), table};
}

std::vector<ProgramStep> intruderSteps(const std::vector<store::RunRecord>& runs) {
  std::vector<ProgramStep> steps;
  for (const store::RunRecord& run : runs) {
    if (run.method != "ft" && run.method != "lora") continue;
    steps.push_back({{QStringLiteral("analyse"), QString::number(run.id), QStringLiteral("--what"),
                      QStringLiteral("intruders")},
                     [run](const QJsonObject& answer) { return intruderContents(run, answer); }});
  }
  return steps;
}

std::vector<figures::Content> overlapContents(const std::string& title, const QJsonObject& answer) {
  const std::vector<AdapterModule> modules = adapterModules(answer);
  const std::vector<AdapterMeasure> measures = adapterMeasures(modules);
  if (measures.empty()) return {};
  figures::HeatMapData map = figureOf(adapterMap(modules, measures.front()));
  map.title = measures.front().label.toStdString() + ": " + title;
  map.note = measures.front().tip.toStdString();
  return {map, adapterTable(modules, QString::fromStdString("Overlap of " + title))};
}

std::vector<ProgramStep> overlapSteps(const std::vector<store::RunRecord>& runs) {
  std::vector<store::RunRecord> adapters;
  std::copy_if(runs.begin(), runs.end(), std::back_inserter(adapters),
               [](const store::RunRecord& run) { return run.method == "lora"; });
  std::vector<ProgramStep> steps;
  for (std::size_t i = 1; i < adapters.size(); ++i) {
    const std::string title = nameOf(adapters[0]) + " against " + nameOf(adapters[i]);
    steps.push_back({{QStringLiteral("analyse"), QString::number(adapters[0].id), QString::number(adapters[i].id),
                      QStringLiteral("--what"), QStringLiteral("overlap")},
                     [title](const QJsonObject& answer) { return overlapContents(title, answer); }});
  }
  return steps;
}

/// One command over all of the runs: the first is what the others are compared with.
ProgramStep statesStep(const std::vector<store::RunRecord>& runs, const QString& what,
                       std::function<std::vector<figures::Content>(const QJsonObject&)> contents) {
  QStringList arguments = {QStringLiteral("analyse")};
  for (const store::RunRecord& run : runs) arguments.append(QString::number(run.id));
  return {arguments + QStringList{QStringLiteral("--what"), what}, std::move(contents)};
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
       [](const auto& runs) { return intruderSteps(oneOfEachSetting(runs)); }},
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
      {tr("Syntactic-semantic sensitivity"), tr("by layer from minimal pairs, with bootstrap bands; minutes"),
       [](const auto& runs) { return statesSteps(runs, "sensitivity", sensitivityContents); }}};
  return presets;
}

}  // namespace lorascope::ui
