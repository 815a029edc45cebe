#include <ATen/ATen.h>

#include <fstream>

#include "core/base/files.h"
#include "core/base/json.h"
#include "core/files/safetensors.h"
#include "tests/core/tasks/small_model.h"
#include "tests/support/catch.h"
#include "tests/support/temporary_folder.h"

namespace lorascope::tasks::test {
namespace {

namespace fs = std::filesystem;

/// Cases that another reader of weights or another kind of adapter is needed for.
bool is_out_of_reach(const std::string& name) {
  for (const char* part : {"-bin-", "dora", "pissa-merged"})
    if (name.find(part) != std::string::npos) return true;
  return name == "bert-wnut17-pissa";
}

std::vector<fs::path> cases(const std::string& group) {
  std::vector<fs::path> found;
  const fs::path folder = lorascope::test::shared_folder() / "golden" / group;
  if (lorascope::test::shared_folder().empty() || !fs::is_directory(folder)) return found;
  for (const auto& entry : fs::directory_iterator(folder)) {
    const std::string name = entry.path().filename();
    if (name.rfind("bert-wnut17-", 0) == 0 && !is_out_of_reach(name)) found.push_back(entry.path());
  }
  return found;
}

struct Golden {
  Json spec;
  std::unique_ptr<TaskModel> model;
  Batch batch;
  at::Tensor real;  ///< [T] places of the tokens in [B·S]
  files::TensorMap expected;

  Golden(const fs::path& folder, Path path) : spec(Json::parse(read_file(folder / "case.json"))) {
    TaskModelOptions options = on(path);
    options.dropout = 0;
    const fs::path head = argument("--head", folder), stored = argument("--adapter", folder);
    if (!head.empty()) options.head = files::load_head_file(head);
    const files::ModelFolder base = files::load_model_folder(argument("--model", folder));
    if (!stored.empty()) {
      const files::AdapterFolder adapter = files::read_adapter_folder(stored);
      model = TaskModel::with_adapters(base, options, {&adapter});
    } else {
      model = TaskModel::full(base, options);
    }
    expected = files::SafetensorsFile(folder / "expected.safetensors").load_all();
    read_batch(files::SafetensorsFile(argument("--inputs", folder)).load_all());
  }

  bool is_merged() const { return spec.at("args").dump().find("--merged") != std::string::npos; }

 private:
  /// The path after `option` in the case's arguments, or nothing.
  fs::path argument(const std::string& option, const fs::path& folder) const {
    const auto& arguments = spec.at("args");
    for (std::size_t i = 0; i + 1 < arguments.size(); ++i) {
      if (arguments[i] != option) continue;
      std::string value = arguments[i + 1];
      for (const auto& [place, path] :
           {std::pair<std::string, fs::path>("{case}", folder),
            std::pair<std::string, fs::path>("{golden}", folder.parent_path().parent_path())})
        if (const auto at = value.find(place); at != std::string::npos) value.replace(at, place.size(), path.string());
      return value;
    }
    return {};
  }

  void read_batch(const files::TensorMap& inputs) {
    const at::Tensor mask = inputs.at("attention_mask");
    std::vector<std::int64_t> places;
    for (std::int64_t row = 0; row < mask.size(0); ++row) {
      for (std::int64_t column = 0; column < mask.size(1); ++column) {
        if (mask[row][column].item<std::int64_t>() == 0) continue;
        batch.tokens.ids.push_back(inputs.at("input_ids")[row][column].item<std::int32_t>());
        batch.tokens.types.push_back(inputs.at("token_type_ids")[row][column].item<std::int32_t>());
        batch.tokens.positions.push_back(static_cast<std::int32_t>(column));
        batch.labels.push_back(inputs.at("labels")[row][column].item<std::int64_t>());
        places.push_back(row * mask.size(1) + column);
      }
      batch.tokens.boundaries.push_back(static_cast<std::int32_t>(batch.tokens.ids.size()));
    }
    real = at::tensor(places, at::kLong);
  }
};

}  // namespace

TEST_CASE("logits, losses and gradients are those of the originals, and so are parameter counts", "[tasks]") {
  const std::string group = GENERATE("models", "peft");
  const auto path = GENERATE(Path::Packed, Path::Compatible);
  if (cases(group).empty()) WARN("no golden files: nothing compared");
  for (const fs::path& folder : cases(group)) {
    CAPTURE(folder.filename().string(), path == Path::Packed);
    Golden golden(folder, path);
    const ParameterCounts counts = golden.model->counts();
    if (golden.spec.contains("parameters") && !golden.is_merged()) {
      CHECK(counts.all == golden.spec["parameters"]["all"].get<std::int64_t>());
      CHECK(counts.trainable == golden.spec["parameters"]["trainable"].get<std::int64_t>());
    }
    const Output output = golden.model->evaluate(golden.batch, {.merged = golden.is_merged()});
    const at::Tensor expected = golden.expected.at("logits");
    CHECK(deviation(output.logits, expected.flatten(0, 1).index_select(0, golden.real)) < kValueTolerance);
    CHECK(output.loss == Approx(golden.expected.at("loss").item<double>()).epsilon(kValueTolerance));
    for (const auto& [name, gradient] : gradients_of(*golden.model, golden.batch)) {
      const auto found = golden.expected.find("grad." + name);
      if (golden.is_merged() || found == golden.expected.end()) continue;
      CAPTURE(name);
      CHECK(deviation(gradient, found->second) < kGradientTolerance);
    }
  }
}

}  // namespace lorascope::tasks::test
