#pragma once

#include <cstdint>
#include <vector>

#include "core/text/encoding.h"
#include "core/text/windows.h"

namespace lorascope::text {

/// One place of a template: a sequence or a special token.
struct TemplatePart {
  bool is_sequence = false;
  int sequence = 0;     ///< 0 first, 1 second; for sequences
  std::int32_t id = 0;  ///< for special tokens
  std::int32_t type_id = 0;
};

using Template = std::vector<TemplatePart>;

/// `[CLS] A [SEP]` and `[CLS] A [SEP] B [SEP]` with types 0, and 1 from B on.
Template bert_single_template(std::int32_t cls_id, std::int32_t sep_id);
Template bert_pair_template(std::int32_t cls_id, std::int32_t sep_id);

std::size_t num_special_tokens(const Template& parts);

/// Puts the sequences' windows into the template: the kept windows first, then, with options.overflow, every
/// overflowing combination in the original's order (windows of the first, each with all of the second; then the kept
/// first with the second's others).
std::vector<Encoding> fill_template(const Template& parts, const Pieces& first, const Pieces* second,
                                    const WindowPlan& plan, const EncodeOptions& options);

}  // namespace lorascope::text
