#pragma once

#include <string_view>

namespace lorascope::data {

/// Scenes with a tool: "tool = what one does with it", one a line.
extern const std::string_view kToolScenes;
/// Scenes with a state: "what happens = what one does then", one a line.
extern const std::string_view kStateScenes;
/// Wordings (grammar.h): `tool.shared`, `tool.train`, `tool.held` have {person}, {tool} and {place}; `state.*` have
/// {person} and {state}; `twins.*` have {person}, {object}, {first}, {second} (colours), {here}, {there} (places) and
/// end in a wish for the first; `twins.right` and `twins.wrong` are endings.
extern const std::string_view kSceneRules;

}  // namespace lorascope::data
