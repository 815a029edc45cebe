#include "core/adapters/scaling_groups.h"

#include <ATen/ATen.h>

#include <cmath>

#include "tests/support/catch.h"

namespace lorascope::adapters {
namespace {

const std::vector<std::string> kPaths = {
    "bert.encoder.layer.0.attention.self.query", "bert.encoder.layer.0.attention.self.value",
    "bert.encoder.layer.1.attention.self.query", "bert.encoder.layer.1.output.dense", "bert.pooler.dense"};

TEST_CASE("Modules are grouped by block and by kind, those outside blocks by neither", "[adapters]") {
  const Groups blocks = modules_by_block(kPaths), kinds = modules_by_kind(kPaths);
  CHECK(blocks.names == std::vector<std::string>{"0", "1"});
  CHECK(blocks.numbers == std::vector<std::int64_t>{0, 0, 1, 1, -1});
  CHECK(kinds.names == std::vector<std::string>{"attention.self.query", "attention.self.value", "output.dense"});
  CHECK(kinds.numbers == std::vector<std::int64_t>{0, 1, 0, 2, -1});
}

TEST_CASE("Means of groups are those of their members, and NaN without any", "[adapters]") {
  const at::Tensor scalings = at::arange(5 * 5 * 2, at::kFloat).view({5, 5, 2});
  Groups tokens = by_name({"O", "PER", "", "O", "O"});
  tokens.names.emplace_back("LOC");
  const at::Tensor means = mean_over_tokens(scalings, tokens);
  REQUIRE(means.sizes().vec() == std::vector<std::int64_t>{3, 5, 2});
  CHECK(at::allclose(means[0], ((scalings[0] + scalings[3] + scalings[4]) / 3).to(at::kDouble)));
  CHECK(at::equal(means[1], scalings[1].to(at::kDouble)));
  CHECK(means[2].isnan().all().item<bool>());

  const at::Tensor blocks = mean_over_modules(scalings, modules_by_block(kPaths));
  REQUIRE(blocks.sizes().vec() == std::vector<std::int64_t>{5, 2, 2});
  CHECK(at::allclose(blocks.select(1, 1), ((scalings.select(1, 2) + scalings.select(1, 3)) / 2).to(at::kDouble)));
  const at::Tensor both = mean_over_modules(means, modules_by_kind(kPaths));
  CHECK(both.sizes().vec() == std::vector<std::int64_t>{3, 3, 2});
}

}  // namespace
}  // namespace lorascope::adapters
