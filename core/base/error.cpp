#include "core/base/error.h"

#include <utility>

namespace lorascope {
namespace {

std::string join(const std::string& message, const std::vector<Problem>& problems) {
  std::string text = message;
  if (problems.size() == 1) return text + ": " + problems.front().to_text();
  text += ": " + std::to_string(problems.size()) + " problems";
  for (const Problem& problem : problems) text += "\n  " + problem.to_text();
  return text;
}

}  // namespace

std::string Problem::to_text() const {
  std::string text = where;
  if (!found.empty()) text += (text.empty() ? "found " : ": found ") + found;
  if (!expected.empty()) text += (text.empty() ? "expected " : ", expected ") + expected;
  if (!hint.empty()) text += ". Hint: " + hint;
  return text;
}

Error::Error(const std::string& message, std::string hint)
    : std::runtime_error(message), hint_(std::move(hint)) {}

InputError::InputError(const std::string& message, std::vector<Problem> problems)
    : Error(join(message, problems)), problems_(std::move(problems)) {}

InputError::InputError(const std::string& message, Problem problem)
    : InputError(message, std::vector<Problem>{std::move(problem)}) {}

}  // namespace lorascope
