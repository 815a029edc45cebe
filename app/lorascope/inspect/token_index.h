#pragma once

#include <ATen/core/Tensor.h>

#include <string>
#include <vector>

#include "app/lorascope/inspect/inspector.h"

namespace lorascope::app::inspect {

/// The last hidden states of the tokens of a model's training data: where else has it seen something like this?
class TokenIndex {
 public:
  /// Tokens that are looked at, from the file's beginning: enough to find neighbours, few enough for seconds.
  static constexpr std::size_t kMostTokens = 8000;

  /// Throws UsageError (no training data is known, the file is gone), Interrupted.
  static TokenIndex of_training_data(InspectModel& model, const Withdrawn& withdrawn);

  struct Found {
    std::string text;           ///< the token's word
    std::string before, after;  ///< its neighbours in the sentence
    double similarity = 0;      ///< cosine
  };
  /// The tokens most similar to `state` [H], best first, no word in the same surroundings twice.
  std::vector<Found> nearest(const at::Tensor& state, std::size_t count) const;
  std::size_t size() const { return places_.size(); }

 private:
  /// A token among the rows that were kept.
  struct Place {
    std::size_t row, token;
  };

  Found found(const Place& place, double similarity) const;

  std::vector<InspectRow> rows_;
  std::vector<Place> places_;
  at::Tensor states_;  ///< [tokens,H], of length 1
};

}  // namespace lorascope::app::inspect
