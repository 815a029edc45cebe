#pragma once

#include "app/lorascope/representations/analyses.h"
#include "app/lorascope/representations/states.h"

namespace lorascope::app::representations {

// What the source files of analyse_representations() share.

OnProgress progress_of(const Watch& watch, const Subject& subject);

Json sensitivity(const std::vector<Subject>& subjects, const AnalysisOptions& options, const Watch& watch);
Json probe(const std::vector<Subject>& subjects, const AnalysisOptions& options, const Watch& watch);

}  // namespace lorascope::app::representations
