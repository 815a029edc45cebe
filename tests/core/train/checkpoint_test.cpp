#include <ATen/ATen.h>

#include <fstream>

#include "core/base/error.h"
#include "core/base/files.h"
#include "core/train/checkpoint.h"
#include "tests/support/catch.h"
#include "tests/support/temporary_folder.h"

using namespace lorascope;
using namespace lorascope::train;
namespace fs = std::filesystem;

namespace {

Checkpoint example(std::int64_t step) {
  Checkpoint checkpoint;
  checkpoint.state.step = step;
  checkpoint.state.epoch = 2;
  checkpoint.state.group = 3;
  checkpoint.state.draw = 17;
  checkpoint.state.evaluated_step = 5;
  checkpoint.state.step_seconds = 1.0 / 3;
  checkpoint.state.early_stopping = {0.1, 4, 1};
  checkpoint.fingerprint = {{"seed", "42"}};
  checkpoint.weights = {{"w", at::arange(6, at::kFloat).reshape({2, 3})}};
  checkpoint.first_moments = {{"w", at::full({2, 3}, 0.5)}};
  checkpoint.second_moments = {{"w", at::full({2, 3}, 0.25)}};
  return checkpoint;
}

void flip_last_byte(const fs::path& file) {
  std::string content = read_file(file);
  content.back() = static_cast<char>(content.back() ^ 1);
  std::ofstream(file, std::ios::binary) << content;
}

}  // namespace

TEST_CASE("checkpoint: everything comes back", "[train]") {
  const test::TemporaryFolder folder;
  const fs::path written = write_checkpoint(folder.path(), example(7));
  CHECK(newest_checkpoint(folder.path()) == written);
  const Checkpoint back = read_checkpoint(written);
  CHECK(back.state.step == 7);
  CHECK(back.state.group == 3);
  CHECK(back.state.draw == 17);
  CHECK(back.state.step_seconds == 1.0 / 3);
  CHECK(back.state.early_stopping.best == 0.1);
  CHECK(back.state.early_stopping.without_improvement == 1);
  CHECK(back.fingerprint.at("seed") == "42");
  CHECK(at::equal(back.weights.at("w"), example(7).weights.at("w")));
  CHECK(back.best_weights.empty());
  CHECK(checkpoint_size_bytes(written) > 100);
}

TEST_CASE("checkpoint: the older one goes when the newer is complete, leftovers are removed", "[train]") {
  const test::TemporaryFolder folder;
  write_checkpoint(folder.path(), example(7));
  const fs::path newer = write_checkpoint(folder.path(), example(10));
  CHECK(write_checkpoint(folder.path(), example(10)) == newer);
  fs::create_directory(folder.path() / ".unfinished-step-12");
  CHECK(newest_checkpoint(folder.path()) == newer);
  CHECK(std::distance(fs::directory_iterator(folder.path()), fs::directory_iterator()) == 1);
  CHECK_FALSE(newest_checkpoint(folder.path() / "nowhere"));
}

TEST_CASE("checkpoint: damage is found and named", "[train]") {
  const test::TemporaryFolder folder;
  const fs::path written = write_checkpoint(folder.path(), example(7));
  const fs::path weights = written / "weights.safetensors";
  const fs::path index = written / "checkpoint.json";

  SECTION("a bit") {
    flip_last_byte(weights);
    CHECK_THROWS_WITH(read_checkpoint(written), Catch::Contains("weights.safetensors") && Catch::Contains("sha256"));
  }
  SECTION("two files at once") {
    fs::resize_file(weights, fs::file_size(weights) - 4);
    fs::remove(written / "second_moments.safetensors");
    CHECK_THROWS_WITH(read_checkpoint(written),
                      Catch::Contains("weights.safetensors") && Catch::Contains("second_moments.safetensors"));
  }
  SECTION("the index is gone") {
    fs::remove(index);
    CHECK_THROWS_AS(read_checkpoint(written), CheckpointError);
  }
  SECTION("the index is empty") {
    std::ofstream(index, std::ios::trunc).close();
    CHECK_THROWS_WITH(read_checkpoint(written), Catch::Contains("no JSON object (0 bytes)"));
  }
  SECTION("the index is of another format") {
    std::ofstream(index) << R"({"format": 9})";
    CHECK_THROWS_WITH(read_checkpoint(written), Catch::Contains("format") && Catch::Contains("found 9"));
  }
  SECTION("the state is of the wrong type") {
    std::ofstream(index) << R"({"format": 1, "state": {"step": "seven"}, "fingerprint": {}, "files": {}})";
    CHECK_THROWS_AS(read_checkpoint(written), CheckpointError);
  }
  SECTION("the state counts backwards") {
    std::string text = read_file(index);
    text.replace(text.find("\"draw\": 17"), 10, "\"draw\": -1");
    std::ofstream(index) << text;
    CHECK_THROWS_WITH(read_checkpoint(written), Catch::Contains("negative"));
  }
}
