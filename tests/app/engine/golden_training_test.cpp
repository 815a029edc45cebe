#include <ATen/ATen.h>

#include <cmath>

#include "app/lorascope/program.h"
#include "core/base/files.h"
#include "core/base/json.h"
#include "core/files/safetensors.h"
#include "core/store/run_store.h"
#include "tests/support/catch.h"
#include "tests/support/temporary_folder.h"

using namespace lorascope;
namespace fs = std::filesystem;

namespace {

constexpr double kLossTolerance = 1e-5;   ///< relative, a step (oracle/README.md)
constexpr double kNormTolerance = 1e-4;   ///< relative, a step
constexpr double kRateTolerance = 1e-9;   ///< absolute
constexpr double kFinalTolerance = 1e-4;  ///< of the largest change of the tensor; the case's own wins

std::string replaced(std::string text, const std::string& what, const std::string& by) {
  const std::size_t at = text.find(what);
  return at == std::string::npos ? text : text.replace(at, what.size(), by);
}

int run_train(const Json& spec, const fs::path& folder, const fs::path& out) {
  std::vector<std::string> words = {"lorascope", "train"};
  for (const Json& word : spec.at("args")) {
    if (word == "--json") continue;
    words.push_back(replaced(replaced(word.get<std::string>(), "{case}", folder.string()), "{out}", out.string()));
  }
  words.insert(words.end(), {"--threads", "1"});
  std::vector<char*> argv;
  for (std::string& word : words) argv.push_back(word.data());
  return app::run_program(static_cast<int>(argv.size()), argv.data());
}

double worst(const store::RunStore& runs, const std::string& series, const at::Tensor& expected, bool is_relative) {
  const auto points = runs.points(1, series);
  REQUIRE(static_cast<std::int64_t>(points.size()) == expected.numel());
  double deviation = 0;
  for (std::size_t i = 0; i < points.size(); ++i) {
    const double reference = expected[static_cast<std::int64_t>(i)].item<double>();
    deviation = std::max(deviation, std::abs(points[i].value - reference) / (is_relative ? std::max(std::abs(reference), 1e-8) : 1.0));
  }
  return deviation;
}

files::TensorMap all_tensors(const fs::path& folder) {
  files::TensorMap tensors;
  if (!fs::exists(folder)) return tensors;
  for (const auto& entry : fs::directory_iterator(folder)) {
    if (entry.path().extension() == ".safetensors") tensors.merge(files::SafetensorsFile(entry.path()).load_all());
  }
  return tensors;
}

void check_final(const Json& spec, const fs::path& folder, const fs::path& out, const files::TensorMap& expected) {
  const files::TensorMap ours = all_tensors(out / "export");
  files::TensorMap start = all_tensors(folder / "model");
  start.merge(all_tensors(folder / "adapter"));
  const double tolerance = spec.at("tolerance").value("final", kFinalTolerance);
  for (const auto& [key, value] : expected) {
    if (!key.starts_with("final.")) continue;
    const std::string name = key.substr(6);
    INFO(name);
    REQUIRE(ours.count(name) == 1);
    const at::Tensor change = start.count(name) != 0 ? value - start.at(name) : value;
    const double allowed = std::max(tolerance * change.abs().max().item<double>(), 1e-6);
    CHECK((ours.at(name) - value).abs().max().item<double>() <= allowed);
  }
}

}  // namespace

TEST_CASE("training equals the golden runs of the Hugging Face Trainer", "[engine]") {
  if (test::shared_folder().empty()) {
    WARN("no golden files here");
    return;
  }
  for (const char* name : {"wnut17-ft-bert-max-steps", "wnut17-ft-bert-warmup-decay-accumulate", "wnut17-ft-bert-clip",
                           "squad-ft-bert-accumulate", "squad-lora-bert-zero", "swag-ft-bert", "swag-lora-bert",
                           "swag-ft-distilbert",
                           "wnut17-lora-bert", "wnut17-lora-bert-all-rslora", "wnut17-lora-bert-loraplus"}) {
    const fs::path folder = test::shared_folder() / "golden" / "training" / name;
    INFO(name);
    const Json spec = Json::parse(read_file(folder / "case.json"));
    const files::TensorMap expected = files::SafetensorsFile(folder / "expected.safetensors").load_all();
    const test::TemporaryFolder out;
    REQUIRE(run_train(spec, folder, out.path()) == 0);
    const store::Workspace workspace = store::Workspace::open(out.path() / "ws");
    const store::RunStore runs(workspace);
    CHECK(worst(runs, "train/loss", expected.at("loss"), true) < kLossTolerance);
    CHECK(worst(runs, "train/grad_norm", expected.at("grad_norm"), true) < kNormTolerance);
    CHECK(worst(runs, "train/lr", expected.at("lr"), false) < kRateTolerance);
    check_final(spec, folder, out.path(), expected);
  }
}
