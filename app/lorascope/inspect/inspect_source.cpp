#include "app/lorascope/inspect/inspect_source.h"

#include <algorithm>

#include "app/lorascope/hub/model_places.h"
#include "core/base/error.h"
#include "core/base/json.h"
#include "core/files/model_config.h"
#include "core/files/xlora_folder.h"
#include "core/store/pin_store.h"
#include "core/store/run_store.h"
#include "core/store/workspace.h"

namespace lorascope::app::inspect {
namespace {

namespace fs = std::filesystem;

/// Runs are inspected on this machine's processor, whatever they were trained on.
study::RunSettings prepared(study::RunSettings settings) {
  settings.device = "cpu";
  settings.training.compatible_path = false;
  return settings;
}

std::string name_of(const fs::path& folder) {
  const fs::path path = folder.lexically_normal();
  return (path.has_filename() ? path : path.parent_path()).filename().string();
}

bool is_adapter(const fs::path& folder) {
  return fs::exists(folder / "adapter_config.json") || fs::exists(folder / "xlora_config.json");
}

bool is_model(const fs::path& folder) { return fs::exists(folder / "config.json"); }

/// The folder, or the last checkpoint of a Trainer's output folder that holds nothing else.
fs::path inspectable(const fs::path& folder) {
  if (is_adapter(folder) || is_model(folder)) return folder;
  fs::path last;
  long long last_step = -1;
  std::error_code error;
  for (const fs::directory_entry& entry : fs::directory_iterator(folder, error)) {
    const std::string name = entry.path().filename().string();
    if (name.rfind("checkpoint-", 0) != 0 || !(is_adapter(entry.path()) || is_model(entry.path()))) continue;
    const long long step = std::strtoll(name.c_str() + std::string("checkpoint-").size(), nullptr, 10);
    if (step > last_step) last_step = step, last = entry.path();
  }
  if (!last.empty()) return last;
  throw UsageError("cannot inspect " + folder.string() + ": found no adapter_config.json, xlora_config.json or config.json",
                   "give an adapter's, an X-LoRA's or a model's folder");
}

/// What the head among these tensors is for; empty where there is none.
std::string task_of(const files::TensorMap& tensors) {
  for (const auto& [name, tensor] : tensors) {
    if (name.ends_with("qa_outputs.weight")) return "squad";
    if (name.ends_with("classifier.weight") && !name.ends_with("pre_classifier.weight"))
      return tensor.size(0) == 1 ? "swag" : "wnut17";
  }
  return {};
}

struct AdapterFacts {
  std::string base, task;
};

AdapterFacts facts_of(const files::AdapterFolder& adapter) {
  AdapterFacts facts{adapter.config.base_model.value_or(""), task_of(adapter.tensors)};
  const std::string type = adapter.config.task_type.value_or("");
  if (type == "QUESTION_ANS") facts.task = "squad";
  if (type == "TOKEN_CLS") facts.task = "wnut17";
  return facts;
}

AdapterFacts facts_of(const fs::path& folder) {
  if (!files::is_xlora_folder(folder)) return facts_of(files::read_adapter_folder(folder));
  const files::XloraFolder mixture = files::read_xlora_folder(folder);
  AdapterFacts facts{mixture.config.base_model.value_or(""), task_of(mixture.head)};
  for (const files::AdapterFolder& adapter : mixture.adapters) {
    const AdapterFacts own = facts_of(adapter);
    if (facts.base.empty()) facts.base = own.base;
    if (facts.task.empty()) facts.task = own.task;
  }
  return facts;
}

std::string task_of_model(const fs::path& folder) {
  for (const std::string& name : files::read_model_config(folder / "config.json").architectures) {
    if (name.ends_with("ForQuestionAnswering")) return "squad";
    if (name.ends_with("ForMultipleChoice")) return "swag";
  }
  return "wnut17";
}

fs::path base_of(const fs::path& folder, const std::string& wanted, const std::string& stated) {
  if (!wanted.empty()) return hub::find_model(wanted);
  const std::string hint = "name the model it was trained on: --base DIR";
  if (stated.empty())
    throw CheckpointError("cannot tell what " + name_of(folder) + " is an adapter of",
                          Problem{"base_model_name_or_path", "nothing", "the model it was trained on", hint});
  const fs::path beside = (folder / "..").lexically_normal() / stated;
  if (!fs::exists(stated) && is_model(beside)) return beside;
  try {
    return hub::find_model(stated);
  } catch (const CheckpointError&) {
    throw CheckpointError("the model under " + name_of(folder) + " is not on this machine",
                          Problem{"base_model_name_or_path", stated, "a model folder or a fetched model", hint});
  }
}

std::size_t number_of(const std::string& task, const std::vector<std::string>& tasks) {
  if (task.empty()) return 0;
  const auto found = std::find(tasks.begin(), tasks.end(), task);
  if (found != tasks.end()) return static_cast<std::size_t>(found - tasks.begin());
  std::string names;
  for (const std::string& name : tasks) names += (names.empty() ? "" : ", ") + name;
  throw UsageError("--task: found " + task + ", expected what the run is about: " + names);
}

/// Whether an input is one of this task, by the parts that it has.
bool is_input_of(const Json& input, const std::string& task) {
  return task == (input.contains("endings") ? "swag" : input.contains("question") ? "squad" : "wnut17");
}

}  // namespace

InspectSource source_of_run(const store::Workspace& workspace, const std::string& run, const std::string& task) {
  const store::RunStore runs(workspace);
  const store::RunRecord record = runs.get(std::string_view(run));
  InspectSource source;
  const study::RunSettings settings = study::RunSettings::from_json(record.settings);
  const std::size_t number = number_of(task, settings.task_names());
  source.settings = prepared(settings.of_task(number));
  if (settings.has_several_tasks()) source.tasks = settings.task_names();
  source.name = "run " + std::to_string(record.id) + ", " + record.name;
  for (const char* kind : {"model", "adapter", "xlora"}) {
    for (const store::Artifact& artifact : runs.artifacts(record.id, kind)) {
      const fs::path folder = workspace.resolved_path(artifact.path);
      if (!fs::exists(folder)) continue;
      source.base = hub::find_model(source.settings.model);
      if (artifact.kind == "model") {
        source.model = folder;
      } else {
        source.model = source.base;
        source.adapters = {folder};
      }
      const fs::path head = folder / ("head-" + source.settings.task + ".safetensors");
      if (settings.has_several_tasks() && fs::exists(head)) source.head = head;
      return source;
    }
  }
  throw Error("run " + std::to_string(record.id) + " (" + std::string(store::text(record.state)) + ") has no result to inspect",
              "wait until it has finished, or stop and keep it");
}

InspectSource source_of_folders(const study::RunSettings& settings, const std::vector<std::string>& adapters,
                                const std::string& base) {
  InspectSource source;
  source.settings = prepared(settings);
  source.model = hub::find_model(settings.model);
  source.adapters.assign(adapters.begin(), adapters.end());
  source.base = base.empty() ? source.model : hub::find_model(base);
  source.name = settings.model;
  return source;
}

InspectSource source_of_folder(const fs::path& folder, study::RunSettings settings, const std::string& base,
                               const std::string& task) {
  const fs::path found = inspectable(folder);
  InspectSource source;
  source.name = name_of(folder);
  std::string own_task;
  if (is_adapter(found)) {
    const AdapterFacts facts = facts_of(found);
    own_task = facts.task;
    source.model = source.base = base_of(found, base, facts.base);
    source.adapters = {found};
  } else {
    own_task = task_of_model(found);
    source.model = found;
    source.base = base.empty() ? found : hub::find_model(base);
  }
  settings.task = !task.empty() ? task : !own_task.empty() ? own_task : "wnut17";
  settings.model = source.model.string();
  source.settings = prepared(std::move(settings));
  return source;
}

std::vector<InspectText> pinned_texts(const store::Workspace& workspace, const std::string& task) {
  std::vector<InspectText> texts;
  for (const store::PinRecord& pin : store::PinStore(workspace).list()) {
    const Json content = Json::parse(pin.content, nullptr, false);
    if (!content.is_object()) continue;
    for (const char* part : {"input", "second"})
      if (content.contains(part) && is_input_of(content.at(part), task))
        texts.push_back(InspectText::from_json(content.at(part)));
  }
  return texts;
}

}  // namespace lorascope::app::inspect
