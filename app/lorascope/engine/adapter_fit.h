#pragma once

#include <iosfwd>

namespace lorascope::files {
struct AdapterFolder;
struct ModelFolder;
}  // namespace lorascope::files

namespace lorascope::app::engine {

/// Writes a line for every module that the adapter's config targets and its file lacks, and for every tensor of the
/// file that the model has no place for. PEFT goes on without a word in both cases.
void warn_of_fit(const files::AdapterFolder& adapter, const files::ModelFolder& model, bool with_pooler,
                 std::ostream& to);

}  // namespace lorascope::app::engine
