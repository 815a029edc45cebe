#pragma once

#include <QJsonObject>
#include <QStringList>
#include <map>
#include <string>
#include <vector>

#include "core/figures/table_data.h"
#include "ui/plots/heat_map_view.h"

namespace lorascope::ui {

/// One module of what `lorascope adapter show --json` or `adapter compare --json` says: numbers by their names there.
struct AdapterModule {
  std::string path;
  std::map<std::string, double> values;
  std::map<std::string, std::vector<double>> lists = {};  ///< "closest": c_j by rank; "random_closest"
};

/// The modules of such an answer, by layer. Lists of two become NAME 1 and NAME 2.
std::vector<AdapterModule> adapterModules(const QJsonObject& answer);

/// Names of the numbers that a map may show, the most telling one first; of a comparison or of one adapter.
struct AdapterMeasure {
  std::string name;  ///< key of AdapterModule::values
  QString label;
  QString tip;
};
std::vector<AdapterMeasure> adapterMeasures(const std::vector<AdapterModule>& modules);

/// Layers x kinds of modules.
HeatMap adapterMap(const std::vector<AdapterModule>& modules, const AdapterMeasure& measure);
/// All numbers, one row a module.
figures::TableData adapterTable(const std::vector<AdapterModule>& modules, const QString& title);

}  // namespace lorascope::ui
