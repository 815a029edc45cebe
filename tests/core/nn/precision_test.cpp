#include "core/nn/precision.h"

#include "core/base/error.h"
#include "tests/support/catch.h"

namespace lorascope::nn {
namespace {

TEST_CASE("bf16 is offered where processor or GPU computes with it", "[nn]") {
  CHECK(processor_obstacle(true, false).empty());
  CHECK(processor_obstacle(false, true).empty());
  CHECK_THAT(processor_obstacle(false, false), Catch::Contains("AVX512-BF16"));
  CHECK(gpu_obstacle(8).empty());
  CHECK(gpu_obstacle(9).empty());
  CHECK_THAT(gpu_obstacle(7), Catch::Contains("compute capability 7"));
}

TEST_CASE("a precision that a machine has not is refused with the reason", "[nn]") {
  CHECK(resolve_precision("fp32", "cpu", processor_obstacle(false, false)) == Precision::Fp32);
  CHECK(resolve_precision("bf16", "cpu", processor_obstacle(true, true)) == Precision::Bf16);
  CHECK(resolve_precision("bf16", "cuda", gpu_obstacle(8)) == Precision::Bf16);
  CHECK_THROWS_AS(resolve_precision("bf16", "cpu", processor_obstacle(false, false)), UsageError);
  CHECK_THROWS_WITH(resolve_precision("bf16", "cpu", processor_obstacle(false, false)),
                    Catch::Contains("neither AVX512-BF16 nor AMX"));
  CHECK_THROWS_WITH(resolve_precision("bf16", "cuda", gpu_obstacle(7)), Catch::Contains("compute capability 7"));
  CHECK_THROWS_WITH(resolve_precision("fp16", "cpu", ""), Catch::Contains("found \"fp16\""));
}

TEST_CASE("this machine's own answer is the one that counts", "[nn]") {
  const std::string obstacle = why_no_bf16("cpu");
  if (obstacle.empty())
    CHECK(resolve_precision("bf16", "cpu") == Precision::Bf16);
  else
    CHECK_THROWS_WITH(resolve_precision("bf16", "cpu"), Catch::Contains(obstacle));
  CHECK(resolve_precision("fp32", "cpu") == Precision::Fp32);
}

}  // namespace
}  // namespace lorascope::nn
