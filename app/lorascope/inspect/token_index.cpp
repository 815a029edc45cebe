#include "app/lorascope/inspect/token_index.h"

#include <ATen/ATen.h>

#include <algorithm>
#include <set>

#include "app/lorascope/inspect/text_files.h"
#include "core/base/error.h"
#include "core/data/code_points.h"

namespace lorascope::app::inspect {
namespace {

constexpr std::size_t kMostTexts = 2000;
constexpr int kNeighbours = 3;  ///< words shown on each side

/// The text of a word of a row, put together from its pieces.
std::string word_text(const InspectRow& row, std::size_t first) {
  const InspectToken& token = row.tokens[first];
  std::size_t last = first;
  while (last + 1 < row.tokens.size() && row.tokens[last + 1].word == token.word &&
         row.tokens[last + 1].sequence == token.sequence)
    ++last;
  const data::CodePoints points(row.texts[static_cast<std::size_t>(token.sequence)]);
  return std::string(points.slice(token.begin, std::max(token.begin, row.tokens[last].end)));
}

}  // namespace

TokenIndex TokenIndex::of_training_data(InspectModel& model, const Withdrawn& withdrawn) {
  const study::RunSettings& settings = model.source().settings;
  if (settings.train_file.empty())
    throw UsageError("no training data is known", "inspect a run, or name the data by --train");
  TokenIndex index;
  std::vector<at::Tensor> states;
  for (const LabelledText& text : read_texts(settings.task, settings.train_file, kMostTexts)) {
    if (withdrawn && withdrawn()) throw Interrupted("withdrawn");
    if (index.places_.size() >= kMostTokens) break;
    const EncodedText encoded = model.encode(text.text);
    const at::Tensor last = model.look(model.batch_of(encoded)).output.hidden_states.back();
    std::vector<std::int64_t> kept;
    std::int64_t first = 0;
    for (const InspectRow& row : encoded.rows) {
      for (std::size_t t = 0; t < row.tokens.size(); ++t) {
        const bool begins_word = row.tokens[t].sequence >= 0 && row.tokens[t].word != row.tokens[t - 1].word;
        if (!begins_word) continue;
        index.places_.push_back({index.rows_.size(), t});
        kept.push_back(first + static_cast<std::int64_t>(t));
      }
      first += static_cast<std::int64_t>(row.tokens.size());
      index.rows_.push_back(row);
    }
    if (!kept.empty()) states.push_back(last.index_select(0, at::tensor(kept, at::kLong)));
  }
  if (states.empty()) throw UsageError("the training data in " + settings.train_file + " has no words");
  const at::Tensor all = at::cat(states, 0);
  index.states_ = all / all.norm(2, {1}, true).clamp_min(1e-12);
  return index;
}

TokenIndex::Found TokenIndex::found(const Place& place, double similarity) const {
  const InspectRow& row = rows_[place.row];
  Found found;
  found.similarity = similarity;
  found.text = word_text(row, place.token);
  const std::int32_t word = row.tokens[place.token].word, sequence = row.tokens[place.token].sequence;
  for (std::size_t t = 1; t < row.tokens.size(); ++t) {
    const InspectToken& token = row.tokens[t];
    if (token.sequence != sequence || token.word == row.tokens[t - 1].word) continue;
    if (token.word < word && token.word >= word - kNeighbours)
      found.before += (found.before.empty() ? "" : " ") + word_text(row, t);
    if (token.word > word && token.word <= word + kNeighbours)
      found.after += (found.after.empty() ? "" : " ") + word_text(row, t);
  }
  return found;
}

std::vector<TokenIndex::Found> TokenIndex::nearest(const at::Tensor& state, std::size_t count) const {
  const at::Tensor similarities = at::mv(states_, state / state.norm().clamp_min(1e-12));
  const auto [values, order] = similarities.sort(0, true);
  std::vector<Found> result;
  std::set<std::string> seen;
  for (std::int64_t i = 0; i < order.numel() && result.size() < count; ++i) {
    Found one = found(places_[static_cast<std::size_t>(order[i].item<std::int64_t>())], values[i].item<double>());
    if (seen.insert(one.before + '\n' + one.text + '\n' + one.after).second) result.push_back(std::move(one));
  }
  return result;
}

}  // namespace lorascope::app::inspect
