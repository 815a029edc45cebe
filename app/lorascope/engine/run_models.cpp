#include "app/lorascope/engine/run_models.h"

#include <ATen/ATen.h>

#include <algorithm>
#include <set>

#include "app/lorascope/engine/mixture_setup.h"
#include "app/lorascope/engine/model_setup.h"
#include "core/base/error.h"
#include "core/store/run_store.h"
#include "core/study/adapter_reference.h"
#include "core/tasks/mixture_model.h"
#include "core/tasks/shared_encoder.h"

namespace lorascope::app::engine {
namespace {

using study::Method;

constexpr std::int64_t kMeteoraTopK = 2;
constexpr std::int64_t kArrowTopK = 3;

std::int64_t num_labels_of(const RunTask& task) { return engine::num_labels_of(task.labels, task.settings.task); }

std::vector<tasks::TaskModelOptions> options_of(const std::vector<RunTask>& tasks) {
  std::vector<tasks::TaskModelOptions> options;
  for (const RunTask& task : tasks) options.push_back(training_model_options(task.settings, num_labels_of(task)));
  return options;
}

tasks::MixingOptions mixing_options(const study::RunSettings& settings, const NamedAdapters& adapters) {
  tasks::MixingOptions mixing;
  const std::int64_t usual = settings.method == Method::Meteora ? kMeteoraTopK : kArrowTopK;
  mixing.top_k = settings.mix.top_k > 0 ? settings.mix.top_k
                                        : std::min(usual, static_cast<std::int64_t>(adapters.folders.size()));
  mixing.temperature = settings.mix.temperature;
  mixing.weights = settings.mix.weights;
  mixing.trains_head = settings.mix.train_head;
  mixing.dropout = 0.0;  // frozen factors need none against learning by heart
  mixing.meteora.gate_loss_weight = settings.mix.gate_loss_weight;
  mixing.meteora.seed = settings.training.seed;
  if (settings.method == Method::Meteora) mixing.kind = tasks::Mixing::Meteora;
  if (settings.method == Method::Arrow) mixing.kind = tasks::Mixing::Arrow;
  if (settings.method == Method::Lorahub && settings.mix.sum == "factors") mixing.kind = tasks::Mixing::Factors;
  return mixing;
}

/// The first training examples of a task as one batch.
tasks::Batch first_examples(const RunTask& task, int count) {
  std::vector<const data::Feature*> chosen;
  for (const data::Feature& feature : task.train().features)
    if (feature.example < count) chosen.push_back(&feature);
  return tasks::make_batch(tasks::task_kind(task.settings.task), chosen, {task.settings.has_zero_segment_ids()});
}

/// Each task with the adapter that was trained for it.
void switch_adapters(const files::ModelFolder& folder, const NamedAdapters& adapters, std::vector<RunTask>& tasks) {
  const std::vector<tasks::TaskModelOptions> options = options_of(tasks);
  for (std::size_t i = 0; i < tasks.size(); ++i) {
    const std::string& task = tasks[i].settings.task;
    const std::int64_t own = adapters.number_of(task);
    if (own < 0)
      throw StudyError("cannot switch adapters",
                       Problem{"xlora.adapters", "no adapter named \"" + task + '"', "one for each task",
                               "write " + task + "=FOLDER"});
    tasks[i].model =
        tasks::TaskModel::with_adapters(folder, options[i], {&adapters.folders[static_cast<std::size_t>(own)]});
  }
}

FixedMixture search_weights(const study::RunSettings& settings, const files::ModelFolder& folder,
                            const NamedAdapters& adapters, std::vector<RunTask>& tasks,
                            const std::function<void(const std::string&)>& tell) {
  const std::vector<tasks::TaskModelOptions> options = options_of(tasks);
  FixedMixture mixture;
  adapters::WeightSearchOptions search;
  search.budget = settings.mix.budget;
  search.penalty = settings.mix.penalty;
  search.seed = settings.training.seed;
  for (std::size_t i = 0; i < tasks.size(); ++i) {
    tell("searching weights for " + tasks[i].settings.task);
    tasks::MixingOptions mixing = mixing_options(settings, adapters);
    const tasks::Batch examples = first_examples(tasks[i], settings.mix.examples);
    const auto found = tasks::search_mixture(folder, options[i], adapters.pointers(), mixing, examples, search);
    mixture.found[tasks[i].settings.task] = {
        {"weights", found.weights}, {"loss", found.loss}, {"objective", found.objective}, {"adapters", adapters.names}};
    mixture.parameters_trainable += static_cast<std::int64_t>(found.weights.size());
    mixing.weights = found.weights;
    tasks[i].model = tasks::mixture_model(folder, options[i], adapters.pointers(), mixing);
  }
  return mixture;
}

void take_over(std::vector<std::unique_ptr<tasks::TaskModel>> models, std::vector<RunTask>& tasks) {
  for (std::size_t i = 0; i < tasks.size(); ++i) tasks[i].model = std::move(models[i]);
}

}  // namespace

study::RunSettings with_adapter_folders(study::RunSettings settings, const store::Workspace& workspace) {
  const store::RunStore runs(workspace);
  std::vector<Problem> problems;
  for (std::string& text : settings.xlora.adapters) {
    study::AdapterReference reference = study::AdapterReference::parse(text);
    if (!reference.run) continue;
    const std::string number = std::to_string(*reference.run);
    const auto run = runs.find(*reference.run);
    const auto artifacts = run ? runs.artifacts(*reference.run, "adapter") : std::vector<store::Artifact>();
    if (artifacts.empty()) {
      problems.push_back({"xlora.adapters", run ? "run " + number + " without an adapter" : "no run " + number,
                          "a finished run of LoRA in this workspace", ""});
      continue;
    }
    if (reference.name.empty()) reference.name = "run-" + number;
    reference.run.reset();
    reference.folder = workspace.resolved_path(artifacts.back().path).string();
    text = reference.text();
  }
  if (!problems.empty()) throw StudyError("cannot mix these adapters", problems);
  return settings;
}

std::vector<const files::AdapterFolder*> NamedAdapters::pointers() const {
  std::vector<const files::AdapterFolder*> result;
  for (const files::AdapterFolder& folder : folders) result.push_back(&folder);
  return result;
}

std::int64_t NamedAdapters::number_of(const std::string& task) const {
  const auto place = std::find(names.begin(), names.end(), task);
  return place == names.end() ? -1 : place - names.begin();
}

std::vector<std::int64_t> own_adapters(const NamedAdapters& adapters, const std::vector<std::string>& tasks,
                                       const std::string& who, std::vector<std::string>& remarks) {
  std::vector<std::int64_t> numbers;
  for (const std::string& task : tasks) {
    numbers.push_back(adapters.number_of(task));
    if (numbers.back() < 0)
      remarks.push_back("no adapter is named \"" + task + "\": " + who + " not told which one its examples belong to");
  }
  return numbers;
}

NamedAdapters read_adapters(const std::vector<std::string>& references) {
  NamedAdapters adapters;
  for (const std::string& text : references) {
    const study::AdapterReference reference = study::AdapterReference::parse(text);
    const std::filesystem::path place = reference.folder;
    adapters.folders.push_back(files::read_adapter_folder(place));
    const std::filesystem::path named = place.has_filename() ? place : place.parent_path();
    std::string name = reference.name.empty() ? named.filename().string() : reference.name;
    if (adapters.number_of(name) >= 0) name += "-" + std::to_string(adapters.names.size());
    adapters.names.push_back(name);
  }
  return adapters;
}

void make_trained_models(const study::RunSettings& settings, const files::ModelFolder& folder,
                         std::vector<RunTask>& tasks, std::vector<std::string>& remarks) {
  const std::vector<tasks::TaskModelOptions> options = options_of(tasks);
  if (settings.method == Method::Xlora) return take_over(make_xlora_models(settings, folder, options, remarks), tasks);
  if (settings.method == Method::Meteora) {
    const NamedAdapters adapters = read_adapters(settings.xlora.adapters);
    tasks::MixingOptions mixing = mixing_options(settings, adapters);
    if (settings.mix.gate_loss_weight > 0)
      mixing.own_adapters = own_adapters(adapters, settings.task_names(), "the gates are", remarks);
    return take_over(tasks::mixture_models(folder, options, adapters.pointers(), mixing), tasks);
  }
  if (tasks.size() > 1) return take_over(tasks::full_models(folder, options), tasks);
  tasks.front().model = make_model(settings, folder, num_labels_of(tasks.front()), remarks);
}

FixedMixture make_fixed_models(const study::RunSettings& settings, const files::ModelFolder& folder,
                               std::vector<RunTask>& tasks, const std::function<void(const std::string&)>& tell) {
  const NamedAdapters adapters = read_adapters(settings.xlora.adapters);
  if (settings.method == Method::Lorahub) return search_weights(settings, folder, adapters, tasks, tell);
  if (settings.method == Method::Switch) {
    switch_adapters(folder, adapters, tasks);
  } else {
    take_over(tasks::mixture_models(folder, options_of(tasks), adapters.pointers(),
                                    mixing_options(settings, adapters)),
              tasks);
  }
  return {};
}

tasks::ParameterCounts counts_of(const std::vector<RunTask>& tasks) {
  tasks::ParameterCounts counts = tasks.front().model->counts();
  std::set<const void*> seen;
  for (const tasks::Parameter& parameter : tasks.front().model->trainable()) seen.insert(parameter.value.data_ptr());
  for (std::size_t i = 1; i < tasks.size(); ++i) {
    for (const tasks::Parameter& parameter : tasks[i].model->trainable()) {
      if (!seen.insert(parameter.value.data_ptr()).second) continue;
      counts.trainable += parameter.value.numel();
      counts.all += parameter.value.numel();
    }
  }
  return counts;
}

}  // namespace lorascope::app::engine
