#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "app/lorascope/inspect/inspector.h"

namespace lorascope::app::inspect {

struct AggregateOptions {
  std::string file;               ///< or
  std::vector<InspectText> inputs;  ///< texts one by one, such as the pinned ones
  std::size_t limit = 500;        ///< texts
  WhatIf what_if;
};

/// Means over the tokens of several texts by class: {"table": {"title", "note", "columns": [name], "rows": [[text or
/// number]]}, "texts", "tokens"}; the last row is of all. Classes are what a file says of its words (tags without B- and
/// I-, parts of speech), else the predicted ones; of pairs their kind; of questions question, answer (the predicted one
/// where none is known) and other text; of endings context, right (else chosen) and other endings. Columns: texts with
/// the class, its words and tokens, so that of predicted classes `words` counts predictions; of models with adapters the
/// mean scaling of each, of several their mean shares |λ_n| / Σ |λ| and the entropy of these in bits; the mean distance
/// from the base in the last layer.
Json aggregated(InspectModel& model, const AggregateOptions& options, const Withdrawn& withdrawn);

}  // namespace lorascope::app::inspect
