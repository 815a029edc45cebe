#pragma once

#include <stdexcept>
#include <string>
#include <vector>

namespace lorascope {

/// One finding about an input: where it is, what was found there, what was expected, and what to do.
struct Problem {
  std::string where;     ///< file, line, key path or tensor name: "study.toml:12: training.lr"
  std::string found;     ///< what is there: "\"fast\""
  std::string expected;  ///< what would be right: "a number above 0"
  std::string hint;      ///< what to do; may be empty

  /// "where: found …, expected …" on one line, with " Hint: …" where there is one.
  std::string to_text() const;
};

/// An operation ended: what happened, and a hint what to do. Exit code 1 at the command line.
class Error : public std::runtime_error {
 public:
  explicit Error(const std::string& message, std::string hint = {});

  std::string message() const { return what(); }
  const std::string& hint() const { return hint_; }
  /// Exit code of the command line: 1 failed, 2 wrong usage, 3 bad input, 4 interrupted and kept.
  virtual int exit_code() const { return 1; }

 private:
  std::string hint_;
};

/// The command line was used wrongly (exit code 2).
class UsageError : public Error {
 public:
  using Error::Error;
  int exit_code() const override { return 2; }
};

/// An input (study, data, model, adapter, database) is bad (exit code 3). Carries all problems found, not the first.
class InputError : public Error {
 public:
  /// message: what was being done, "cannot read the model in DIR".
  InputError(const std::string& message, std::vector<Problem> problems);
  InputError(const std::string& message, Problem problem);

  const std::vector<Problem>& problems() const { return problems_; }
  int exit_code() const override { return 3; }

 private:
  std::vector<Problem> problems_;
};

/// A study file is bad: path, line, key path, found, allowed.
class StudyError : public InputError {
 public:
  using InputError::InputError;
};

/// A data file is bad: file and line.
class DataError : public InputError {
 public:
  using InputError::InputError;
};

/// A model, vocabulary, adapter or checkpoint is bad: file, key or tensor name, both shapes.
class CheckpointError : public InputError {
 public:
  using InputError::InputError;
};

/// The workspace's database is damaged, of another version, or cannot be used where it lies.
class StoreError : public InputError {
 public:
  using InputError::InputError;
};

/// Work was interrupted on request and its state kept (exit code 4).
class Interrupted : public Error {
 public:
  using Error::Error;
  int exit_code() const override { return 4; }
};

}  // namespace lorascope
