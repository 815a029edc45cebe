#pragma once

#include <span>
#include <string>

#include "core/data/feature.h"
#include "core/data/squad.h"

namespace lorascope::data {

/// The features of a tagging file as canonical JSON lines: keys example, input_ids, token_type_ids, word_ids, labels;
/// no spaces; "\n" after every line.
std::string token_feature_lines(std::span<const Feature> features);

/// The features of questions: example, id, input_ids, token_type_ids, then start_position and end_position where they
/// are for training, else offsets, [begin,end] for context tokens and null for the others.
std::string span_feature_lines(std::span<const Feature> features, std::span<const SquadQuestion> questions);

/// The features of a multiple-choice task: example, choice, input_ids, token_type_ids, label.
std::string choice_feature_lines(std::span<const Feature> features);

}  // namespace lorascope::data
