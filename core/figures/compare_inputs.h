#pragma once

#include <map>
#include <span>
#include <string>
#include <vector>

#include "core/figures/compare_table.h"
#include "core/figures/spectrum_figure.h"
#include "core/store/study_store.h"
#include "core/store/workspace.h"

namespace lorascope::figures {

/// What each run's stored predictions of one split add to its score; read once a run.
using CountsByRun = std::map<store::RunId, std::vector<ExampleCounts>>;

/// Intervals over examples and the paired bootstrap of each group against the baseline, from stored predictions.
/// `score` is "SPLIT/METRIC": empty where its task's predictions do not give that metric. `counts` keeps what was read.
std::map<std::string, GroupEvidence> group_evidence(const store::Workspace& workspace,
                                                    std::span<const store::RunRecord> runs,
                                                    const CompareOptions& options, CountsByRun& counts);

/// Means over all modules by group: "stable rank", "effective rank", "relative size"; groups without spectra are left
/// out. `spectra` may hold other runs too.
std::map<std::string, std::map<std::string, double>> group_measures(std::span<const store::RunRecord> runs,
                                                                    std::span<const RunSpectra> spectra,
                                                                    Grouping grouping);

/// The published numbers of one score that the studies of these runs quote: beside a group where it is about the same
/// encoder and method, otherwise with a name of their own.
std::vector<Reference> published_numbers(std::span<const store::StudyRecord> studies,
                                         std::span<const store::RunRecord> runs, Grouping grouping,
                                         const std::string& score);

}  // namespace lorascope::figures
