#include "core/analysis/adapter_comparison.h"

#include <ATen/ATen.h>

#include "core/base/error.h"
#include "core/nn/initialise.h"
#include "tests/support/catch.h"

namespace lorascope::analysis::test {
namespace {

at::Tensor numbers(at::IntArrayRef shape, const char* name) {
  return nn::draw_normal(shape, 1.0, 3, name);
}

/// An adapter of one module or more, given A and B of each.
files::AdapterFolder adapter(const std::map<std::string, std::pair<at::Tensor, at::Tensor>>& factors,
                             double alpha = 8) {
  files::AdapterFolder folder;
  folder.folder = "adapter";
  folder.config.alpha = alpha;
  folder.config.target_modules.names = {"q_proj", "v_proj"};
  for (const auto& [path, pair] : factors) {
    folder.config.rank = pair.first.size(0);
    folder.tensors["base_model.model." + path + ".lora_A.weight"] = pair.first;
    folder.tensors["base_model.model." + path + ".lora_B.weight"] = pair.second;
  }
  return folder;
}

const std::string kModule = "layers.0.q_proj";

/// The space of the leading left (or right) singular vectors by a dense decomposition.
at::Tensor directions(const at::Tensor& delta, std::int64_t count, bool left) {
  const auto [u, s, vh] = at::linalg_svd(delta, false);
  return left ? u.narrow(1, 0, count) : vh.narrow(0, 0, count).t();
}

double overlap(const at::Tensor& first, const at::Tensor& second) {
  const double squares = at::mm(first.t(), second).square().sum().item<double>();
  return squares / static_cast<double>(std::min(first.size(1), second.size(1)));
}

}  // namespace

TEST_CASE("comparison of factors is that of the dense updates", "[analysis]") {
  const at::Tensor a1 = numbers({3, 10}, "a1"), b1 = numbers({14, 3}, "b1");
  const at::Tensor a2 = numbers({5, 10}, "a2"), b2 = numbers({14, 5}, "b2");
  const AdapterComparison comparison = compare_adapters(adapter({{kModule, {a1, b1}}}), adapter({{kModule, {a2, b2}}}));
  const at::Tensor first = at::mm(b1, a1).to(at::kDouble) * (8.0 / 3), second = at::mm(b2, a2).to(at::kDouble) * 1.6;
  REQUIRE(comparison.modules.size() == 1);
  const ModuleComparison& module = comparison.modules[0];
  const double norms = first.norm().item<double>() * second.norm().item<double>();
  CHECK(module.first_norm == Approx(first.norm().item<double>()).epsilon(1e-5));
  CHECK(module.second_norm == Approx(second.norm().item<double>()).epsilon(1e-5));
  CHECK(module.cosine == Approx((first * second).sum().item<double>() / norms).margin(1e-5));
  CHECK(comparison.cosine == Approx(module.cosine));
  CHECK(module.left_overlap == Approx(overlap(directions(first, 3, true), directions(second, 5, true))).margin(1e-5));
  CHECK(module.right_overlap ==
        Approx(overlap(directions(first, 3, false), directions(second, 5, false))).margin(1e-5));
  CHECK(module.left_floor == Approx(5.0 / 14));
  CHECK(module.right_floor == Approx(0.5));
  SECTION("of the leading directions only") {
    const ModuleComparison leading =
        compare_adapters(adapter({{kModule, {a1, b1}}}), adapter({{kModule, {a2, b2}}}), 2).modules[0];
    CHECK(leading.first_rank == 2);
    CHECK(leading.left_overlap ==
          Approx(overlap(directions(first, 2, true), directions(second, 2, true))).margin(1e-5));
  }
}

TEST_CASE("a planted common space is found, and only on the side where it is", "[analysis]") {
  const at::Tensor shared = numbers({2, 40}, "shared");
  const at::Tensor a1 = at::cat({shared, numbers({1, 40}, "x")}), a2 = at::cat({numbers({1, 40}, "y"), shared});
  const files::AdapterFolder first = adapter({{kModule, {a1, numbers({60, 3}, "b1")}}});
  const files::AdapterFolder second = adapter({{kModule, {a2, numbers({60, 3}, "b2")}}});
  const ModuleComparison module = compare_adapters(first, second).modules[0];
  CHECK(module.right_overlap > 2.0 / 3 - 1e-6);
  CHECK(module.left_overlap < 0.25);
}

TEST_CASE("random spaces overlap as much as the floor says", "[analysis]") {
  double sum = 0;
  const std::int64_t draws = 40;
  for (std::int64_t draw = 0; draw < draws; ++draw) {
    const std::string name = std::to_string(draw);
    const files::AdapterFolder first =
        adapter({{kModule, {numbers({4, 50}, ("a" + name).c_str()), numbers({50, 4}, ("b" + name).c_str())}}});
    const files::AdapterFolder second =
        adapter({{kModule, {numbers({8, 50}, ("c" + name).c_str()), numbers({50, 8}, ("d" + name).c_str())}}});
    const ModuleComparison module = compare_adapters(first, second).modules[0];
    CHECK(module.left_floor == Approx(0.16));
    sum += module.left_overlap;
  }
  CHECK(sum / static_cast<double>(draws) == Approx(0.16).margin(0.02));
}

TEST_CASE("an adapter equals itself, opposes its negative, and nothing is like an untrained one", "[analysis]") {
  const at::Tensor a = numbers({3, 10}, "a1"), b = numbers({14, 3}, "b1");
  const files::AdapterFolder same = adapter({{kModule, {a, b}}});
  CHECK(compare_adapters(same, same).cosine == Approx(1));
  CHECK(compare_adapters(same, same).modules[0].left_overlap == Approx(1));
  CHECK(compare_adapters(same, adapter({{kModule, {a, -b}}})).cosine == Approx(-1));
  const ModuleComparison untrained = compare_adapters(same, adapter({{kModule, {a, at::zeros({14, 3})}}})).modules[0];
  CHECK(untrained.cosine == 0);
  CHECK(untrained.second_rank == 0);
  CHECK(untrained.left_overlap == 0);
}

TEST_CASE("modules of one adapter only are named; nothing common or other shapes are refused", "[analysis]") {
  const auto factors = [](std::int64_t in) { return std::pair(numbers({2, in}, "a"), numbers({9, 2}, "b")); };
  const files::AdapterFolder both = adapter({{"layers.0.q_proj", factors(6)}, {"layers.0.v_proj", factors(6)}});
  const AdapterComparison comparison = compare_adapters(both, adapter({{"layers.0.v_proj", factors(6)}}));
  CHECK(comparison.only_first == std::vector<std::string>{"layers.0.q_proj"});
  CHECK(comparison.only_second.empty());
  CHECK_THROWS_AS(compare_adapters(both, adapter({{"h.0.q_proj", factors(6)}})), CheckpointError);
  CHECK_THROWS_WITH(compare_adapters(both, adapter({{"layers.0.q_proj", factors(7)}})), Catch::Contains("[9, 7]"));
}

}  // namespace lorascope::analysis::test
