#pragma once

#include <string>
#include <vector>

#include "core/store/run_record.h"
#include "core/store/workspace.h"

namespace lorascope::app {

/// The runs that the selectors name, each once, by id. A selector is a number, "run-12", a run's name, a group's name
/// or a study's name (all of its runs); `study` is a study's name or number, empty for none. Throws UsageError for a
/// selector that fits nothing (listing what there is) and when nothing is selected.
std::vector<store::RunRecord> select_runs(const store::Workspace& workspace, const std::vector<std::string>& selectors,
                                          const std::string& study);

}  // namespace lorascope::app
