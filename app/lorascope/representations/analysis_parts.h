#pragma once

#include "app/lorascope/representations/analyses.h"
#include "app/lorascope/representations/states.h"

namespace lorascope::app::representations {

// What the source files of analyse_representations() share.

/// Of the pass through subjects[number], one of as many alike passes as there are subjects: with the time that all of
/// them still take.
OnProgress progress_of(const Watch& watch, const std::vector<Subject>& subjects, std::size_t number);

Json sensitivity(const std::vector<Subject>& subjects, const AnalysisOptions& options, const Watch& watch);
Json probe(const std::vector<Subject>& subjects, const AnalysisOptions& options, const Watch& watch);

}  // namespace lorascope::app::representations
