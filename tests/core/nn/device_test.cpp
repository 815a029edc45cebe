#include "core/nn/device.h"

#include "core/base/error.h"
#include "tests/support/catch.h"

namespace lorascope::nn {

TEST_CASE("a device is found, or it is said why there is none", "[nn]") {
  CHECK(resolve_device("cpu") == "cpu");
  CHECK_THROWS_WITH(resolve_device("tpu"), Catch::Contains("\"tpu\""));
  if (why_no_gpu().empty()) {
    CHECK(resolve_device("auto") == "cuda");
    return;
  }
  CHECK(resolve_device("auto") == "cpu");
  CHECK_THROWS_AS(resolve_device("cuda"), UsageError);
  CHECK_THROWS_WITH(resolve_device("cuda"), Catch::Contains(why_no_gpu()));
}

}  // namespace lorascope::nn
