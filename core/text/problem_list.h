#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "core/base/error.h"

namespace lorascope::text {

/// Collects the problems of the files of one tokenizer, so that all are told at once.
class ProblemList {
 public:
  void add(std::string where, std::string found, std::string expected, std::string hint = {});
  /// Throws CheckpointError "message: problems" if there are any; lists at most 20 and counts the rest.
  void throw_if_any(const std::string& message) const;
  std::size_t size() const { return problems_.size() + num_unlisted_; }

 private:
  std::vector<Problem> problems_;
  std::size_t num_unlisted_ = 0;
};

}  // namespace lorascope::text
