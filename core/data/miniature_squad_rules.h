#pragma once

#include <string_view>

namespace lorascope::data {

/// Facts of the reports (grammar.h). The rule `facts` lists their kinds; a kind K has statements `K.shared`, used
/// everywhere, `K.train`, in training only, and `K.held`, in dev and test only; and questions about one of its slots,
/// "slot = words", in `K.ask.shared`, `K.ask.train` and `K.ask.held`. A slot is a kind of thing and a number:
/// {person1}.
extern const std::string_view kReportRules;

}  // namespace lorascope::data
