#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>

#include "core/files/tensor_archive.h"

namespace lorascope::app {

struct TunedRun;

/// Scores changed weights of one run: on its own evaluation data, and on what the base model was made for.
class WeightScores {
 public:
  /// `rows`: how many of the evaluation file's first examples are used; 0: all. Throws UsageError where the run names no
  /// evaluation data, DataError.
  WeightScores(const TunedRun& run, std::int64_t rows);
  ~WeightScores();

  /// The task's scores of the whole task model `weights`; nothing where `go_on` said no.
  std::optional<std::map<std::string, double>> task(const files::TensorMap& weights,
                                                    const std::function<bool()>& go_on) const;
  /// Loss on the base's own task over the texts of the same examples (core/analysis/base_task.h).
  double base_task(const files::TensorMap& weights) const;
  /// The same of the unchanged base model.
  double base_task_of_base() const;
  /// "masked words" where the base brings the head for them, else "own text among 32".
  const char* base_task_name() const;
  std::int64_t num_examples() const;

 private:
  class Parts;
  std::unique_ptr<Parts> parts_;
};

}  // namespace lorascope::app
