#pragma once

#include <cstddef>
#include <span>
#include <vector>

#include "core/data/squad.h"
#include "core/data/swag.h"
#include "core/data/wnut17.h"

namespace lorascope::data {

/// Which units of a data set belong to a part of it, decided without chance, so that anybody cuts the same part. Units
/// are sentences, rows, or passages with all their questions.
struct PartRule {
  std::size_t max_words = 0;  ///< units with longer texts are left out; 0 = any length
  std::size_t every = 1;      ///< of the units that are short enough, keep the N-th, the 2N-th, …
  std::size_t limit = 0;      ///< units at most; 0 = all
};

/// Questions whose passages belong to the part, in their order; neighbours with one context are one passage. Words are
/// those of the context, separated by white space.
std::vector<SquadQuestion> part_of(std::span<const SquadQuestion> questions, const PartRule& rule);

/// Rows of the part, in their order. Words: those of sent1, sent2 and the longest ending.
std::vector<SwagRow> part_of(std::span<const SwagRow> rows, const PartRule& rule);

/// Sentences of the part, in their order.
std::vector<TaggedSentence> part_of(std::span<const TaggedSentence> sentences, const PartRule& rule);

}  // namespace lorascope::data
