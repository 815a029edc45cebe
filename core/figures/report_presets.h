#pragma once

#include <span>
#include <string>
#include <vector>

#include "core/figures/report_query.h"
#include "core/store/workspace.h"

namespace lorascope::figures {

/// Something that one click adds to a report.
struct ReportPreset {
  std::string id;     ///< "table-1", "curves"
  std::string name;   ///< for people: "Table 1: settings"
  std::string about;  ///< one phrase
};

/// The paper's six tables and the analyses whose numbers are rows of the workspace.
const std::vector<ReportPreset>& report_presets();

/// The queries of a preset for these runs; none where they have nothing of the kind.
std::vector<ReportQuery> preset_queries(const store::Workspace& workspace, const std::string& preset,
                                        std::span<const store::RunRecord> runs, std::span<const store::RunRecord> all);

/// A label for a query that none of `taken` has: "fig:training-loss", "tab:scores-2".
std::string new_label(const Content& content, const std::vector<std::string>& taken);

}  // namespace lorascope::figures
