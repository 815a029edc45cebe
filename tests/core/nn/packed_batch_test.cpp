#include "core/nn/packed_batch.h"

#include "tests/support/catch.h"

namespace lorascope::nn {

TEST_CASE("sequences are laid end to end with positions of their own", "[nn]") {
  PackedBatch batch;
  CHECK(batch.num_sequences() == 0);
  CHECK(batch.longest() == 0);
  const std::vector<std::int32_t> first{5, 6, 7}, types{0, 1, 1}, second{8};
  batch.append(first, types);
  batch.append(second, {});
  CHECK(batch.ids == std::vector<std::int32_t>{5, 6, 7, 8});
  CHECK(batch.types == std::vector<std::int32_t>{0, 1, 1, 0});
  CHECK(batch.positions == std::vector<std::int32_t>{0, 1, 2, 0});
  CHECK(batch.boundaries == std::vector<std::int32_t>{0, 3, 4});
  CHECK(batch.num_tokens() == 4);
  CHECK(batch.num_sequences() == 2);
  CHECK(batch.longest() == 3);
}

TEST_CASE("padding stands behind the real tokens, in the columns that they leave free", "[nn]") {
  PackedBatch batch;
  batch.append(std::vector<std::int32_t>{5, 6, 7}, std::vector<std::int32_t>{1, 1, 1});
  batch.append(std::vector<std::int32_t>{8, 9}, {});
  batch.positions = {0, 1, 3, 2, 3};  // a hole, and padding on the left
  const PackedBatch padded = with_padding(batch, 4);
  CHECK(padded.num_columns() == 4);
  CHECK(padded.ids == std::vector<std::int32_t>{5, 6, 7, 4, 8, 9, 4, 4});
  CHECK(padded.types == std::vector<std::int32_t>{1, 1, 1, 0, 0, 0, 0, 0});
  CHECK(padded.positions == std::vector<std::int32_t>{0, 1, 3, 2, 2, 3, 0, 1});
  CHECK(padded.boundaries == std::vector<std::int32_t>{0, 4, 8});
  CHECK(padded.real_lengths == std::vector<std::int32_t>{3, 2});
  CHECK(padded.real_length(1) == 2);
  CHECK(batch.real_length(1) == 2);
  const PackedBatch second = padded.part(1, 2);
  CHECK(second.ids == std::vector<std::int32_t>{8, 9, 4, 4});
  CHECK(second.boundaries == std::vector<std::int32_t>{0, 4});
  CHECK(second.real_lengths == std::vector<std::int32_t>{2});
}

}  // namespace lorascope::nn
