#include "core/text/template.h"

#include <algorithm>
#include <array>

namespace lorascope::text {
namespace {

using Choice = std::array<std::size_t, 2>;  // which window of each sequence

// Merges the sequences in the order of the template: all overflows so far with every window of the next sequence, then
// the kept windows with its overflows.
std::vector<Choice> window_choices(const Template& parts, const WindowPlan& plan) {
  std::vector<Choice> overflowing;
  for (const TemplatePart& part : parts) {
    if (!part.is_sequence) continue;
    const auto side = static_cast<std::size_t>(part.sequence);
    const std::size_t num_windows = side == 0 ? plan.first.size() : plan.second.size();
    std::vector<Choice> merged;
    for (const Choice& choice : overflowing) {
      for (std::size_t window = 0; window < num_windows; ++window) {
        merged.push_back(choice);
        merged.back()[side] = window;
      }
    }
    for (std::size_t window = 1; window < num_windows; ++window) {
      merged.push_back({0, 0});
      merged.back()[side] = window;
    }
    overflowing = std::move(merged);
  }
  overflowing.insert(overflowing.begin(), Choice{0, 0});
  return overflowing;
}

void reserve(Encoding& encoding, std::size_t size) {
  for (auto* column :
       {&encoding.ids, &encoding.type_ids, &encoding.word_ids, &encoding.sequence_ids, &encoding.special_tokens_mask}) {
    column->reserve(size);
  }
  encoding.offsets.reserve(size);
}

void append_special(Encoding& encoding, const TemplatePart& part) {
  encoding.ids.push_back(part.id);
  encoding.type_ids.push_back(part.type_id);
  encoding.offsets.emplace_back(0, 0);
  encoding.word_ids.push_back(-1);
  encoding.sequence_ids.push_back(-1);
  encoding.special_tokens_mask.push_back(1);
}

void append_window(Encoding& encoding, const TemplatePart& part, const Pieces& pieces, const Window& window) {
  const auto begin = static_cast<std::ptrdiff_t>(window.begin), end = static_cast<std::ptrdiff_t>(window.end);
  encoding.ids.insert(encoding.ids.end(), pieces.ids.begin() + begin, pieces.ids.begin() + end);
  encoding.offsets.insert(encoding.offsets.end(), pieces.offsets.begin() + begin, pieces.offsets.begin() + end);
  encoding.word_ids.insert(encoding.word_ids.end(), pieces.word_ids.begin() + begin, pieces.word_ids.begin() + end);
  encoding.type_ids.resize(encoding.ids.size(), part.type_id);
  encoding.sequence_ids.resize(encoding.ids.size(), part.sequence);
  encoding.special_tokens_mask.resize(encoding.ids.size(), 0);
}

}  // namespace

Template bert_single_template(std::int32_t cls_id, std::int32_t sep_id) {
  return {{false, 0, cls_id, 0}, {true, 0, 0, 0}, {false, 0, sep_id, 0}};
}

Template bert_pair_template(std::int32_t cls_id, std::int32_t sep_id) {
  Template parts = bert_single_template(cls_id, sep_id);
  parts.push_back({true, 1, 0, 1});
  parts.push_back({false, 0, sep_id, 1});
  return parts;
}

std::size_t num_special_tokens(const Template& parts) {
  return static_cast<std::size_t>(
      std::count_if(parts.begin(), parts.end(), [](const TemplatePart& part) { return !part.is_sequence; }));
}

std::vector<Encoding> fill_template(const Template& parts, const Pieces& first, const Pieces* second,
                                    const WindowPlan& plan, const EncodeOptions& options) {
  std::vector<Choice> choices = window_choices(parts, plan);
  if (!options.overflow) choices.resize(1);
  std::vector<Encoding> encodings(choices.size());
  for (std::size_t i = 0; i < choices.size(); ++i) {
    const Window window_first = plan.first[choices[i][0]];
    const Window window_second = second != nullptr ? plan.second[choices[i][1]] : Window{};
    reserve(encodings[i],
            window_first.end - window_first.begin + window_second.end - window_second.begin + parts.size());
    for (const TemplatePart& part : parts) {
      if (part.is_sequence) {
        append_window(encodings[i], part, part.sequence == 0 ? first : *second,
                      part.sequence == 0 ? window_first : window_second);
      } else if (options.add_special_tokens) {
        append_special(encodings[i], part);
      }
    }
  }
  return encodings;
}

}  // namespace lorascope::text
