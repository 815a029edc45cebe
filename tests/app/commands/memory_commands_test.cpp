#include <filesystem>
#include <string>

#include "core/base/files.h"
#include "tests/app/commands/program_runner.h"
#include "tests/support/catch.h"
#include "tests/support/temporary_folder.h"
#include "tests/support/tiny_run.h"

using namespace lorascope;
using namespace lorascope::test;

namespace {

constexpr double kGigabyte = 1e9;

double planned(const TemporaryFolder& folder, const std::string& options) {
  const ProgramEnd end = run_lorascope(folder.path(), "model memory " + options + " --json");
  INFO(end.errors);
  REQUIRE(end.exit_code == 0);
  return end.json().at("bytes").at("total").get<double>();
}

}  // namespace

TEST_CASE("The memory of a step is told from the sizes alone", "[commands]") {
  const TemporaryFolder folder;
  const std::string large = "--shape bert-large --task squad --batch-size 16 --max-length 384 --threads 2 ";
  const ProgramEnd end = run_lorascope(folder.path(), "model memory " + large + "--method ft --activation-checkpointing --json");
  REQUIRE(end.exit_code == 0);
  const Json full = end.json();
  CHECK(full.at("parameters").at("all") == 334'094'338);
  CHECK(full.at("bytes").at("total").get<double>() < 16 * kGigabyte);
  CHECK(full.at("bytes").at("optimizer") == 2 * 4 * 334'094'338LL);
  CHECK(planned(folder, large + "--method lora --rank 8 --lora-dropout 0.1") < 16 * kGigabyte);
  CHECK(planned(folder, large + "--method ft --device cuda --activation-checkpointing") < 16 * kGigabyte);
  CHECK(planned(folder, large + "--method ft --device cuda") > 16 * kGigabyte);
  CHECK(planned(folder, large + "--method lora --precision bf16") > planned(folder, large + "--method lora"));
  CHECK_THAT(run_lorascope(folder.path(), "model memory " + large).output, Catch::Contains("activations"));
  CHECK(run_lorascope(folder.path(), "model memory").exit_code == 2);
  CHECK(run_lorascope(folder.path(), "model memory --shape minilm6 --max-length 600").exit_code == 2);
  CHECK(run_lorascope(folder.path(), "model memory --shape minilm6 --method lora --targets elbow").exit_code == 2);
}

TEST_CASE("What the plan says of more rows is what they take, within a quarter", "[commands]") {
  const TemporaryFolder folder;
  write_tiny_run(folder.path(), 4);
  std::string sentences;
  for (int sentence = 0; sentence < 16; ++sentence) {
    for (int word = 0; word < 140; ++word) sentences += "a\tO\n";
    sentences += "\n";
  }
  write_file_atomically(folder.path() / "long.conll", sentences);
  const std::string kind = GENERATE("--method ft", "--method ft --activation-checkpointing", "--method lora --lora-dropout 0.1");
  CAPTURE(kind);
  const auto measured = [&](int rows) {
    const ProgramEnd end = run_lorascope(
        folder.path(), "bench train --shape minilm6 --model model --task wnut17 --train long.conll --max-length 128 --steps 1 "
                       "--warmup-steps 1 --threads 1 --json " + kind + " --batch-size " + std::to_string(rows));
    INFO(end.errors);
    REQUIRE(end.exit_code == 0);
    return end.json().at("peak_rss_mib").get<double>() * (1 << 20);
  };
  const auto plan = [&](int rows) {
    return planned(folder, "--shape minilm6 --task wnut17 --max-length 128 --threads 1 " + kind + " --batch-size " +
                               std::to_string(rows));
  };
  const double ratio = (measured(8) - measured(1)) / (plan(8) - plan(1));
  CHECK(ratio > 0.75);
  CHECK(ratio < 1.25);
}
