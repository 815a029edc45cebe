#include "core/analysis/weight_change.h"

#include <ATen/ATen.h>

#include "core/base/error.h"
#include "core/nn/initialise.h"
#include "tests/support/catch.h"
#include "tests/support/tiny_model.h"

namespace lorascope::analysis::test {
namespace {

at::Tensor numbers(at::IntArrayRef shape, const char* name) {
  return nn::draw_normal(shape, 1.0, 3, name).to(at::kDouble);
}

at::Tensor orthonormal(std::int64_t rows, std::int64_t columns, const char* name) {
  return std::get<0>(at::linalg_qr(numbers({rows, columns}, name)));
}

/// A matrix with singular values 10, 9, …, 1 and fourteen that hardly count, in known directions.
struct Planted {
  at::Tensor u = orthonormal(30, 24, "u"), v = orthonormal(24, 24, "v");
  at::Tensor base() const {
    const at::Tensor values = at::cat({at::arange(10, 0, -1, at::kDouble), at::arange(14, 0, -1, at::kDouble) * 1e-7});
    return at::mm(u * values, v.t());
  }
  /// size · a bᵀ with a and b as far from each of the base's directions as can be, and orthogonal to its first ten.
  at::Tensor foreign(double size) const {
    const at::Tensor left = u.narrow(1, 10, 14).sum(1), right = v.narrow(1, 10, 14).sum(1);
    return size * at::outer(left / left.norm(), right / right.norm());
  }
};

/// c_j by the definition, one vector pair after the other, from eigenvectors of W Wᵀ.
std::vector<double> closest_by_definition(const at::Tensor& before, const at::Tensor& after, std::int64_t count) {
  const auto leading = [](const at::Tensor& matrix) {
    return std::get<1>(at::linalg_eigh(at::mm(matrix, matrix.t()))).flip(1);
  };
  const at::Tensor base = leading(before), tuned = leading(after);
  std::vector<double> closest;
  for (std::int64_t j = 0; j < count; ++j) {
    double largest = 0;
    for (std::int64_t i = 0; i < std::min(before.size(0), before.size(1)); ++i) {
      double dot = 0;
      for (std::int64_t k = 0; k < before.size(0); ++k) dot += tuned[k][j].item<double>() * base[k][i].item<double>();
      largest = std::max(largest, std::abs(dot));
    }
    closest.push_back(largest);
  }
  return closest;
}

}  // namespace

TEST_CASE("likeness of singular vectors is that of the definition", "[analysis]") {
  const at::Tensor before = numbers({12, 16}, "before"), after = before + 0.6 * numbers({12, 16}, "change");
  const Intruders found = intruder_dimensions(before, after, {5, 0.7, 12});
  const std::vector<double> expected = closest_by_definition(before, after, 5);
  REQUIRE(found.closest.size() == 5);
  for (std::size_t j = 0; j < 5; ++j) {
    CHECK(found.closest[j] == Approx(expected[j]).margin(1e-5));
    CHECK(found.in_base_space[j] == Approx(1).margin(1e-9));  // of all directions there are
  }
}

TEST_CASE("a planted intruder is found at its place, and only above the base's own values", "[analysis]") {
  const Planted planted;
  const at::Tensor base = planted.base();
  SECTION("larger than all") {
    const Intruders found = intruder_dimensions(base, base + planted.foreign(20));
    CHECK(found.indices == std::vector<std::int64_t>{0});
    CHECK(found.closest[0] < 0.5);
    CHECK(found.closest[1] == Approx(1).margin(1e-6));
  }
  SECTION("between two values of the base") {
    CHECK(intruder_dimensions(base, base + planted.foreign(7.5)).indices == std::vector<std::int64_t>{3});
  }
  SECTION("below the ten that are looked at") {
    CHECK(intruder_dimensions(base, base + planted.foreign(0.5)).indices.empty());
  }
  SECTION("a change along the base's own direction is none") {
    const at::Tensor own = at::outer(planted.u.select(1, 0), planted.v.select(1, 0));
    CHECK(intruder_dimensions(base, base + 30 * own).indices.empty());
  }
}

TEST_CASE("the space of the base does not hold an intruder", "[analysis]") {
  const Planted planted;
  const Intruders found = intruder_dimensions(planted.base(), planted.base() + planted.foreign(20), {10, 0.5, 10});
  CHECK(found.in_base_space[0] < 1e-6);
  CHECK(found.in_base_space[1] == Approx(1).margin(1e-6));
}

TEST_CASE("intruders are scaled to the share that is kept", "[analysis]") {
  const Planted planted;
  const at::Tensor base = planted.base(), tuned = base + planted.foreign(20);
  const std::vector<std::int64_t> indices = intruder_dimensions(base, tuned).indices;
  const auto difference = [&](double kept, const at::Tensor& expected) {
    return (scale_directions(tuned, indices, kept).to(at::kDouble) - expected).abs().max().item<double>();
  };
  CHECK(difference(0, base) < 1e-5);
  CHECK(difference(1, tuned) < 1e-5);
  CHECK(difference(0.75, base + planted.foreign(15)) < 1e-5);
}

TEST_CASE("sizes of a change are those of the matrices", "[analysis]") {
  const Planted planted;
  const at::Tensor base = planted.base();
  // Σ k² for k = 1 … 10 is 385.
  const ChangeSize foreign = change_size(base, base + planted.foreign(5), 4);
  CHECK(foreign.relative_norm == Approx(5 / std::sqrt(385.0)));
  CHECK(foreign.relative_spectral == Approx(0.5));
  CHECK(foreign.spectrum.stable_rank == Approx(1).margin(1e-5));
  CHECK(foreign.own_amplification == Approx(0.5));
  const at::Tensor own = at::outer(planted.u.select(1, 1), planted.v.select(1, 1));
  CHECK(change_size(base, base + 18 * own, 1).amplification == Approx(2));
  const ChangeSize nothing = change_size(base, base, 4);
  CHECK(nothing.relative_norm == 0);
  CHECK(nothing.amplification == 0);
}

TEST_CASE("changed matrices are the linear layers that differ", "[analysis]") {
  files::ModelFolder base;
  base.config = lorascope::test::tiny_config();
  base.tensors = lorascope::test::tiny_tensors(base.config, 1, 0);
  files::TensorMap after = base.tensors;
  CHECK(changed_matrices(base, after).empty());
  const std::string name = "bert.encoder.layer.1.output.dense.weight";
  after[name] = after.at(name) + 1;
  after["bert.embeddings.word_embeddings.weight"] = after.at("bert.embeddings.word_embeddings.weight") + 1;
  REQUIRE(changed_matrices(base, after).size() == 1);
  CHECK(changed_matrices(base, after)[0].name == name);
  after.erase(name);
  CHECK_THROWS_WITH(changed_matrices(base, after), Catch::Contains(name));
}

}  // namespace lorascope::analysis::test
