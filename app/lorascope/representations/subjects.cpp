#include "app/lorascope/representations/subjects.h"

#include <algorithm>
#include <set>

#include "app/lorascope/hub/model_places.h"
#include "core/base/error.h"
#include "core/figures/run_groups.h"
#include "core/files/adapter_folder.h"
#include "core/files/model_folder.h"
#include "core/files/xlora_folder.h"
#include "core/nn/initialise.h"
#include "core/store/run_store.h"
#include "core/store/workspace.h"
#include "core/study/run_settings.h"
#include "core/tasks/mixture_model.h"

namespace lorascope::app::representations {
namespace {

namespace fs = std::filesystem;

constexpr std::uint64_t kUntrainedSeed = 42;

bool is_adapter(const fs::path& folder) {
  return fs::exists(folder / "adapter_config.json") || files::is_xlora_folder(folder);
}

/// The last two names of a path: "run-7/adapter" says more than "adapter".
std::string folder_name(const fs::path& folder) {
  const fs::path plain = fs::absolute(folder).lexically_normal();
  const fs::path last = plain.has_filename() ? plain : plain.parent_path();
  return (last.parent_path().filename() / last.filename()).string();
}

Subject of_run(const std::string& name, const store::Workspace* workspace, std::set<std::string>& bases) {
  if (!workspace) throw UsageError("\"" + name + "\" is no folder", "give --workspace to name a run of it");
  const store::RunStore runs(*workspace);
  const store::RunRecord run = runs.get(name);
  const study::RunSettings settings = study::RunSettings::from_json(run.settings);
  Subject subject;
  subject.name = figures::full_name(run);
  if (subject.name.empty()) subject.name = "run " + std::to_string(run.id);
  subject.method = run.method;
  subject.run = run.id;
  subject.xlora_mode = settings.xlora.mode;
  for (const char* kind : {"xlora", "adapter", "model"}) {
    const std::vector<store::Artifact> artifacts = runs.artifacts(run.id, kind);
    if (artifacts.empty()) continue;
    const fs::path folder = workspace->resolved_path(artifacts.back().path);
    bases.insert(settings.model);
    (is_adapter(folder) ? subject.adapter : subject.model) = folder;
    return subject;
  }
  throw StoreError("cannot look into the model of run " + name,
                   Problem{"its artifacts", "neither an adapter nor a model", "a finished or stopped run", ""});
}

Subject of_folder(const fs::path& folder, std::set<std::string>& bases, const std::string& base) {
  Subject subject;
  subject.name = folder_name(folder);
  if (!base.empty()) bases.insert(base);
  subject.method = "ft";
  if (files::is_xlora_folder(folder)) subject.method = "xlora";
  else if (is_adapter(folder)) subject.method = "lora";
  (is_adapter(folder) ? subject.adapter : subject.model) = folder;
  return subject;
}

bool is_head(const std::string& name) {
  for (const char* head : {"classifier.", "qa_outputs.", "score."}) {
    const std::size_t at = name.find(head);
    if (at == 0 || (at != std::string::npos && (name[at - 1] == '.' || name[at - 1] == '_'))) return true;
  }
  return false;
}

void drop_head(files::TensorMap& tensors) {
  std::erase_if(tensors, [](const auto& entry) { return is_head(entry.first); });
}

void drop_head(files::AdapterFolder& adapter) {
  drop_head(adapter.tensors);
  std::erase_if(adapter.config.modules_to_save, [](const std::string& name) { return is_head(name + "."); });
}

/// As the originals initialise: weights from N(0, initializer_range), biases 0, LayerNorms 1 and 0.
void make_untrained(files::ModelFolder& folder) {
  for (const files::EncoderTensor& tensor : files::encoder_tensors(folder.config, false)) {
    const bool is_norm = tensor.name.find("LayerNorm") != std::string::npos ||
                         tensor.name.find("layer_norm") != std::string::npos;
    const bool is_bias = tensor.name.ends_with(".bias");
    folder.tensors[tensor.name] = is_bias   ? at::zeros(tensor.shape, at::kFloat)
                                  : is_norm ? at::ones(tensor.shape, at::kFloat)
                                            : nn::draw_normal(tensor.shape, folder.config.initializer_range,
                                                              kUntrainedSeed, tensor.name);
  }
}

}  // namespace

Json Subject::json() const {
  return {{"name", name}, {"method", method}, {"run", run}, {"model", model.string()}, {"adapter", adapter.string()}};
}

std::vector<Subject> find_subjects(const SubjectOptions& options, const store::Workspace* workspace) {
  std::set<std::string> bases;
  std::vector<Subject> named;
  for (const std::string& name : options.names)
    named.push_back(fs::is_directory(name) ? of_folder(name, bases, options.model) : of_run(name, workspace, bases));
  for (const std::string& adapter : options.adapters) named.push_back(of_folder(adapter, bases, options.model));
  if (!options.model.empty()) bases = {options.model};
  if (named.empty() && bases.empty()) throw UsageError("nothing to analyse", "name runs or folders, or give --model");
  const bool needs_base = std::any_of(named.begin(), named.end(), [](const Subject& s) { return s.model.empty(); });
  if (bases.empty() && needs_base) throw UsageError("an adapter needs the model below it", "give --base");
  std::set<fs::path> folders;
  for (const std::string& base : bases) folders.insert(hub::find_model(base));
  if (folders.size() > 1)
    throw UsageError("the runs start from different models", "analyse runs of one model together");
  std::vector<Subject> subjects;
  if (!folders.empty()) subjects.push_back({"base model", "base", 0, *folders.begin(), {}, "ours"});
  for (Subject& subject : named) {
    if (subject.model.empty()) subject.model = *folders.begin();
    subjects.push_back(std::move(subject));
  }
  if (options.untrained)
    subjects.push_back({"untrained model", "untrained", 0, subjects.front().model, {}, "ours"});
  return subjects;
}

std::unique_ptr<tasks::TaskModel> open_subject(const Subject& subject) {
  tasks::TaskModelOptions options;
  options.num_labels = 2;
  options.dropout = 0.0;
  files::ModelFolder model = files::load_model_folder(subject.model);
  drop_head(model.tensors);
  if (subject.method == "untrained") make_untrained(model);
  if (subject.adapter.empty()) return tasks::TaskModel::full(model, options);
  if (files::is_xlora_folder(subject.adapter)) {
    files::XloraFolder mixture = files::read_xlora_folder(subject.adapter);
    mixture.head.clear();
    for (files::AdapterFolder& adapter : mixture.adapters) drop_head(adapter);
    tasks::XloraModelOptions xlora;
    xlora.xlora.mode = adapters::xlora_mode(subject.xlora_mode);
    xlora.dropout = 0.0;
    return tasks::xlora_model(model, options, mixture, xlora);
  }
  files::AdapterFolder adapter = files::read_adapter_folder(subject.adapter);
  drop_head(adapter);
  adapter.config.dropout = 0;
  return tasks::TaskModel::with_adapters(model, options, {&adapter});
}

}  // namespace lorascope::app::representations
