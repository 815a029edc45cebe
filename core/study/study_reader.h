#pragma once

#include <filesystem>
#include <map>
#include <string>
#include <vector>

#include "core/study/study.h"
#include "core/study/toml_keys.h"

namespace lorascope::study {

/// Turns one parsed TOML document into a Study, collecting issues instead of throwing.
class StudyReader {
 public:
  StudyReader(const toml::table& document, std::filesystem::path file, const StudyOptions& options);

  StudyReading read();

 private:
  /// The values that one key takes over the runs of a method.
  struct GridAxis {
    std::string key;
    std::vector<Json> values;
    int line = 0;
  };
  /// One method with everything that holds for its runs.
  struct MethodEntry {
    std::string name;    ///< as written; empty = made from the settings
    std::string prefix;  ///< "methods[1]." for messages
    int line = 0;
    RunSettings settings;
    std::vector<GridAxis> grid;
  };

  void read_top();
  void read_data(const TomlKey& key);
  void check_miniature_keys(const std::map<std::string, TomlKey>& data);
  void read_data_file(const char* key, const std::map<std::string, TomlKey>& data, std::string RunSettings::*member);
  void read_seeds(const TomlKey& key);
  void read_methods();
  MethodEntry read_method(const toml::table& table, std::size_t index);
  std::vector<GridAxis> read_grid(const toml::node& node, const std::string& prefix);
  GridAxis read_axis(const TomlKey& key, const std::string& prefix);
  /// False where the key is not a setting of this place.
  bool apply(RunSettings& settings, const TomlKey& key, const std::string& prefix);
  void check_method(const MethodEntry& entry, const std::vector<TomlKey>& keys);
  void check_path_settings(RunSettings& settings, const TomlKey& key, const std::string& prefix);
  void check_selection(const RunSettings& settings, const std::string& prefix, int line);
  void expand();
  void expand_method(const MethodEntry& entry, std::map<std::string, int>& groups);
  std::string group_name(const MethodEntry& entry, const RunSettings& settings,
                         const std::vector<std::size_t>& cell) const;
  std::filesystem::path data_path(const std::string& written) const;
  int line_of_key(const char* key) const;

  const toml::table& document_;
  std::filesystem::path file_;
  StudyOptions options_;
  IssueList issues_;
  Study study_;
  RunSettings base_;
  bool base_has_method_ = false;
  std::vector<std::uint64_t> seeds_;
  std::vector<GridAxis> grid_;
  std::vector<MethodEntry> methods_;
};

/// Names of the metrics by which a task's runs can be selected.
const std::vector<std::string>& selection_metrics(const std::string& task);

}  // namespace lorascope::study
