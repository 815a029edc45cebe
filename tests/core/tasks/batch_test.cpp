#include "core/tasks/batch.h"

#include "core/base/error.h"
#include "core/data/feature.h"
#include "tests/support/catch.h"

namespace lorascope::tasks {
namespace {

data::Feature feature(std::vector<std::int32_t> ids, std::vector<std::int32_t> labels) {
  data::Feature made;
  made.token_type_ids.assign(ids.size(), 1);
  made.input_ids = std::move(ids);
  made.labels = std::move(labels);
  return made;
}

}  // namespace

TEST_CASE("a token batch lays features end to end with their labels", "[tasks]") {
  const data::Feature one = feature({2, 7, 3}, {-100, 4, -100}), two = feature({2, 3}, {-100, -100});
  const std::vector<const data::Feature*> features{&one, &two};
  const Batch batch = make_batch(TaskKind::Tokens, features);
  CHECK(batch.tokens.ids == std::vector<std::int32_t>{2, 7, 3, 2, 3});
  CHECK(batch.tokens.types == std::vector<std::int32_t>(5, 1));
  CHECK(batch.labels == std::vector<std::int64_t>{-100, 4, -100, -100, -100});
  CHECK(batch.num_rows() == 2);
  CHECK(make_batch(TaskKind::Tokens, features, {.zero_segment_ids = true}).tokens.types ==
        std::vector<std::int32_t>(5, 0));
}

TEST_CASE("features without labels have every token ignored", "[tasks]") {
  const data::Feature one = feature({2, 7, 3}, {});
  const std::vector<const data::Feature*> features{&one};
  CHECK(make_batch(TaskKind::Tokens, features).labels == std::vector<std::int64_t>(3, -100));
}

TEST_CASE("span and choice batches carry their own labels", "[tasks]") {
  data::Feature span = feature({2, 7, 3}, {});
  span.start_position = 1;
  span.end_position = 2;
  const std::vector<const data::Feature*> spans{&span};
  CHECK(make_batch(TaskKind::Spans, spans).end_positions == std::vector<std::int64_t>{2});
  span.start_position = 3;
  CHECK(make_batch(TaskKind::Spans, spans).start_positions == std::vector<std::int64_t>{2});
  std::vector<data::Feature> endings(8, feature({2, 7, 3}, {}));
  std::vector<const data::Feature*> choices;
  for (std::size_t i = 0; i < endings.size(); ++i) {
    endings[i].choice = static_cast<int>(i % 4);
    endings[i].label = i < 4 ? 3 : 1;
    choices.push_back(&endings[i]);
  }
  const Batch batch = make_batch(TaskKind::Choices, choices);
  CHECK(batch.choices == 4);
  CHECK(batch.num_rows() == 2);
  CHECK(batch.labels == std::vector<std::int64_t>{3, 1});
}

TEST_CASE("an unknown task is named", "[tasks]") {
  CHECK(task_kind("wnut17") == TaskKind::Tokens);
  CHECK(task_kind("squad") == TaskKind::Spans);
  CHECK(task_kind("swag") == TaskKind::Choices);
  CHECK_THROWS_WITH(task_kind("ner"), Catch::Contains("\"ner\""));
}

}  // namespace lorascope::tasks
