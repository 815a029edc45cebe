#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "core/data/wnut17.h"

namespace lorascope::data {

struct MiniatureOptions {
  std::uint64_t seed = 42;
  int size = 800;  ///< training sentences, questions or rows; dev has a quarter of them, test three eighths
};

/// Throws UsageError where a miniature task cannot have this size.
void check_miniature_size(int size);

struct TaggedSplits {
  std::vector<TaggedSentence> train, dev, test;
};

/// The miniature tagging task: noisy posts from a grammar of our own, with invented entities of the six types of
/// WNUT17. Names and post patterns are divided so that dev and test need generalisation; names are built alike across
/// types, and ordinary words stand where names do, so that context decides. The same options give the same sentences
/// on every machine. No sentence occurs twice.
TaggedSplits make_miniature_wnut17(const MiniatureOptions& options);

/// The sentences as WNUT17's own files hold them: word TAB tag, an empty line after each sentence.
std::string conll_text(std::span<const TaggedSentence> sentences);

}  // namespace lorascope::data
