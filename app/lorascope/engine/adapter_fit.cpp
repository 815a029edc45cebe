#include "app/lorascope/engine/adapter_fit.h"

#include <ostream>

#include "core/files/adapter_match.h"
#include "core/files/model_folder.h"

namespace lorascope::app::engine {

std::vector<std::string> misfits(const files::AdapterFolder& adapter, const files::ModelFolder& model,
                                 bool with_pooler) {
  const files::AdapterMatch match = files::match_adapter(adapter, model.config, with_pooler);
  const std::string where = adapter.folder.string();
  std::vector<std::string> sentences;
  for (const std::string& path : match.missing)
    sentences.push_back(where + " targets " + path + " but has no tensors for it: it stays without effect there");
  for (const std::string& name : match.unexpected)
    sentences.push_back(where + ": the model has no place for " + name + ": it is not used");
  return sentences;
}

void warn_of_misfits(const files::AdapterFolder& adapter, const files::ModelFolder& model, bool with_pooler,
                     std::ostream& to) {
  for (const std::string& sentence : misfits(adapter, model, with_pooler)) to << "warning: " << sentence << '\n';
}

}  // namespace lorascope::app::engine
