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

}  // namespace lorascope::nn
