#include "core/data/swag.h"

#include <algorithm>
#include <utility>

#include "core/text/tokenizer.h"

namespace lorascope::data {

std::vector<Feature> make_choice_features(std::span<const SwagRow> rows, const text::Tokenizer& tokenizer,
                                          int max_length) {
  text::EncodeOptions options;
  options.max_length = std::max(max_length, 0);
  options.truncation = max_length > 0 ? text::Truncation::LongestFirst : text::Truncation::None;
  std::vector<Feature> features;
  features.reserve(rows.size() * kNumEndings);
  for (std::size_t i = 0; i < rows.size(); ++i) {
    const SwagRow& row = rows[i];
    const text::Pieces first = tokenizer.pieces(row.sent1);
    for (int choice = 0; choice < kNumEndings; ++choice) {
      const text::Pieces second = tokenizer.pieces(row.sent2 + " " + row.endings[static_cast<std::size_t>(choice)]);
      text::Encoding encoding = std::move(tokenizer.assemble(first, &second, options).front());
      Feature feature;
      feature.example = static_cast<std::int64_t>(i);
      feature.choice = choice;
      feature.label = row.label;
      feature.input_ids = std::move(encoding.ids);
      feature.token_type_ids = std::move(encoding.type_ids);
      features.push_back(std::move(feature));
    }
  }
  return features;
}

}  // namespace lorascope::data
