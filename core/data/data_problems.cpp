#include "core/data/data_problems.h"

#include <algorithm>
#include <utility>

namespace lorascope::data {

void DataProblems::add(std::size_t line, std::string found, std::string expected, std::string hint) {
  add_key(line, "", std::move(found), std::move(expected), std::move(hint));
}

void DataProblems::add_key(std::size_t line, const std::string& key, std::string found, std::string expected,
                           std::string hint) {
  constexpr std::size_t kKept = 100;
  if (problems_.size() == kKept) {
    ++num_unlisted_;
    return;
  }
  std::string where = line > 0 ? file_ + ":" + std::to_string(line) : file_;
  if (!key.empty()) where += ": " + key;
  problems_.push_back({std::move(where), std::move(found), std::move(expected), std::move(hint)});
}

std::vector<Problem> DataProblems::first(std::size_t count) const {
  std::vector<Problem> result(problems_.begin(),
                              problems_.begin() + static_cast<std::ptrdiff_t>(std::min(count, problems_.size())));
  const std::size_t num_left = problems_.size() - result.size() + num_unlisted_;
  if (num_left > 0) result.push_back({file_, std::to_string(num_left) + " more problems", "", ""});
  return result;
}

std::vector<Problem> DataProblems::problems() const {
  return first(problems_.size());
}

void DataProblems::throw_if_any() const {
  constexpr std::size_t kListed = 20;
  if (!problems_.empty()) throw DataError("cannot use the data in " + file_, first(kListed));
}

}  // namespace lorascope::data
