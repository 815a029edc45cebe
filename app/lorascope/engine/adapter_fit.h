#pragma once

#include <iosfwd>
#include <string>
#include <vector>

namespace lorascope::files {
struct AdapterFolder;
struct ModelFolder;
}  // namespace lorascope::files

namespace lorascope::app::engine {

/// A sentence for every module that the adapter's config targets and its file lacks, and for every tensor of the file
/// that the model has no place for. PEFT goes on without a word in both cases.
std::vector<std::string> misfits(const files::AdapterFolder& adapter, const files::ModelFolder& model,
                                 bool with_pooler);

/// Writes them, a line each.
void warn_of_misfits(const files::AdapterFolder& adapter, const files::ModelFolder& model, bool with_pooler,
                     std::ostream& to);

}  // namespace lorascope::app::engine
