#include "app/lorascope/engine/run_export.h"

#include "core/files/adapter_folder.h"
#include "core/files/model_folder.h"

namespace lorascope::app::engine {

std::string export_trained(const tasks::TaskModel& model, const ExportSource& source,
                           const std::filesystem::path& folder) {
  if (!model.low_rank_factors().empty()) {
    files::AdapterFolder adapter = model.export_adapter();
    adapter.config.base_model = source.base_model;
    files::write_adapter_folder(folder, adapter.config, adapter.tensors);
    return "adapter";
  }
  files::ModelExport description;
  description.architecture = "BertForTokenClassification";
  description.labels = source.labels;
  description.tokenizer_from = source.tokenizer_folder;
  files::write_model_folder(folder, source.config, model.export_model(), description);
  return "model";
}

}  // namespace lorascope::app::engine
