#pragma once

#include <map>
#include <span>
#include <string>

#include "core/figures/table_data.h"
#include "core/store/run_record.h"
#include "core/store/workspace.h"

namespace lorascope::figures {

/// Real tokens a second of a finished run's evaluations, mean over its tasks: of the test split, else of the evaluation
/// split. Runs that have none are left out.
std::map<store::RunId, double> evaluation_speeds(const store::Workspace& workspace,
                                                 std::span<const store::RunRecord> runs);

/// Whether any of the runs is about several tasks or mixes adapters: what a table of mixtures is for.
bool has_mixtures(std::span<const store::RunRecord> runs);

/// Methods by tasks: one row a method (runs of one task each, or one run over several, that differ in the seed only; a
/// model each where there are several), its main scores in percent on every task and their mean, parameters trained,
/// seconds, peak memory, tokens/s in evaluation; mean ± standard deviation over seeds. Where a method has a run for each
/// task, parameters and seconds are added up, of the memory the largest is shown. Finished runs only.
TableData mixture_table(std::span<const store::RunRecord> runs, const std::map<store::RunId, double>& speeds);

}  // namespace lorascope::figures
