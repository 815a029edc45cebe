#pragma once

#include <string_view>

namespace lorascope::train {

/// Whether weight decay applies to a parameter, by its name alone (finding 10): not to biases and not to the parameters
/// of normalisation layers; to everything else, embeddings, heads, lora_A and lora_B included.
bool decays(std::string_view parameter_name);

/// Factor on the learning rate under LoRA+ with a ratio (finding 11): `ratio` for lora_B and for every vector, 1 for
/// the rest. ratio 0 means that LoRA+ is off: 1 for all.
double loraplus_factor(std::string_view parameter_name, int num_dimensions, double ratio);

/// Whether a parameter belongs to a task's head, by its name: classifier, pre_classifier, qa_outputs.
bool is_of_head(std::string_view parameter_name);

}  // namespace lorascope::train
