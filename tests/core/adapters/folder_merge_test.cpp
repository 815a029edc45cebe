#include "core/adapters/folder_merge.h"

#include <map>

#include "core/base/error.h"
#include "tests/core/adapters/numbers.h"
#include "tests/support/temporary_folder.h"
#include "tests/support/tiny_model.h"

namespace lorascope::adapters::test {
namespace {

files::AdapterFolder tiny_adapter(std::uint64_t seed, std::int64_t rank, std::vector<std::string> targets,
                                  std::int64_t num_labels = 0) {
  files::AdapterFolder adapter;
  adapter.folder = "adapter " + std::to_string(seed);
  adapter.config.rank = rank;
  adapter.config.alpha = 6;
  adapter.config.target_modules.names = std::move(targets);
  adapter.tensors =
      lorascope::test::tiny_adapter_tensors(lorascope::test::tiny_config(), adapter.config, seed, num_labels);
  return adapter;
}

std::map<std::string, at::Tensor> deltas(const files::AdapterConfig& config, const files::TensorMap& tensors) {
  files::AdapterFolder folder{"merged", config, tensors};
  std::map<std::string, at::Tensor> result;
  for (const files::LoraModule& module : folder.modules())
    result[module.path] = dense({module.b, module.a, module.scaling});
  return result;
}

}  // namespace

TEST_CASE("cat of adapters of different ranks and modules is the exact sum everywhere", "[adapters]") {
  const std::vector<files::AdapterFolder> adapters = {tiny_adapter(1, 2, {"query"}),
                                                      tiny_adapter(2, 3, {"query", "value"})};
  FolderMergeOptions options;
  options.weights = {0.5, -2};
  const MergedFolder merged = merge_folders(adapters, options);
  CHECK(merged.config.rank == 5);
  CHECK(merged.config.alpha == 5);
  CHECK(merged.config.target_modules.names == std::vector<std::string>{"query", "value"});
  CHECK(merged.relative_error < 1e-6);
  const auto first = deltas(adapters[0].config, adapters[0].tensors);
  const auto second = deltas(adapters[1].config, adapters[1].tensors);
  const auto found = deltas(merged.config, merged.tensors);
  CHECK(found.size() == second.size());
  for (const auto& [path, delta] : found) {
    at::Tensor expected = second.at(path) * -2;
    if (first.count(path) != 0) expected = expected + first.at(path) * 0.5;
    CHECK(deviation(delta, expected) < kTolerance);
  }
}

TEST_CASE("the error of a merge is told module by module and in all", "[adapters]") {
  const std::vector<files::AdapterFolder> adapters = {tiny_adapter(1, 3, {"query", "value"}),
                                                      tiny_adapter(2, 3, {"query", "value"})};
  FolderMergeOptions options;
  options.weights = {1, 1};
  options.type = "linear";
  const MergedFolder merged = merge_folders(adapters, options);
  const auto first = deltas(adapters[0].config, adapters[0].tensors);
  const auto second = deltas(adapters[1].config, adapters[1].tensors);
  const auto found = deltas(merged.config, merged.tensors);
  double squares = 0, total = 0;
  for (const ModuleError& module : merged.errors) {
    const at::Tensor exact = first.at(module.path) + second.at(module.path);
    const double error = (found.at(module.path) - exact).square().sum().item<double>();
    const double norm = exact.square().sum().item<double>();
    CHECK(module.relative_error == Approx(std::sqrt(error / norm)).epsilon(1e-5));
    CHECK(module.exact_norm == Approx(std::sqrt(norm)).epsilon(1e-5));
    squares += error;
    total += norm;
  }
  CHECK(merged.relative_error == Approx(std::sqrt(squares / total)).epsilon(1e-5));
  CHECK(merged.relative_error > 0.1);
}

TEST_CASE("with rslora the scaling is PEFT's or exact, as asked", "[adapters]") {
  std::vector<files::AdapterFolder> adapters = {tiny_adapter(1, 2, {"query"}), tiny_adapter(2, 2, {"query"})};
  for (files::AdapterFolder& adapter : adapters) adapter.config.use_rslora = true;
  FolderMergeOptions options;
  options.weights = {1, 1};
  const MergedFolder alike = merge_folders(adapters, options);
  CHECK(alike.config.use_rslora);
  CHECK(alike.relative_error == Approx(1));  // sqrt(4) - 1
  options.peft_scaling = false;
  const MergedFolder exact = merge_folders(adapters, options);
  CHECK_FALSE(exact.config.use_rslora);
  CHECK(exact.relative_error < 1e-6);
}

TEST_CASE("a single adapter gives its exact multiple, whatever the type", "[adapters]") {
  const files::AdapterFolder adapter = tiny_adapter(1, 3, {"query"});
  FolderMergeOptions options;
  options.weights = {-0.5};
  options.type = "svd";
  const MergedFolder merged = merge_folders({adapter}, options);
  CHECK(merged.config.rank == 3);
  CHECK(merged.relative_error < 1e-6);
}

TEST_CASE("merging under rank patterns writes a folder that loads", "[adapters]") {
  files::AdapterFolder adapter = tiny_adapter(1, 4, {"query"});
  adapter.config.rank_pattern = {{"layer.0.attention.self.query", 2}};
  adapter.tensors = lorascope::test::tiny_adapter_tensors(lorascope::test::tiny_config(), adapter.config, 1, 0);
  FolderMergeOptions options;
  options.weights = {1, 1};
  options.type = "linear";
  const MergedFolder merged = merge_folders({adapter, adapter}, options);
  const lorascope::test::TemporaryFolder folder;
  files::write_adapter_folder(folder.path() / "merged", merged.config, merged.tensors);
  CHECK(files::read_adapter_folder(folder.path() / "merged").modules().size() == 2);
}

TEST_CASE("a head comes along where one adapter has it, and is chosen where several do", "[adapters]") {
  const files::AdapterFolder with_head = tiny_adapter(1, 2, {"query"}, 4), without = tiny_adapter(2, 2, {"query"});
  const files::AdapterFolder other_head = tiny_adapter(3, 2, {"query"}, 4);
  const std::string name = "base_model.model.classifier.weight";
  FolderMergeOptions options;
  options.weights = {1, 1};
  CHECK(at::equal(merge_folders({without, with_head}, options).tensors.at(name), with_head.tensors.at(name)));
  CHECK_THROWS_WITH(merge_folders({with_head, other_head}, options), Catch::Contains("--head-from"));
  options.others_from = 2;
  CHECK(at::equal(merge_folders({with_head, other_head}, options).tensors.at(name), other_head.tensors.at(name)));
  options.others_from = 0;
  CHECK(merge_folders({with_head, other_head}, options).tensors.count(name) == 0);
}

TEST_CASE("a bias of B is summed with the same weights", "[adapters]") {
  files::AdapterFolder adapter = tiny_adapter(1, 2, {"query"});
  adapter.config.lora_bias = true;
  const std::string name = "base_model.model.bert.encoder.layer.0.attention.self.query.lora_B.bias";
  adapter.tensors[name] = numbers({8}, "bias");
  FolderMergeOptions options;
  options.weights = {1, 0.5};
  const MergedFolder merged = merge_folders({adapter, adapter}, options);
  // alpha / rank is 3 in both.
  CHECK(deviation(merged.tensors.at(name), adapter.tensors.at(name) * 4.5) < kTolerance);
}

TEST_CASE("what cannot be merged is refused by what it is", "[adapters]") {
  std::vector<files::AdapterFolder> adapters = {tiny_adapter(1, 2, {"query"}), tiny_adapter(2, 3, {"query"})};
  FolderMergeOptions options;
  options.weights = {1, 1};
  const auto refused = [&](const char* text) {
    CHECK_THROWS_WITH(merge_folders(adapters, options), Catch::Contains(text));
  };
  SECTION("different ranks with linear") {
    options.type = "linear";
    refused("ranks from 2 to 3");
  }
  SECTION("a weight too few") {
    options.weights = {1};
    refused("found 1, expected one for each of 2");
  }
  SECTION("no density") {
    options.type = "ties_svd";
    refused("--density");
  }
  SECTION("DoRA") {
    adapters[1].config.use_dora = true;
    refused("use_dora");
  }
  SECTION("an initialisation that changes the base") {
    adapters[0].config.init_lora_weights = "pissa_niter_4";
    refused("--to plain");
  }
  SECTION("other shapes") {
    const std::string name = "base_model.model.bert.encoder.layer.0.attention.self.query.lora_A.weight";
    adapters[1].tensors[name] = at::zeros({3, 9});
    refused("[8, 9]");
  }
}

}  // namespace lorascope::adapters::test
