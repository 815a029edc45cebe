#include <array>

#include "core/nn/dropout.h"
#include "tests/core/nn/numbers.h"

namespace lorascope::nn::test {
namespace {

using Words = std::array<std::uint32_t, 4>;

Words naive_philox(Words counter, std::uint32_t key0, std::uint32_t key1) {
  for (int round = 0; round < 10; ++round) {
    const std::uint64_t first = 0xD2511F53ULL * counter[0], second = 0xCD9E8D57ULL * counter[2];
    counter = {static_cast<std::uint32_t>(second >> 32) ^ counter[1] ^ key0, static_cast<std::uint32_t>(second),
               static_cast<std::uint32_t>(first >> 32) ^ counter[3] ^ key1, static_cast<std::uint32_t>(first)};
    key0 += 0x9E3779B9U;
    key1 += 0xBB67AE85U;
  }
  return {counter[0], counter[1], counter[2], counter[3]};
}

float naive_mask(const MaskStream& stream, std::uint32_t row, std::uint32_t index) {
  const std::uint32_t chunk = index / 16, lane = index % 16;
  const Words words =
      naive_philox({chunk / 8 * 16 + lane, row, stream.site, stream.draw}, stream.seed_low, stream.seed_high);
  const std::uint32_t word = words[chunk % 8 / 2];
  const std::uint32_t bits = chunk % 2 == 0 ? word & 0xFFFFU : word >> 16;
  return bits >= stream.threshold ? stream.scale : 0.0F;
}

}  // namespace

TEST_CASE("the naive Philox gives the published known answers", "[nn]") {
  CHECK(naive_philox({0, 0, 0, 0}, 0, 0) == Words{0x6627e8d5U, 0xe169c58dU, 0xbc57ac4cU, 0x9b00dbd8U});
  const std::uint32_t ones = 0xFFFFFFFFU;
  CHECK(naive_philox({ones, ones, ones, ones}, ones, ones) ==
        Words{0x408f276dU, 0x41c83b0eU, 0xa20bc7c6U, 0x6d5451fdU});
}

TEST_CASE("every instruction set draws the masks of the naive generator", "[nn]") {
  const MaskStream stream = mask_stream({0x123456789ABCDEFULL, 7}, 42, 0.3);
  for (const KernelTable* table : runnable_kernels()) {
    CAPTURE(table->name);
    std::vector<float> mask(20 * 16);
    table->mask_row(stream, 5, 0, 20, mask.data());
    bool is_equal = true;
    for (std::uint32_t i = 0; i < mask.size(); ++i) is_equal &= mask[i] == naive_mask(stream, 5, i);
    CHECK(is_equal);
    std::vector<float> middle(3 * 16);
    table->mask_row(stream, 5, 7, 3, middle.data());
    CHECK(middle == std::vector<float>(mask.begin() + 7 * 16, mask.begin() + 10 * 16));
  }
}

TEST_CASE("masking rows multiplies by their masks, at any width", "[nn]") {
  const MaskStream stream = mask_stream({3, 1}, 9, 0.5);
  for (const KernelTable* table : runnable_kernels())
    for (const std::int64_t columns : {1, 15, 16, 30, 128, 133, 384}) {
      CAPTURE(table->name, columns);
      const std::vector<float> x = normal_values(4 * columns, 1);
      std::vector<float> expected(x.size()), added = x, twice = x;
      for (std::int64_t i = 0; i < 4 * columns; ++i) {
        const float mask =
            naive_mask(stream, static_cast<std::uint32_t>(i / columns), static_cast<std::uint32_t>(i % columns));
        expected[i] = x[i] * mask;
        twice[i] = x[i] + x[i] * mask;
      }
      std::vector<float> masked(x.size());
      table->mask_rows(stream, 0, 2, columns, x.data(), masked.data());
      table->mask_rows(stream, 2, 2, columns, x.data(), masked.data());
      CHECK(deviation(masked, expected) == 0);
      table->add_masked_rows(stream, 0, 4, columns, x.data(), added.data());
      CHECK(deviation(added, twice) < 1e-6);
    }
}

TEST_CASE("a mask drops its share, keeps the mean, and changes with seed, draw, site and row", "[nn]") {
  const MaskStream stream = mask_stream({1, 2}, 3, 0.1);
  constexpr std::int64_t kChunks = 4096;
  std::vector<float> mask(kChunks * 16), other(kChunks * 16);
  kernels().mask_row(stream, 0, 0, kChunks, mask.data());
  double sum = 0, dropped = 0;
  for (const float value : mask) {
    sum += value;
    dropped += value == 0 ? 1 : 0;
  }
  const double count = static_cast<double>(mask.size());
  CHECK(dropped / count == Approx(0.1).margin(5 * std::sqrt(0.09 / count)));
  CHECK(sum / count == Approx(1.0).margin(0.01));
  const auto differs = [&](const MaskStream& from, std::uint32_t row) {
    kernels().mask_row(from, row, 0, kChunks, other.data());
    return other != mask;
  };
  CHECK(differs(mask_stream({2, 2}, 3, 0.1), 0));
  CHECK(differs(mask_stream({1ULL << 40, 2}, 3, 0.1), 0));
  CHECK(differs(mask_stream({1, 3}, 3, 0.1), 0));
  CHECK(differs(mask_stream({1, 2 + (1ULL << 32)}, 3, 0.1), 0));
  CHECK(differs(mask_stream({1, 2}, 4, 0.1), 0));
  CHECK(differs(stream, 1));
  CHECK_FALSE(differs(stream, 0));
}

}  // namespace lorascope::nn::test
