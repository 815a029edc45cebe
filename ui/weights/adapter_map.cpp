#include "ui/weights/adapter_map.h"

#include <QJsonArray>
#include <QObject>
#include <algorithm>
#include <cmath>
#include <limits>
#include <set>

#include "core/figures/number_text.h"
#include "core/figures/spectrum_figure.h"

namespace lorascope::ui {
namespace {

figures::ModulePlace placeOf(const std::string& path) {
  return figures::module_place(path);
}

}  // namespace

std::vector<AdapterModule> adapterModules(const QJsonObject& answer) {
  std::vector<AdapterModule> modules;
  const QJsonObject entries = answer.value("modules").toObject();
  for (auto entry = entries.begin(); entry != entries.end(); ++entry) {
    AdapterModule module{entry.key().toStdString(), {}, {}};
    const QJsonObject numbers = entry.value().toObject();
    for (auto number = numbers.begin(); number != numbers.end(); ++number) {
      const std::string name = number.key().toStdString();
      if (number.value().isDouble()) module.values[name] = number.value().toDouble();
      const QJsonArray list = number.value().toArray();
      const bool is_list = name.ends_with("closest") || name.ends_with("in_base_space");
      for (const QJsonValue& entry_value : list) {
        if (is_list) module.lists[name].push_back(entry_value.toDouble());
      }
      if (is_list || list.size() != 2 || name == "singular_values") continue;
      module.values[name + " 1"] = list[0].toDouble();
      module.values[name + " 2"] = list[1].toDouble();
    }
    modules.push_back(std::move(module));
  }
  std::stable_sort(modules.begin(), modules.end(),
                   [](const AdapterModule& a, const AdapterModule& b) { return placeOf(a.path) < placeOf(b.path); });
  return modules;
}

std::vector<AdapterMeasure> adapterMeasures(const std::vector<AdapterModule>& modules) {
  static const std::vector<AdapterMeasure> all = {
      {"left_overlap", QObject::tr("outputs"),
       QObject::tr("How much of one update's output directions lies in the other's; compare with the random floor")},
      {"right_overlap", QObject::tr("inputs"),
       QObject::tr("How much of one update's input directions lies in the other's; compare with the random floor. One "
                   "seed gives both the same first A, so they overlap from the start")},
      {"cosine", QObject::tr("cosine"), QObject::tr("Whether the two updates point the same way as a whole")},
      {"effective_rank", QObject::tr("effective rank"),
       QObject::tr("Directions of the update, weak ones counting too")},
      {"stable_rank", QObject::tr("stable rank"), QObject::tr("Directions of the update, strong ones counting most")},
      {"frobenius_norm", QObject::tr("size"), QObject::tr("Frobenius norm of the update")}};
  std::vector<AdapterMeasure> known;
  for (const AdapterMeasure& measure : all) {
    const bool any = std::any_of(modules.begin(), modules.end(),
                                 [&](const AdapterModule& module) { return module.values.contains(measure.name); });
    if (any) known.push_back(measure);
  }
  return known;
}

HeatMap adapterMap(const std::vector<AdapterModule>& modules, const AdapterMeasure& measure) {
  HeatMap map;
  std::set<int, std::greater<>> layers;
  std::vector<std::string> kinds;
  for (const AdapterModule& module : modules) {
    const figures::ModulePlace place = placeOf(module.path);
    layers.insert(place.layer);
    if (std::find(kinds.begin(), kinds.end(), place.kind) == kinds.end()) kinds.push_back(place.kind);
  }
  map.title = QObject::tr("%1 by layer and module").arg(measure.label);
  map.diverging = measure.name == "cosine";
  map.row_label = QObject::tr("layer");
  map.text = [](double value) {
    return QString::fromStdString(figures::short_number(std::round(value * 1000) / 1000));
  };
  for (const std::string& kind : kinds) map.columns.push_back(QString::fromStdString(kind));
  for (const int layer : layers) {
    map.rows.push_back(layer >= 0 ? QObject::tr("layer %1").arg(layer) : QObject::tr("other"));
    for (const std::string& kind : kinds) {
      double value = std::numeric_limits<double>::quiet_NaN();
      for (const AdapterModule& module : modules) {
        const auto found = module.values.find(measure.name);
        if (placeOf(module.path) == figures::ModulePlace{layer, kind} && found != module.values.end())
          value = found->second;
      }
      map.values.push_back(value);
    }
  }
  return map;
}

figures::TableData adapterTable(const std::vector<AdapterModule>& modules, const QString& title) {
  figures::TableData table;
  table.title = title.toStdString();
  table.columns.push_back({"module", "", figures::Align::Left, 0, figures::Better::None});
  std::vector<std::string> names;
  for (const char* name :
       {"left_overlap", "left_random", "right_overlap", "right_random", "cosine", "norms 1", "norms 2", "rank",
        "stable_rank", "effective_rank", "energy_rank_90", "frobenius_norm", "scaling"}) {
    const bool any = std::any_of(modules.begin(), modules.end(),
                                 [&](const AdapterModule& module) { return module.values.contains(name); });
    if (!any) continue;
    names.emplace_back(name);
    std::string label = name;
    std::replace(label.begin(), label.end(), '_', ' ');
    const bool whole = label == "rank" || label == "energy rank 90";
    table.columns.push_back({label, "", figures::Align::Right, whole ? 0 : 3, figures::Better::None});
  }
  for (const AdapterModule& module : modules) {
    figures::TableRow row;
    row.cells.emplace_back().text = module.path;
    for (const std::string& name : names) {
      const auto found = module.values.find(name);
      row.cells.emplace_back();
      if (found != module.values.end()) row.cells.back().value = found->second;
    }
    table.rows.push_back(std::move(row));
  }
  return table;
}

}  // namespace lorascope::ui
