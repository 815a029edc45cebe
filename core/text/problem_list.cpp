#include "core/text/problem_list.h"

#include <utility>

namespace lorascope::text {

void ProblemList::add(std::string where, std::string found, std::string expected, std::string hint) {
  constexpr std::size_t kListed = 20;
  if (problems_.size() < kListed) {
    problems_.push_back({std::move(where), std::move(found), std::move(expected), std::move(hint)});
  } else {
    ++num_unlisted_;
  }
}

void ProblemList::throw_if_any(const std::string& message) const {
  if (problems_.empty()) return;
  std::vector<Problem> problems = problems_;
  if (num_unlisted_ > 0) problems.push_back({"", std::to_string(num_unlisted_) + " more problems of the kind", "", ""});
  throw CheckpointError(message, std::move(problems));
}

}  // namespace lorascope::text
