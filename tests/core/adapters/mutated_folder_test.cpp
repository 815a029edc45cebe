#include <random>

#include "core/adapters/folder_merge.h"
#include "core/adapters/lora.h"
#include "core/adapters/truncation.h"
#include "core/base/error.h"
#include "core/base/files.h"
#include "core/files/adapter_match.h"
#include "core/files/model_folder.h"
#include "tests/core/adapters/numbers.h"
#include "tests/core/files/refusal.h"
#include "tests/core/files/torch_bytes.h"
#include "tests/support/temporary_folder.h"
#include "tests/support/tiny_model.h"

namespace lorascope::adapters::test {
namespace {

namespace fs = std::filesystem;

constexpr int kRounds = 200;

const char* const kPieces[] = {"\"",    "{", "}",    "[",     "null", "true", "-1",
                               "1e999", "0", "\xff", "65537", "NaN",  "query"};

/// One to three random edits: a byte changed, a piece put in, a stretch removed or doubled.
std::string mutated(std::string bytes, std::mt19937& random) {
  const auto below = [&](std::size_t limit) { return limit == 0 ? 0 : random() % limit; };
  for (std::size_t edit = 1 + below(3); edit > 0; --edit) {
    const std::size_t place = below(bytes.size() + 1);
    switch (below(4)) {
      case 0:
        if (place < bytes.size()) bytes[place] = static_cast<char>(below(256));
        break;
      case 1:
        bytes.insert(place, kPieces[below(std::size(kPieces))]);
        break;
      case 2:
        bytes.erase(place, below(9));
        break;
      default:
        bytes.insert(place, bytes.substr(place, below(30)));
    }
  }
  return bytes;
}

/// Everything that is done with an adapter folder.
void use(const fs::path& folder) {
  const files::AdapterFolder adapter = files::read_adapter_folder(folder);
  const files::ModelConfig config = lorascope::test::tiny_config();
  nn::Encoder encoder = nn::make_encoder(config, lorascope::test::tiny_tensors(config, 1, 0), false, false);
  const files::AdapterMatch match = files::match_adapter(adapter, config, false);
  attach_stored_adapter(encoder, adapter.config, match, true);
  merged(encoder);
  FolderMergeOptions merge;
  merge.weights = {1, 1};
  merge_folders({adapter, adapter}, merge);
  truncate_folder(adapter, {1, std::nullopt});
}

/// Uses a folder whose file `name` is mutated: each time it works or is refused. Returns how often it was refused.
int count_refusals(const fs::path& folder, const char* name, std::uint32_t seed) {
  const std::string good = read_file(folder / name);
  std::mt19937 random(seed);
  int refusals = 0;
  for (int round = 0; round < kRounds; ++round) {
    lorascope::test::write_quickly(folder / name, mutated(good, random));
    try {
      use(folder);
    } catch (const CheckpointError& error) {
      CHECK(!error.problems().empty());
      ++refusals;
    } catch (const std::exception& error) {
      FAIL_CHECK(name << ", round " << round << ": " << error.what());
    }
  }
  return refusals;
}

/// A plain adapter whose head the merge takes from neither: without a head.
void write_adapter(const fs::path& folder) {
  lorascope::test::write_tiny_adapter(folder, 2, 0);
}

}  // namespace

TEST_CASE("mutated adapter configs are used or refused", "[adapters][damaged]") {
  const lorascope::test::TemporaryFolder folder;
  write_adapter(folder.path() / "adapter");
  const int refusals = count_refusals(folder.path() / "adapter", "adapter_config.json", 11);
  CHECK(refusals > kRounds / 2);
  CHECK(refusals < kRounds);
}

TEST_CASE("mutated adapter safetensors are used or refused", "[adapters][damaged]") {
  const lorascope::test::TemporaryFolder folder;
  write_adapter(folder.path() / "adapter");
  const int refusals = count_refusals(folder.path() / "adapter", "adapter_model.safetensors", 12);
  CHECK(refusals > kRounds / 4);
  CHECK(refusals < kRounds);
}

TEST_CASE("mutated adapter files of torch.save are used or refused", "[adapters][damaged]") {
  const lorascope::test::TemporaryFolder folder;
  const fs::path place = folder.path() / "adapter";
  write_adapter(place);
  fs::remove(place / "adapter_model.safetensors");
  std::vector<lorascope::test::HandTensor> tensors;
  for (const char* layer : {"0", "1"})
    for (const char* module : {"query", "value"}) {
      const std::string name =
          std::string("base_model.model.bert.encoder.layer.") + layer + ".attention.self." + module;
      tensors.push_back({name + ".lora_A.weight", "0", 24, 0, {3, 8}, {8, 1}});
      tensors.push_back({name + ".lora_B.weight", "0", 24, 0, {8, 3}, {3, 1}});
    }
  std::vector<float> numbers(24);
  for (std::size_t i = 0; i < numbers.size(); ++i) numbers[i] = static_cast<float>(i % 5) - 2.0F;
  const std::string pickle = lorascope::test::state_pickle(tensors), values = lorascope::test::float_bytes(numbers);
  const bool is_zip = GENERATE(true, false);
  write_file_atomically(place / "adapter_model.bin", is_zip ? lorascope::test::torch_zip(pickle, {{"0", values}})
                                                            : lorascope::test::torch_old(pickle, {{"0", values}}));
  REQUIRE_NOTHROW(use(place));
  const int refusals = count_refusals(place, "adapter_model.bin", 13);
  CHECK(refusals > kRounds / 4);
  CHECK(refusals < kRounds);
}

TEST_CASE("values that are not finite are refused where a decomposition would fail on them", "[adapters][damaged]") {
  const lorascope::test::TemporaryFolder folder;
  write_adapter(folder.path() / "adapter");
  files::AdapterFolder adapter = files::read_adapter_folder(folder.path() / "adapter");
  adapter.tensors.begin()->second.view(-1)[0] = std::nan("");
  CHECK_THROWS_WITH(truncate_folder(adapter, {1, std::nullopt}), Catch::Contains("no finite number"));
}

}  // namespace lorascope::adapters::test
