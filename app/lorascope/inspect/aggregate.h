#pragma once

#include <cstddef>
#include <string>

#include "app/lorascope/inspect/inspector.h"

namespace lorascope::app::inspect {

struct AggregateOptions {
  std::string file;
  std::size_t limit = 500;  ///< texts
  WhatIf what_if;
};

/// Means over the tokens of a file by class: {"table": {"title", "note", "columns": [name], "rows": [[text or number]]},
/// "texts", "tokens"}. Classes are what the file says of its words (tags without B- and I-, parts of speech), else the
/// predicted ones; of pairs their kind; of questions question, answer and other text; of endings context, right and other
/// endings. Columns: tokens; of models with adapters the mean scaling of each and the entropy of their shares in bits;
/// the mean distance from the base in the last layer.
Json aggregated(InspectModel& model, const AggregateOptions& options, const Withdrawn& withdrawn);

}  // namespace lorascope::app::inspect
