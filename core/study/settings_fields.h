#pragma once

#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "core/base/json.h"
#include "core/study/run_settings.h"

namespace lorascope::study {

/// One value of RunSettings under its dotted key: the single table that study files, stored rows, the settings diff and
/// the details page go by.
struct SettingsField {
  std::string key;      ///< "training.learning_rate"
  std::string allowed;  ///< "a number above 0"
  std::string label;    ///< short form in run names: "lr"; empty = the key's last component
  std::function<Json(const RunSettings&)> get;
  /// False where the value's type or range is not allowed; the settings are unchanged then.
  std::function<bool(RunSettings&, const Json&)> set;

  /// False for a setting of another method or task than the run's: it is left out of its JSON and of comparisons.
  bool concerns(const RunSettings& settings) const;
};

/// In the order in which people read them.
const std::vector<SettingsField>& settings_fields();
/// Nothing for an unknown key.
const SettingsField* find_field(std::string_view key);

/// The value as people write it: text without quotes, "5e-5" rather than 5e-05, lists with commas.
std::string value_text(const Json& value);

/// The known name that `name` is most likely a misspelling of, or nothing where none is close.
std::string nearest_name(std::string_view name, const std::vector<std::string>& known);

/// One key whose value differs between two runs.
struct SettingsDifference {
  std::string key;
  std::string first;
  std::string second;
};
std::vector<SettingsDifference> difference(const RunSettings& first, const RunSettings& second);

/// Keys whose value is not the default one.
std::vector<std::string> changed_keys(const RunSettings& settings);

}  // namespace lorascope::study
