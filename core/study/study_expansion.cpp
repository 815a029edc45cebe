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
  if (settings.method == Method::Xlora) return "X-LoRA";
  return settings.method == Method::Lora ? "LoRA r " + std::to_string(settings.lora.rank) : "FT";
}

}  // namespace

RunSettings StudyReader::compose(const TaskEntry& task, const MethodEntry& method) const {
  const Layer* layers[] = {&base_, &task.layer, &method.layer};
  RunSettings settings;
  settings.task = task.task.task;
  std::string preset;
  for (const Layer* layer : layers) {
    const Json name = layer->value_of("method");
    if (name.is_string()) settings.method = method_from(name.get<std::string>());
    if (!layer->preset.empty()) preset = layer->preset;
  }
  apply_preset(preset, settings);
  for (const Layer* layer : layers) {
    for (const TomlKey& key : layer->keys) {
      if (key.path != "task") find_field(key.path)->set(settings, key.value);
    }
  }
  settings.train_file = task.train;
  settings.eval_file = task.eval;
  settings.test_file = task.test;
  return settings;
}

void StudyReader::check_runs() {
  for (const TaskEntry& task : tasks_) {
    for (const MethodEntry& method : methods_) {
      if (method.is_for(task.task.task)) check_run(task, method);
    }
  }
}

void StudyReader::check_run(const TaskEntry& task, const MethodEntry& method) {
  const RunSettings settings = compose(task, method);
  const std::string& prefix = method.layer.prefix;
  for (const Problem& problem : settings.problems()) {
    issues_.add(method.layer.line, prefix + problem.where, problem.found, problem.expected, problem.hint);
  }
  if (task.task.miniature) return;
  const TrainingSettings& training = settings.training;
  const bool on_test = training.evaluate_on == "test";
  const bool has_file = !(on_test ? settings.test_file : settings.eval_file).empty();
  const bool needs_file = on_test || training.early_stopping_patience > 0 || training.keep_best;
  if (needs_file && !has_file) {
    issues_.add(method.layer.line, prefix + (on_test ? "data.test" : "data.eval"), "nothing",
                "the file that selection or early stopping looks at", "add it to [data]");
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
      if (method.is_for(task.task.task)) expand_method(task, method, groups);
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
  std::erase_if(method.grid, [](const GridAxis& axis) { return axis.values.empty(); });
  for (const GridAxis& axis : grid_) {
    const bool is_own =
        std::any_of(method.grid.begin(), method.grid.end(), [&](const GridAxis& own) { return own.key == axis.key; });
    if (!is_own && find_field(axis.key)->concerns(common)) method.grid.push_back(axis);
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
      study_.runs.push_back(settings);
    }
    more = false;
    for (std::size_t i = cell.size(); i-- > 0 && !more;) {
      more = ++cell[i] < method.grid[i].values.size();
      if (!more) cell[i] = 0;
    }
  }
}

std::string StudyReader::group_name(const MethodEntry& entry, const RunSettings& settings,
                                    const std::vector<std::size_t>& cell) const {
  std::string name = tasks_.size() > 1 ? settings.task + ": " : "";
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
