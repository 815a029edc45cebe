#pragma once

#include <istream>
#include <ostream>

#include "app/lorascope/inspect/inspector.h"

namespace lorascope::app::inspect {

/// Answers questions from `in`, one JSON object a line with an "id", on `out`: {"id", "answer"} or {"id", "error":
/// {"message", "hint"}}, each on one line and in the order of the questions. {"cancel": id} withdraws a question that is
/// waiting or under way: it is answered by {"id", "cancelled": true}. Ends at the end of `in`, after the last answer. A
/// line that is no question is answered by an error and does no harm.
void serve(Inspector& inspector, std::istream& in, std::ostream& out);

}  // namespace lorascope::app::inspect
