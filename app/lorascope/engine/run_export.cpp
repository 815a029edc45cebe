#include "app/lorascope/engine/run_export.h"

#include "app/lorascope/engine/mixture_setup.h"
#include "app/lorascope/engine/mixture_setup.h"
#include "core/files/adapter_folder.h"
#include "core/files/model_folder.h"

namespace lorascope::app::engine {
namespace {

/// "DistilBertForQuestionAnswering": the class of transformers that opens the folder.
std::string architecture(files::Family family, tasks::TaskKind kind) {
  const std::string name = files::family_name(family) == "distilbert" ? "DistilBert" : "Bert";
  if (kind == tasks::TaskKind::Spans) return name + "ForQuestionAnswering";
  if (kind == tasks::TaskKind::Choices) return name + "ForMultipleChoice";
  return name + "ForTokenClassification";
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

}  // namespace lorascope::app::engine
