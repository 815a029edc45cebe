#pragma once

#include <string>
#include <vector>

#include "app/lorascope/kit/kit_figures.h"
#include "app/lorascope/kit/kit_report.h"
#include "core/store/run_record.h"
#include "core/store/study_store.h"

namespace lorascope::app {

/// One shell command a run, with its name as a comment.
std::string kit_commands(const std::vector<store::RunRecord>& runs);

/// JSON: of each run its device, versions, hashes of settings, data and model, and its state.
std::string kit_versions(const std::vector<store::RunRecord>& runs);

/// What the kit holds: the command that rebuilds it, runs with seeds, versions and hashes, scores, each figure with its
/// caption, each file.
std::string kit_readme(const std::vector<store::RunRecord>& runs, const std::vector<NamedFigure>& figures,
                       const std::vector<KitReportItem>& report, const std::vector<store::StudyRecord>& studies);

}  // namespace lorascope::app
