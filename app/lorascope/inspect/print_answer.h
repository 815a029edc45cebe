#pragma once

#include <ostream>
#include <string>

#include "core/base/json.h"

namespace lorascope::app::inspect {

/// An answer of Inspector for people, by what was asked: tables with tabs between the columns.
void print_answer(const std::string& ask, const Json& answer, std::ostream& out);

}  // namespace lorascope::app::inspect
