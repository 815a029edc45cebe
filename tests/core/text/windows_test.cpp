#include "core/text/windows.h"

#include <utility>
#include <vector>

#include "core/text/tokenizer.h"
#include "tests/support/catch.h"

using namespace lorascope::text;

namespace {

EncodeOptions cut_to(int max_length, Truncation truncation, int stride = 0) {
  EncodeOptions options;
  options.max_length = max_length;
  options.truncation = truncation;
  options.stride = stride;
  return options;
}

SequenceLengths pair_of(std::size_t first, std::size_t second) {
  return {first, second, true, 3, 2};
}
SequenceLengths single(std::size_t length) {
  return {length, 0, false, 2, 2};
}

std::pair<std::size_t, std::size_t> kept(std::size_t first, std::size_t second) {
  const WindowPlan plan = plan_windows(pair_of(first, second), cut_to(20, Truncation::LongestFirst));
  return {plan.first.front().end, plan.second.front().end};
}

}  // namespace

TEST_CASE("longest_first shares 17 tokens as the original does", "[text]") {
  CHECK(kept(30, 30) == std::pair<std::size_t, std::size_t>(8, 9));
  CHECK(kept(5, 60) == std::pair<std::size_t, std::size_t>(5, 12));
  CHECK(kept(60, 5) == std::pair<std::size_t, std::size_t>(12, 5));
  CHECK(kept(9, 9) == std::pair<std::size_t, std::size_t>(8, 9));
  CHECK(kept(3, 16) == std::pair<std::size_t, std::size_t>(3, 14));
  CHECK(kept(17, 10) == std::pair<std::size_t, std::size_t>(9, 8));
  CHECK(kept(10, 17) == std::pair<std::size_t, std::size_t>(8, 9));
  CHECK(kept(8, 9) == std::pair<std::size_t, std::size_t>(8, 9));
}

TEST_CASE("windows cover the sequence, overlap by the stride and are never longer than asked", "[text]") {
  for (int stride = 0; stride < 8; ++stride) {
    for (std::size_t length = 1; length < 60; ++length) {
      const auto windows = plan_windows(single(length), cut_to(10 + 2, Truncation::OnlyFirst, stride)).first;
      REQUIRE(windows.front().begin == 0);
      REQUIRE(windows.back().end == length);
      for (std::size_t i = 0; i < windows.size(); ++i) {
        REQUIRE(windows[i].end - windows[i].begin <= 10);
        if (i == 0) continue;
        REQUIRE(windows[i - 1].end - windows[i].begin == static_cast<std::size_t>(stride));
        REQUIRE(windows[i].end > windows[i - 1].end);
      }
    }
  }
}

TEST_CASE("what the original refuses is refused", "[text]") {
  // A stride above max_length - 2 always, even where nothing is cut.
  CHECK_THROWS_AS(plan_windows(single(3), cut_to(10, Truncation::LongestFirst, 9)), EncodingError);
  CHECK_NOTHROW(plan_windows(single(3), cut_to(10, Truncation::LongestFirst, 8)));
  // As long as the window keeps, only where something is cut.
  CHECK_THROWS_AS(plan_windows(single(9), cut_to(10, Truncation::LongestFirst, 8)), EncodingError);
  // A side that would have to vanish; a second sequence that is not there.
  CHECK_THROWS_WITH(plan_windows(pair_of(20, 5), cut_to(20, Truncation::OnlySecond)),
                    Catch::Contains("second sequence"));
  CHECK_THROWS_AS(plan_windows(pair_of(5, 20), cut_to(12, Truncation::OnlyFirst)), EncodingError);
  CHECK_THROWS_AS(plan_windows(single(20), cut_to(12, Truncation::OnlySecond)), EncodingError);
  CHECK_NOTHROW(plan_windows(single(9), cut_to(12, Truncation::OnlySecond)));
  CHECK_THROWS_AS(plan_windows(single(9), cut_to(1, Truncation::OnlyFirst)), EncodingError);
  CHECK_THROWS_AS(plan_windows(single(9), cut_to(-5, Truncation::OnlyFirst)), EncodingError);
  CHECK_THROWS_AS(plan_windows(single(9), cut_to(9, Truncation::OnlyFirst, -1)), EncodingError);
}

TEST_CASE("room for special tokens only keeps nothing and overflows everything", "[text]") {
  const auto windows = plan_windows(single(7), cut_to(2, Truncation::OnlyFirst)).first;
  REQUIRE(windows.size() == 2);
  CHECK(windows[0].end == 0);
  CHECK(windows[1].begin == 0);
  CHECK(windows[1].end == 7);
}

TEST_CASE("without truncation nothing is cut", "[text]") {
  const WindowPlan plan = plan_windows(pair_of(500, 700), cut_to(20, Truncation::None));
  CHECK(plan.first.size() == 1);
  CHECK(plan.second.front().end == 700);
}
