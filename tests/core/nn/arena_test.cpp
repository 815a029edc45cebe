#include "core/nn/arena.h"

#include <ATen/ATen.h>

#include "tests/support/catch.h"

namespace lorascope::nn {

TEST_CASE("an arena hands out memory that does not overlap and is aligned", "[nn]") {
  Arena arena;
  float* first = arena.take(3);
  float* second = arena.take(5'000'000);
  float* third = arena.take(1);
  for (int i = 0; i < 3; ++i) first[i] = 1;
  second[0] = second[4'999'999] = 2;
  third[0] = 3;
  CHECK(first[2] == 1);
  CHECK(second[4'999'999] == 2);
  for (const float* pointer : {first, second, third}) CHECK(reinterpret_cast<std::uintptr_t>(pointer) % 64 == 0);
}

TEST_CASE("after a reset an arena hands out the same memory again", "[nn]") {
  Arena arena;
  const float* first = arena.take(100);
  const float* second = arena.take(100);
  arena.reset();
  CHECK(arena.take(100) == first);
  CHECK(arena.matrix(10, 10).const_data_ptr<float>() == second);
}

TEST_CASE("rewinding frees what came after the mark, across blocks", "[nn]") {
  Arena arena;
  arena.take(10);
  const Arena::Mark mark = arena.mark();
  const float* next = arena.take(10);
  arena.take(4'000'000);
  arena.rewind(mark);
  CHECK(arena.take(10) == next);
}

}  // namespace lorascope::nn
