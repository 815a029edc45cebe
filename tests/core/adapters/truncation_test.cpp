#include "core/adapters/truncation.h"

#include "core/base/error.h"
#include "tests/core/adapters/numbers.h"
#include "tests/support/temporary_folder.h"

namespace lorascope::adapters::test {
namespace {

const std::string kName = "base_model.model.layers.3.q_proj";

/// One module whose singular values are given.
files::AdapterFolder planted(const std::vector<double>& values) {
  const auto rank = static_cast<std::int64_t>(values.size());
  const at::Tensor u = std::get<0>(at::linalg_qr(numbers({10, rank}, "u")));
  const at::Tensor v = std::get<0>(at::linalg_qr(numbers({6, rank}, "v")));
  files::AdapterFolder adapter;
  adapter.folder = "planted";
  adapter.config.rank = rank;
  adapter.config.alpha = 2.0 * static_cast<double>(rank);
  adapter.config.target_modules.names = {"q_proj"};
  adapter.tensors[kName + ".lora_A.weight"] = v.t().contiguous();
  adapter.tensors[kName + ".lora_B.weight"] = u * at::tensor(values, at::kDouble).to(at::kFloat) / 2.0;
  return adapter;
}

}  // namespace

TEST_CASE("truncation keeps the leading singular values and tells what is lost", "[adapters]") {
  const files::AdapterFolder adapter = planted({4, 3, 2, 1});
  TruncationOptions options;
  options.rank = 2;
  const TruncatedFolder truncated = truncate_folder(adapter, options);
  REQUIRE(truncated.modules.size() == 1);
  CHECK(truncated.modules[0].rank_before == 4);
  CHECK(truncated.modules[0].rank == 2);
  CHECK(truncated.relative_error == Approx(std::sqrt(5.0 / 30.0)).epsilon(1e-5));
  const files::AdapterFolder written{"written", truncated.config, truncated.tensors};
  const files::LoraModule module = written.modules().front();
  CHECK(module.scaling == 1);
  const at::Tensor values = at::linalg_svdvals(dense({module.b, module.a, module.scaling})).narrow(0, 0, 3);
  CHECK(deviation(values, at::tensor({4.0, 3.0, 0.0}, at::kDouble)) < kTolerance);
}

TEST_CASE("truncation by energy takes the least rank that keeps it", "[adapters]") {
  // Squares 16, 9, 4, 1 of 30.
  const auto [energy, rank] = GENERATE(table<double, std::int64_t>({{0.5, 1}, {0.54, 2}, {0.83, 2}, {0.9, 3}, {1, 4}}));
  TruncationOptions options;
  options.energy = energy;
  CHECK(truncate_folder(planted({4, 3, 2, 1}), options).modules[0].rank == rank);
}

TEST_CASE("modules of different ranks are written with patterns and load again", "[adapters]") {
  files::AdapterFolder adapter = planted({4, 3, 2, 1});
  const files::AdapterFolder other = planted({5, 0.1, 0.1, 0.1});
  const std::string second = "base_model.model.layers.4.q_proj", third = "base_model.model.layers.5.q_proj";
  for (const std::string& name : {second, third})
    for (const char* part : {".lora_A.weight", ".lora_B.weight"})
      adapter.tensors[name + part] = other.tensors.at(kName + part);
  TruncationOptions options;
  options.energy = 0.9;
  const TruncatedFolder truncated = truncate_folder(adapter, options);
  const lorascope::test::TemporaryFolder folder;
  files::write_adapter_folder(folder.path() / "out", truncated.config, truncated.tensors);
  const files::AdapterFolder read = files::read_adapter_folder(folder.path() / "out");
  CHECK(read.config.rank == 1);
  for (const files::LoraModule& module : read.modules()) {
    CHECK(module.scaling == 1);
    CHECK(module.a.size(0) == (module.path == "layers.3.q_proj" ? 3 : 1));
  }
}

TEST_CASE("exactly one of rank and energy is asked for", "[adapters]") {
  const files::AdapterFolder adapter = planted({2, 1});
  CHECK_THROWS_AS(truncate_folder(adapter, {}), UsageError);
  CHECK_THROWS_AS(truncate_folder(adapter, {1, 0.5}), UsageError);
  CHECK_THROWS_AS(truncate_folder(adapter, {std::nullopt, 1.5}), UsageError);
}

}  // namespace lorascope::adapters::test
