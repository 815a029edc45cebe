#pragma once

#include <cstdint>
#include <filesystem>
#include <vector>

namespace lorascope::store {
class Workspace;
}

namespace lorascope::app {

/// Writes the paper kit of these runs: report/ (what is pinned, in its order), figures/ (PDF, SVG, PNG, CSV, pgfplots),
/// tables/ (LaTeX, CSV, Markdown), settings/ (one
/// JSON a run), studies/ (TOML), commands.sh (how to repeat each run), versions.json (program, libraries, hashes of
/// data and models) and README.md. The same rows give the same bytes. Files of an older kit in `folder` are replaced;
/// other files stay. Throws UsageError when `run_ids` is empty, Error when the folder cannot be written.
void write_kit(store::Workspace& workspace, const std::vector<std::int64_t>& run_ids,
               const std::filesystem::path& folder);

}  // namespace lorascope::app
