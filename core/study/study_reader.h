#pragma once

#include <filesystem>
#include <map>
#include <optional>
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
  /// The settings that one place of the file sets: the top, a task or a method. Later places win.
  struct Layer {
    std::string prefix;         ///< "methods[1]." for messages
    int line = 0;
    std::string preset;         ///< what all of this stands on; the last place that names one decides
    std::vector<TomlKey> keys;  ///< checked; paths are absolute

    /// The key's value, or null.
    Json value_of(std::string_view path) const;
  };
  /// The values that one key takes over the runs of a method.
  struct GridAxis {
    std::string key;
    std::vector<Json> values;
    int line = 0;
  };
  struct TaskEntry {
    Layer layer;
    StudyTask task;
    std::string train, eval, test;
    SeveralTasks several;  ///< of the task kSeveralTasks
  };
  /// One method with everything that holds for its runs.
  struct MethodEntry {
    std::string name;  ///< as written; empty = made from the settings
    Layer layer;
    std::vector<std::string> tasks;  ///< empty: all of the study
    bool is_together = false;        ///< one run about all of them
    std::string of;                  ///< the method of this study whose adapters are mixed; empty: none
    int of_line = 0;
    std::vector<GridAxis> grid;

    bool is_for(const std::string& task) const;
  };

  // study_reader.cpp: the top and its settings.
  void read_top();
  void read_overrides();
  void read_seeds(const TomlKey& key);
  /// False where the key is not a setting of this place.
  bool add_setting(Layer& layer, const TomlKey& key);
  void resolve_path(TomlKey& key, const std::string& prefix);
  void resolve_adapters(TomlKey& key, const std::string& prefix);
  void read_preset(Layer& layer, const TomlKey& key);
  int line_of_key(const char* key) const;

  // study_tasks.cpp: tasks, their data, and references.
  void read_tasks();
  TaskEntry read_task(const toml::table& table, std::size_t index);
  void read_data(const toml::node* node, TaskEntry& entry);
  void read_miniature(const std::map<std::string, TomlKey>& data, TaskEntry& entry);
  void read_data_file(const char* key, const std::map<std::string, TomlKey>& data, TaskEntry& entry,
                      std::string TaskEntry::*member);
  std::filesystem::path data_path(const std::string& written, const std::string& task) const;
  void read_references();
  Reference read_reference(const toml::table& table, const std::string& prefix);

  // study_methods.cpp: methods and grids.
  void read_methods();
  MethodEntry read_method(const toml::table& table, std::size_t index);
  void read_method_tasks(const TomlKey& key, MethodEntry& entry);
  void check_method(const MethodEntry& entry, const std::vector<TomlKey>& keys);
  /// A method that mixes others' adapters names one that trains them.
  void check_source(const MethodEntry& entry);
  const MethodEntry* find_method(const std::string& name) const;
  std::vector<GridAxis> read_grid(const toml::node& node, const std::string& prefix);
  GridAxis read_axis(const TomlKey& key, const std::string& prefix);

  // study_expansion.cpp: from all of these to runs.
  RunSettings compose(const TaskEntry& task, const MethodEntry& method) const;
  /// The study's tasks that a method is for, as one task.
  TaskEntry several_tasks(const MethodEntry& method) const;
  /// What a method's runs are about: its tasks one by one, or all together.
  std::vector<TaskEntry> tasks_of(const MethodEntry& method) const;
  void check_runs();
  void check_run(const TaskEntry& task, const MethodEntry& method);
  void expand();
  void expand_method(const TaskEntry& task, const MethodEntry& entry, std::map<std::string, int>& groups);
  /// Adds a run, with the runs whose adapters it mixes.
  void add_run(RunSettings settings, const MethodEntry& entry);
  std::string group_name(const MethodEntry& entry, const RunSettings& settings,
                         const std::vector<std::size_t>& cell) const;

  const toml::table& document_;
  std::filesystem::path file_;
  StudyOptions options_;
  IssueList issues_;
  Study study_;
  Layer base_;
  Layer overrides_;  ///< what the caller sets for every run
  std::vector<std::uint64_t> seeds_;
  std::vector<GridAxis> grid_;
  std::vector<TaskEntry> tasks_;
  std::vector<MethodEntry> methods_;
  std::vector<const Layer*> run_methods_;  ///< of each run in study_.runs, to find parents by
};

/// The settings that a study file may set at the top, in a task or in a method.
const std::vector<std::string>& study_settings();
/// The same and some keys more: what nearest_name() searches.
std::vector<std::string> study_settings_with(std::initializer_list<const char*> more);
bool is_folder(const std::filesystem::path& path);

}  // namespace lorascope::study
