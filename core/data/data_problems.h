#pragma once

#include <cstddef>
#include <filesystem>
#include <string>
#include <vector>

#include "core/base/error.h"

namespace lorascope::data {

/// Collects the problems of one data file with their lines, so that all are told at once.
class DataProblems {
 public:
  explicit DataProblems(const std::filesystem::path& file) : file_(file.string()) {}

  /// line from 1; 0 = the file as a whole.
  void add(std::size_t line, std::string found, std::string expected, std::string hint = {});
  /// The same of one value: key is its path or column, "data[0].title", "label".
  void add_key(std::size_t line, const std::string& key, std::string found, std::string expected,
               std::string hint = {});
  bool empty() const { return problems_.empty(); }
  /// All problems found, of which at most 100 are kept word by word and the rest is counted in the last one.
  std::vector<Problem> problems() const;
  /// Throws DataError if there are any; the first 20 are listed.
  void throw_if_any() const;

 private:
  std::vector<Problem> first(std::size_t count) const;

  std::string file_;
  std::vector<Problem> problems_;
  std::size_t num_unlisted_ = 0;
};

}  // namespace lorascope::data
