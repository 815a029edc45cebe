#include "app/lorascope/engine/run_export.h"

#include <ATen/ATen.h>

#include "app/lorascope/engine/mixture_setup.h"
#include "app/lorascope/engine/run_models.h"
#include "core/base/json.h"
#include "core/files/adapter_folder.h"
#include "core/files/model_folder.h"
#include "core/files/safetensors.h"
#include "core/files/xlora_folder.h"

namespace lorascope::app::engine {
namespace {

/// "DistilBertForQuestionAnswering": the class of transformers that opens the folder.
std::string architecture(files::Family family, tasks::TaskKind kind) {
  const std::string name = files::family_name(family) == "distilbert" ? "DistilBert" : "Bert";
  if (kind == tasks::TaskKind::Spans) return name + "ForQuestionAnswering";
  if (kind == tasks::TaskKind::Choices) return name + "ForMultipleChoice";
  return name + "ForTokenClassification";
}

/// Tensors of a task model that other tasks' models lack: its head, and what stands between it and the encoder.
files::TensorMap head_of(const tasks::TaskModel& model) {
  files::TensorMap head;
  for (const auto& [name, tensor] : model.export_model()) {
    for (const char* part : {"classifier.", "qa_outputs.", "pooler."})
      if (name.find(part) != std::string::npos) head[name] = tensor;
  }
  return head;
}

void write_heads(const std::vector<RunTask>& tasks, const std::filesystem::path& folder) {
  for (const RunTask& task : tasks)
    files::write_safetensors(folder / ("head-" + task.settings.task + ".safetensors"), head_of(*task.model));
}

}  // namespace

std::string export_trained(const tasks::TaskModel& model, const ExportSource& source,
                           const std::filesystem::path& folder) {
  if (model.is_mixture()) {
    export_xlora(model, source.base_model, folder);
    return "xlora";
  }
  if (!model.low_rank_factors().empty()) {
    files::AdapterFolder adapter = model.export_adapter();
    adapter.config.base_model = source.base_model;
    files::write_adapter_folder(folder, adapter.config, adapter.tensors);
    return "adapter";
  }
  files::ModelExport description;
  description.architecture = architecture(source.config.family, model.kind());
  description.labels = source.labels;
  description.tokenizer_from = source.tokenizer_folder;
  files::write_model_folder(folder, source.config, model.export_model(), description);
  return "model";
}

std::string export_together(const study::RunSettings& settings, const std::vector<RunTask>& tasks,
                            const ExportSource& source, const std::filesystem::path& folder) {
  const tasks::TaskModel& first = *tasks.front().model;
  if (settings.method == study::Method::Xlora) {
    files::XloraFolder mixture = first.export_xlora();
    mixture.head.clear();
    mixture.config.base_model = source.base_model;
    files::write_xlora_folder(folder, mixture);
    write_heads(tasks, folder);
    return "xlora";
  }
  if (settings.method == study::Method::Meteora) {
    std::filesystem::create_directories(folder);
    const std::vector<std::string> names = read_adapters(settings.xlora.adapters).names;
    files::write_safetensors(folder / "gates.safetensors", first.export_gates(), {{"adapters", Json(names).dump()}});
    write_heads(tasks, folder);
    return "gates";
  }
  export_trained(first, source, folder);
  write_heads(tasks, folder);
  return "model";
}

}  // namespace lorascope::app::engine
