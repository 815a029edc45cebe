#include "app/lorascope/engine/adapter_fit.h"

#include <ostream>

#include "core/files/adapter_match.h"
#include "core/files/model_folder.h"

namespace lorascope::app::engine {

void warn_of_fit(const files::AdapterFolder& adapter, const files::ModelFolder& model, bool with_pooler,
                 std::ostream& to) {
  const files::AdapterMatch match = files::match_adapter(adapter, model.config, with_pooler);
  const std::string where = adapter.folder.string();
  for (const std::string& path : match.missing)
    to << "warning: " << where << " targets " << path << " but has no tensors for it: it stays without effect there\n";
  for (const std::string& name : match.unexpected)
    to << "warning: " << where << ": the model has no place for " << name << ": it is not used\n";
}

}  // namespace lorascope::app::engine
