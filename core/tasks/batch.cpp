#include "core/tasks/batch.h"

#include <algorithm>

#include "core/base/error.h"
#include "core/data/feature.h"

namespace lorascope::tasks {

TaskKind task_kind(std::string_view task) {
  if (task == "wnut17") return TaskKind::Tokens;
  if (task == "squad") return TaskKind::Spans;
  if (task == "swag") return TaskKind::Choices;
  throw UsageError("unknown task \"" + std::string(task) + "\"", "use wnut17, squad or swag");
}

Batch make_batch(TaskKind kind, std::span<const data::Feature* const> features, const BatchOptions& options) {
  Batch batch;
  std::int64_t choices = 1, examples = 0;
  bool has_spans = false;
  for (const data::Feature* feature : features) {
    if (options.zero_segment_ids)
      batch.tokens.append(feature->input_ids, {});
    else
      batch.tokens.append(feature->input_ids, feature->token_type_ids);
    switch (kind) {
      case TaskKind::Tokens:
        batch.labels.insert(batch.labels.end(), feature->labels.begin(), feature->labels.end());
        batch.labels.resize(batch.tokens.ids.size(), -100);
        break;
      case TaskKind::Spans:
        // run_qa's walk puts the start of an answer in the window's last context token on the [SEP] behind it; the
        // label meant is that token.
        batch.start_positions.push_back(feature->end_position >= 0
                                            ? std::min(feature->start_position, feature->end_position)
                                            : feature->start_position);
        batch.end_positions.push_back(feature->end_position);
        has_spans |= feature->start_position >= 0 || feature->end_position >= 0;
        break;
      case TaskKind::Choices:
        choices = std::max<std::int64_t>(choices, feature->choice + 1);
        if (feature->choice > 0) break;
        ++examples;
        batch.labels.push_back(feature->label >= 0 ? feature->label : -100);
        break;
    }
  }
  if (kind == TaskKind::Spans && !has_spans) {
    batch.start_positions.clear();
    batch.end_positions.clear();
  }
  if (kind != TaskKind::Choices) return batch;
  batch.choices = choices;
  if (examples * choices != batch.tokens.num_sequences())
    throw DataError("cannot put examples with different numbers of choices into one batch",
                    Problem{"the batch", std::to_string(batch.tokens.num_sequences()) + " rows of " +
                                             std::to_string(examples) + " examples",
                            std::to_string(choices) + " choices for each", ""});
  return batch;
}

}  // namespace lorascope::tasks
