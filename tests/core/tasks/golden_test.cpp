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

std::vector<fs::path> cases(const std::string& group) {
  std::vector<fs::path> found;
  const fs::path folder = lorascope::test::shared_folder() / "golden" / group;
  if (lorascope::test::shared_folder().empty() || !fs::is_directory(folder)) return found;
  for (const auto& entry : fs::directory_iterator(folder)) {
    if (entry.path().filename().string().find("bert-") != std::string::npos) found.push_back(entry.path());
  }
  return found;
}

struct Golden {
  Json spec;
  std::unique_ptr<TaskModel> model;
  Batch batch;
  at::Tensor real;  ///< [T] places of the tokens in [B·S]
  files::TensorMap expected;

  Golden(const fs::path& folder, Path path, SpanLoss span_loss = SpanLoss::Padded)
      : spec(Json::parse(read_file(folder / "case.json"))) {
    TaskModelOptions options = on(path, task_kind(arguments("--task", folder).front()));
    options.dropout = 0;
    options.span_loss = span_loss;
    for (const std::string& head : arguments("--head", folder)) options.head = files::load_head_file(head);
    const files::ModelFolder base = files::load_model_folder(arguments("--model", folder).front());
    std::vector<files::AdapterFolder> stored;
    for (const std::string& path_of : arguments("--adapter", folder)) {
      stored.push_back(files::read_adapter_folder(path_of));
      stored.back().config.dropout = 0;  // of LoRA, which options.dropout is not about
    }
    std::vector<const files::AdapterFolder*> adapters;
    for (const files::AdapterFolder& adapter : stored) adapters.push_back(&adapter);
    model = stored.empty() ? TaskModel::full(base, options) : TaskModel::with_adapters(base, options, adapters);
    expected = files::SafetensorsFile(folder / "expected.safetensors").load_all();
    files::TensorMap inputs = files::SafetensorsFile(arguments("--inputs", folder).front()).load_all();
    const auto segments = arguments("--segment-ids", folder);
    if (inputs.count("token_type_ids") == 0 || (!segments.empty() && segments.front() == "zero"))
      inputs["token_type_ids"] = at::zeros_like(inputs.at("input_ids"));
    read_batch(inputs);
  }

  /// Over real positions.
  at::Tensor expected_logits() const {
    const auto rows = [&](const at::Tensor& padded) {
      return padded.reshape({-1, padded.dim() == 3 ? padded.size(2) : 1}).index_select(0, real);
    };
    if (model->kind() == TaskKind::Choices) return expected.at("logits");
    if (model->kind() == TaskKind::Tokens) return rows(expected.at("logits"));
    return at::cat({rows(expected.at("start_logits")), rows(expected.at("end_logits"))}, 1);
  }

  double tolerance(const std::string& name) const {
    const auto& allowed = spec.at("tolerance");
    return allowed.value(name, kGradientTolerance);
  }

  bool is_merged() const { return spec.at("args").dump().find("--merged") != std::string::npos; }

 private:
  /// What follows each `option` in the case's arguments.
  std::vector<std::string> arguments(const std::string& option, const fs::path& folder) const {
    std::vector<std::string> found;
    const auto& given = spec.at("args");
    for (std::size_t i = 0; i + 1 < given.size(); ++i) {
      if (given[i] != option) continue;
      std::string value = given[i + 1];
      for (const auto& [place, path] :
           {std::pair<std::string, fs::path>("{case}", folder),
            std::pair<std::string, fs::path>("{golden}", folder.parent_path().parent_path())})
        if (const auto at = value.find(place); at != std::string::npos) value.replace(at, place.size(), path.string());
      found.push_back(value);
    }
    return found;
  }

  static std::vector<std::int64_t> numbers(const at::Tensor& tensor) {
    const at::Tensor whole = tensor.contiguous();
    return {whole.const_data_ptr<std::int64_t>(), whole.const_data_ptr<std::int64_t>() + whole.numel()};
  }

  void read_batch(const files::TensorMap& inputs) {
    const at::Tensor ids = inputs.at("input_ids");
    const std::int64_t columns = ids.size(-1), rows = ids.numel() / columns;
    const auto all_ids = numbers(ids), types = numbers(inputs.at("token_type_ids")),
               mask = numbers(inputs.at("attention_mask"));
    if (ids.dim() == 3) batch.choices = ids.size(1);
    if (inputs.count("labels") != 0 && ids.dim() == 3) batch.labels = numbers(inputs.at("labels"));
    if (inputs.count("start_positions") != 0) {
      batch.start_positions = numbers(inputs.at("start_positions"));
      batch.end_positions = numbers(inputs.at("end_positions"));
    }
    std::vector<std::int64_t> places;
    const auto append = [&](std::int64_t row, bool is_real) {
      for (std::int64_t place = row * columns; place < (row + 1) * columns; ++place) {
        if ((mask[place] != 0) != is_real) continue;
        batch.tokens.ids.push_back(static_cast<std::int32_t>(all_ids[place]));
        batch.tokens.types.push_back(static_cast<std::int32_t>(types[place]));
        batch.tokens.positions.push_back(static_cast<std::int32_t>(place - row * columns));
        if (ids.dim() == 2 && inputs.count("labels") != 0) batch.labels.push_back(numbers(inputs.at("labels"))[place]);
        places.push_back(place);
      }
    };
    // The originals' span loss also sees columns that are padding in every row.
    const bool with_padding = !batch.start_positions.empty();
    for (std::int64_t row = 0; row < rows; ++row) {
      append(row, true);
      if (with_padding) {
        batch.tokens.real_lengths.push_back(static_cast<std::int32_t>(batch.tokens.ids.size()) -
                                            batch.tokens.boundaries.back());
        append(row, false);
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
    CHECK(deviation(output.logits, golden.expected_logits()) < kValueTolerance);
    CHECK(output.loss == Approx(golden.expected.at("loss").item<double>()).epsilon(kValueTolerance));
    if (golden.is_merged()) continue;
    for (const auto& [name, gradient] : gradients_of(*golden.model, golden.batch)) {
      const auto found = golden.expected.find("grad." + name);
      if (found == golden.expected.end()) continue;
      CAPTURE(name);
      CHECK(deviation(gradient, found->second) < golden.tolerance("grad." + name));
    }
  }
}

TEST_CASE("span losses over real positions are those of the originals without padding", "[tasks]") {
  const auto path = GENERATE(Path::Packed, Path::Compatible);
  for (const fs::path& folder : cases("models")) {
    if (folder.filename().string().find("-squad-") == std::string::npos) continue;
    CAPTURE(folder.filename().string());
    Golden golden(folder, path, SpanLoss::Real);
    const auto expected = golden.spec.at("loss_real_positions").get<double>();
    CHECK(golden.model->evaluate(golden.batch).loss == Approx(expected).epsilon(kValueTolerance));
    CHECK(golden.model->train_micro_batch(golden.batch, 1, {}) == Approx(expected).epsilon(kValueTolerance));
  }
}

}  // namespace lorascope::tasks::test
