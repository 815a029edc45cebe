#include <algorithm>

#include "core/study/presets.h"
#include "core/study/settings_fields.h"
#include "core/study/study_reader.h"

// From tasks, methods, grid and seeds to runs with names.

namespace lorascope::study {
namespace fs = std::filesystem;
namespace {

constexpr std::size_t kMostRuns = 10000;

std::string auto_method_name(const RunSettings& settings) {
  switch (settings.method) {
    case Method::FullFineTuning:
      return "FT";
    case Method::Lora:
      return "LoRA r " + std::to_string(settings.lora.rank);
    case Method::Xlora:
      return "X-LoRA";
    case Method::Meteora:
      return "MeteoRA";
    case Method::Lorahub:
      return settings.mix.sum == "delta" ? "LoRAHub, sum of updates" : "LoRAHub";
    case Method::Merge:
      return settings.mix.weights.empty() ? "Uniform average" : "Exact merge";
    case Method::Arrow:
      return "Arrow";
    case Method::Switch:
      return "Adapter switching";
  }
  return "";
}

/// A score that only some task has, set for all methods, stands for the mean of the tasks' scores where a run has several.
void generalise_selection(RunSettings& settings) {
  const std::vector<std::string>& known = selection_metrics(settings.task);
  std::string& select_by = settings.training.select_by;
  if (std::find(known.begin(), known.end(), select_by) == known.end()) select_by = "mean";
}

}  // namespace

RunSettings StudyReader::compose(const TaskEntry& task, const MethodEntry& method) const {
  const Layer* layers[] = {&base_, &task.layer, &method.layer, &overrides_};
  RunSettings settings;
  settings.task = task.task.task;
  std::string preset;
  for (const Layer* layer : layers) {
    const Json name = layer->value_of("method");
    if (name.is_string()) settings.method = method_from(name.get<std::string>());
    if (!layer->preset.empty()) preset = layer->preset;
  }
  apply_preset(preset, settings);
  settings.several = task.several;
  for (const Layer* layer : layers) {
    for (const TomlKey& key : layer->keys) {
      if (key.path == "task") continue;
      find_field(key.path)->set(settings, key.value);
      const bool is_selection = key.path == "training.select_by" && layer != &method.layer;
      if (is_selection && settings.has_several_tasks()) generalise_selection(settings);
    }
  }
  settings.train_file = task.train;
  settings.eval_file = task.eval;
  settings.test_file = task.test;
  if (const MethodEntry* source = find_method(method.of)) {
    settings.xlora.adapters.clear();
    for (const TaskEntry& other : tasks_) {
      if (source->is_for(other.task.task)) settings.xlora.adapters.push_back(other.task.task + "=" + method.of);
    }
  }
  return settings;
}

StudyReader::TaskEntry StudyReader::several_tasks(const MethodEntry& method) const {
  TaskEntry together;
  together.task.task = kSeveralTasks;
  for (const TaskEntry& task : tasks_) {
    if (!method.is_for(task.task.task)) continue;
    together.several.tasks.push_back(task.task.task);
    together.several.train.push_back(task.train);
    together.several.eval.push_back(task.eval);
    together.several.test.push_back(task.test);
    if (task.task.miniature) together.task.miniature = task.task.miniature;
  }
  return together;
}

std::vector<StudyReader::TaskEntry> StudyReader::tasks_of(const MethodEntry& method) const {
  if (method.is_together) return {several_tasks(method)};
  std::vector<TaskEntry> tasks;
  for (const TaskEntry& task : tasks_) {
    if (method.is_for(task.task.task)) tasks.push_back(task);
  }
  return tasks;
}

void StudyReader::check_runs() {
  for (const MethodEntry& method : methods_) {
    for (const TaskEntry& task : tasks_of(method)) check_run(task, method);
  }
}

void StudyReader::check_run(const TaskEntry& task, const MethodEntry& method) {
  const RunSettings settings = compose(task, method);
  const std::string& prefix = method.layer.prefix;
  for (const Problem& problem : settings.problems()) {
    issues_.add(method.layer.line, prefix + problem.where, problem.found, problem.expected, problem.hint);
  }
  const MethodEntry* source = find_method(method.of);
  const std::string bias = source == nullptr ? "none" : compose(task, *source).lora.bias;
  if (bias != "none" && settings.method != Method::Switch) {
    issues_.add(method.of_line, prefix + "of", '"' + method.of + "\" with lora.bias \"" + bias + '"',
                "adapters that leave the base's biases as they are", "set lora.bias = \"none\" there, or switch between them");
  }
  if (task.task.miniature) return;
  const TrainingSettings& training = settings.training;
  const bool on_test = training.evaluate_on == "test";
  const bool is_single = !settings.has_several_tasks();
  const bool needs_file = (on_test && is_single) || training.early_stopping_patience > 0 || training.keep_best;
  for (std::size_t i = 0; needs_file && i < settings.task_names().size(); ++i) {
    const RunSettings own = settings.of_task(i);
    if (!(on_test ? own.test_file : own.eval_file).empty()) continue;
    issues_.add(method.layer.line, prefix + (on_test ? "data.test" : "data.eval"),
                is_single ? "nothing" : "nothing for " + own.task,
                "the file that selection or early stopping looks at", is_single ? "add it to [data]" : "add it to [[tasks]]");
  }
}

void StudyReader::expand() {
  std::map<std::string, int> groups;
  if (seeds_.empty()) {
    const Json seed = base_.value_of("training.seed");
    seeds_.push_back(seed.is_number() ? seed.get<std::uint64_t>() : TrainingSettings().seed);
  }
  for (const TaskEntry& task : tasks_) {
    for (const MethodEntry& method : methods_) {
      const bool depends = method.of_line > 0 || method.is_together;
      if (!depends && method.is_for(task.task.task)) expand_method(task, method, groups);
    }
  }
  // What is about several tasks, or mixes what others train, comes after all of them.
  for (const bool mixes : {false, true}) {
    for (const MethodEntry& method : methods_) {
      if ((method.of_line > 0) != mixes || (!mixes && !method.is_together)) continue;
      for (const TaskEntry& task : tasks_of(method)) expand_method(task, method, groups);
    }
  }
  if (study_.runs.size() > kMostRuns) {
    issues_.add(line_of_key("grid"), "grid", std::to_string(study_.runs.size()) + " runs or more",
                "at most " + std::to_string(kMostRuns) + " runs", "make the lists shorter");
  }
}

void StudyReader::expand_method(const TaskEntry& task, const MethodEntry& entry, std::map<std::string, int>& groups) {
  MethodEntry method = entry;
  const RunSettings common = compose(task, entry);
  const auto is_set = [&](const GridAxis& axis) { return !overrides_.value_of(axis.key).is_null(); };
  std::erase_if(method.grid, [&](const GridAxis& axis) { return axis.values.empty() || is_set(axis); });
  for (const GridAxis& axis : grid_) {
    const bool is_own =
        std::any_of(method.grid.begin(), method.grid.end(), [&](const GridAxis& own) { return own.key == axis.key; });
    if (!is_own && !is_set(axis) && find_field(axis.key)->concerns(common)) method.grid.push_back(axis);
  }
  std::vector<std::size_t> cell(method.grid.size(), 0);
  for (bool more = true; more && study_.runs.size() <= kMostRuns;) {
    RunSettings settings = common;
    for (std::size_t i = 0; i < cell.size(); ++i) {
      find_field(method.grid[i].key)->set(settings, method.grid[i].values[cell[i]]);
    }
    settings.group = group_name(method, settings, cell);
    const auto [place, is_new] = groups.emplace(settings.group, method.layer.line);
    if (!is_new) {
      issues_.add(method.layer.line, method.layer.prefix + "name", '"' + settings.group + "\" twice", "different names",
                  "give each method a `name`");
    }
    for (const std::uint64_t seed : seeds_) {
      settings.training.seed = seed;
      settings.name = "seed " + std::to_string(seed);
      add_run(settings, entry);
    }
    more = false;
    for (std::size_t i = cell.size(); i-- > 0 && !more;) {
      more = ++cell[i] < method.grid[i].values.size();
      if (!more) cell[i] = 0;
    }
  }
}

void StudyReader::add_run(RunSettings settings, const MethodEntry& entry) {
  std::vector<std::size_t> parents;
  const MethodEntry* source = find_method(entry.of);
  settings.xlora.adapters = source == nullptr ? settings.xlora.adapters : std::vector<std::string>();
  for (std::size_t i = 0; source != nullptr && i < study_.runs.size(); ++i) {
    const RunSettings& run = study_.runs[i];
    const bool is_it = run_methods_[i] == &source->layer && run.training.seed == settings.training.seed &&
                       run.model == settings.model;
    if (!is_it) continue;
    parents.push_back(i);
    settings.xlora.adapters.push_back(run.task + "=" + run.group + " / " + run.name);
  }
  const std::size_t expected = source == nullptr ? 0 : tasks_of(*source).size();
  if (parents.size() != expected) {
    issues_.add(entry.of_line, entry.layer.prefix + "of",
                std::to_string(parents.size()) + " adapters of \"" + entry.of + "\" for " + settings.name,
                std::to_string(expected) + ", one a task", "write one method for each cell of the grid");
  }
  study_.runs.push_back(std::move(settings));
  study_.parents.push_back(std::move(parents));
  run_methods_.push_back(&entry.layer);
}

std::string StudyReader::group_name(const MethodEntry& entry, const RunSettings& settings,
                                    const std::vector<std::size_t>& cell) const {
  const bool is_together = settings.has_several_tasks();
  std::string name = is_together ? "all tasks: " : tasks_.size() > 1 ? settings.task + ": " : "";
  name += entry.name.empty() ? auto_method_name(settings) : entry.name;
  for (std::size_t i = 0; i < cell.size(); ++i) {
    const GridAxis& axis = entry.grid[i];
    if (entry.name.empty() && axis.key == "lora.rank") continue;
    const std::string value =
        axis.key == "model" ? fs::path(settings.model).filename().string() : value_text(axis.values[cell[i]]);
    name += ", " + find_field(axis.key)->label + " " + value;
  }
  return name;
}

}  // namespace lorascope::study
