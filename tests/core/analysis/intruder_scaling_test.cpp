#include "core/analysis/intruder_scaling.h"

#include <ATen/ATen.h>

#include <cmath>

#include "core/analysis/base_task.h"
#include "core/analysis/direction_overlap.h"
#include "tests/support/catch.h"

namespace lorascope::analysis {
namespace {

at::Tensor random_matrix(std::int64_t rows, std::int64_t columns, std::int64_t seed) {
  at::manual_seed(static_cast<std::uint64_t>(seed));
  return at::randn({rows, columns});
}

/// A base and the same with one strong direction planted that it lacks.
ChangedMatrix planted(double strength) {
  const at::Tensor base = random_matrix(40, 40, 1) * 0.1;
  const at::Tensor u = random_matrix(40, 1, 2), v = random_matrix(40, 1, 3);
  return {"layer.0.query.weight", base, base + strength * at::mm(u, v.t()) / (u.norm() * v.norm())};
}

TEST_CASE("Intruder scaling agrees with scaling the directions anew, and takes a planted one out", "[analysis]") {
  const ChangedMatrix matrix = planted(4);
  const IntruderScaling scaling({matrix}, {});
  REQUIRE(scaling.num_intruders() == 1);
  const Intruders intruders = intruder_dimensions(matrix.before, matrix.after);
  for (const double share : {0.0, 0.3, 1.0}) {
    const at::Tensor scaled = scaling.scaled(share).at(matrix.name);
    CHECK(at::allclose(scaled, scale_directions(matrix.after, intruders.indices, share), 1e-5, 1e-6));
  }
  CHECK(at::equal(scaling.scaled(1).at(matrix.name), matrix.after));
  const double left = (scaling.scaled(0).at(matrix.name) - matrix.before).norm().item<double>();
  CHECK(left < 0.5 * (matrix.after - matrix.before).norm().item<double>());
}

TEST_CASE("A matrix without an intruder is left out", "[analysis]") {
  CHECK(IntruderScaling({planted(0.001)}, {}).parts().empty());
}

TEST_CASE("The grid of directions is a diagonal for an unchanged matrix and dark in the row of an intruder", "[analysis]") {
  const ChangedMatrix matrix = planted(4);
  const at::Tensor base = singular_parts(matrix.before).u;
  const OverlapGrid same = direction_grid(base, base, 6);
  REQUIRE(same.rows == 6);
  for (std::size_t i = 0; i < 36; ++i) CHECK(same.values[i] == Approx(i % 7 == 0 ? 1 : 0).margin(1e-9));
  const OverlapGrid tuned = direction_grid(singular_parts(matrix.after).u, base, 6);
  for (std::size_t i = 0; i < 6; ++i) CHECK(tuned.values[i] < 0.7);
  CHECK(tuned.values[6 + 0] > tuned.values[0]);
}

TEST_CASE("Phi of a space with itself is 1 on the diagonal; of random ones it lies at its floor", "[analysis]") {
  const at::Tensor first = std::get<0>(at::linalg_qr(random_matrix(200, 8, 4)));
  const OverlapGrid same = subspace_grid(first, first, 8);
  CHECK(same.values[0] == Approx(1));
  CHECK(same.values[63] == Approx(1));
  CHECK(same.values[7] == Approx(1));  // the first direction lies in the first eight
  double sum = 0;
  for (int seed = 0; seed < 40; ++seed) {
    const at::Tensor second = std::get<0>(at::linalg_qr(random_matrix(200, 8, 10 + seed)));
    sum += subspace_grid(first, second, 8).values[63];
  }
  CHECK(subspace_grid(first, first, 8).floor[63] == Approx(8.0 / 200));
  CHECK(sum / 40 == Approx(8.0 / 200).epsilon(0.15));
}

TEST_CASE("Phi agrees with its formula written out", "[analysis]") {
  const at::Tensor first = std::get<0>(at::linalg_qr(random_matrix(20, 3, 5))).to(at::kDouble);
  const at::Tensor second = std::get<0>(at::linalg_qr(random_matrix(20, 4, 6))).to(at::kDouble);
  const OverlapGrid grid = subspace_grid(first, second, 9);
  REQUIRE(grid.rows == 3);
  REQUIRE(grid.columns == 4);
  const double norm = at::mm(first.narrow(1, 0, 2).t(), second.narrow(1, 0, 3)).norm().item<double>();
  CHECK(grid.values[4 + 2] == Approx(norm * norm / 2));
}

TEST_CASE("Texts find their own embeddings surely under the base, by chance under noise", "[analysis]") {
  const at::Tensor base = random_matrix(64, 48, 7);
  CHECK(own_text_loss(base, base) < 0.02);
  CHECK(own_text_loss(base, base) == Approx(own_text_loss(3 * base, base)));
  CHECK(own_text_loss(random_matrix(64, 48, 8), base) > std::log(32.0) - 0.5);
  CHECK(own_text_loss(base.narrow(0, 0, 1), base.narrow(0, 0, 1)) == 0);
}

TEST_CASE("About one word in seven is hidden, always the same ones, never the first and last token", "[analysis]") {
  std::size_t total = 0;
  for (std::int64_t row = 0; row < 200; ++row) {
    const auto positions = masked_positions(row, 30);
    CHECK(positions == masked_positions(row, 30));
    REQUIRE_FALSE(positions.empty());
    CHECK(positions.front() > 0);
    CHECK(positions.back() < 29);
    total += positions.size();
  }
  CHECK(total > 200 * 28 / 9);
  CHECK(total < 200 * 28 / 5);
  CHECK(masked_positions(3, 2).empty());
  CHECK(masked_positions(3, 3) == std::vector<std::int64_t>{1});
}

TEST_CASE("The masked-word loss is the cross entropy of the head written out", "[analysis]") {
  MaskedWordHead head;
  head.dense_weight = random_matrix(6, 6, 1);
  head.dense_bias = random_matrix(1, 6, 2)[0];
  head.norm_weight = random_matrix(1, 6, 3)[0];
  head.norm_bias = random_matrix(1, 6, 4)[0];
  head.word_weight = random_matrix(9, 6, 5);
  head.word_bias = random_matrix(1, 9, 6)[0];
  const at::Tensor hidden = random_matrix(2, 6, 7);
  double sum = 0;
  const std::vector<std::int64_t> words = {3, 8};
  for (std::int64_t row = 0; row < 2; ++row) {
    at::Tensor x = at::mv(head.dense_weight, hidden[row]) + head.dense_bias;
    x = 0.5 * x * (1 + at::erf(x / std::sqrt(2.0)));
    x = (x - x.mean()) / at::sqrt(x.var(false) + head.norm_eps) * head.norm_weight + head.norm_bias;
    const at::Tensor logits = at::mv(head.word_weight, x) + head.word_bias;
    sum += (at::logsumexp(logits, 0) - logits[words[static_cast<std::size_t>(row)]]).item<double>();
  }
  CHECK(masked_word_loss(head, hidden, words) == Approx(sum / 2).epsilon(1e-4));
  CHECK(masked_word_loss(head, hidden.narrow(0, 0, 0), {}) == 0);
}

}  // namespace
}  // namespace lorascope::analysis
