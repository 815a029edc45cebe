#pragma once

#include <span>
#include <vector>

#include "core/figures/table_data.h"
#include "core/store/run_record.h"
#include "core/study/study.h"

namespace lorascope::app {

/// A row for each number that a study quotes and each group of its runs that stands in the same cell (task, model,
/// method): the quoted number, and ours as mean ± standard deviation over the group's runs, of the test split where
/// there is one, else of the evaluation split. A number without such runs has a row of its own.
figures::TableData reference_table(std::span<const study::Reference> references,
                                   std::span<const store::RunRecord> runs);

}  // namespace lorascope::app
