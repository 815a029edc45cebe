#pragma once

#include <ATen/core/Tensor.h>

#include <vector>

#include "app/lorascope/inspect/inspect_model.h"
#include "core/base/json.h"

namespace lorascope::app::inspect {

/// A number with 7 digits after the point: more than the arithmetic holds, and short.
double rounded(double value);
/// A tensor of any rank as nested lists of such numbers.
Json tensor_json(const at::Tensor& tensor);

/// [{"texts", "tokens": [{"text", "sequence", "begin", "end", "word"}]}].
Json rows_json(const EncodedText& text);

/// What the head says, by task. wnut17: `words` [{"text", "label", "probability", "first", "last"}] (tokens of the row),
/// `labels`, `probabilities` [T][C]. squad: `answers` [{"text", "begin", "end", "probability", "score"}], best first,
/// `window` (the row that holds the best), `start`, `end` (probabilities [T], each over its row). swag: `probabilities`
/// [4], `logits` [4], `choice`.
Json prediction_json(const InspectModel& model, const InspectText& asked, const EncodedText& text,
                     const tasks::Output& output);

/// `adapters` [N], `modules` [L], `blocks` [L], `layerwise`, and, where asked for, `predicted`, `applied`, `used` [T][L][N].
Json scalings_json(const InspectModel& model, const Look& plain, const Look& changed);

}  // namespace lorascope::app::inspect
