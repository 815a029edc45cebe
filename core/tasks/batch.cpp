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
  std::int64_t choices = 1;
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
        batch.start_positions.push_back(feature->start_position);
        batch.end_positions.push_back(feature->end_position);
        break;
      case TaskKind::Choices:
        choices = std::max<std::int64_t>(choices, feature->choice + 1);
        if (feature->choice == 0) batch.labels.push_back(feature->label);
        break;
    }
  }
  if (kind == TaskKind::Choices) batch.choices = choices;
  return batch;
}

}  // namespace lorascope::tasks
