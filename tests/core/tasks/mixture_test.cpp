#include <ATen/ATen.h>

#include "core/adapters/scaling_statistics.h"
#include "core/base/files.h"
#include "core/base/json.h"
#include "core/files/xlora_folder.h"
#include "core/nn/adamw.h"
#include "core/nn/initialise.h"
#include "core/tasks/mixture_model.h"
#include "tests/core/tasks/mixed_adapters.h"
#include "tests/support/catch.h"
#include "tests/support/temporary_folder.h"

namespace lorascope::tasks::test {
namespace {

/// A gate whose last layer has zero weights: its bias alone decides, alike for every token and module.
files::XloraFolder constant_gate(const files::ModelFolder& base, const std::vector<files::AdapterFolder>& adapters,
                                 const std::vector<double>& bias, bool has_softmax) {
  files::XloraConfig config;
  config.has_softmax = has_softmax;
  config.dropout = 0;
  files::XloraFolder mixture = new_xlora(base, pointers(adapters), config, 5);
  mixture.gate.back().weight.zero_();
  mixture.gate.back().bias = at::tensor(bias, at::kFloat);
  return mixture;
}

at::Tensor logits(TaskModel& model, const Batch& batch) {
  return model.evaluate(batch, {.merged = false}).logits;
}

struct Shape {
  std::size_t adapters;
  bool is_union;
  std::uint64_t seed;
};
const std::vector<Shape> kShapes = {{1, false, 1}, {2, true, 3}, {3, true, 4}, {4, false, 5}};

/// Calls for every family, task, path and shape with a model, its options, adapters on it and a batch of the task.
template <typename Check>
void for_each_identity(Check check) {
  for (const files::Family family : {files::Family::Bert, files::Family::DistilBert})
    for (const TaskKind kind : {TaskKind::Tokens, TaskKind::Spans, TaskKind::Choices})
      for (const Path path : {Path::Packed, Path::Compatible})
        for (const Shape& shape : kShapes) {
          CAPTURE(static_cast<int>(family), static_cast<int>(kind), static_cast<int>(path), shape.adapters);
          const Sample sample{family, kind};
          TaskModelOptions options = on(path, kind);
          options.span_loss = SpanLoss::Real;
          check(small_model(sample), options, drawn_adapters(sample, shape.adapters, shape.is_union, shape.seed),
                small_batch(kind));
        }
}

TEST_CASE("X-LoRA with one-hot scalings is that adapter, for all families, tasks, paths and shapes", "[tasks]") {
  for_each_identity([](const files::ModelFolder& base, const TaskModelOptions& options, const auto& adapters,
                       const Batch& batch) {
    for (std::size_t chosen = 0; chosen < adapters.size(); ++chosen) {
      std::vector<double> bias(adapters.size(), 0.0);
      bias[chosen] = 300;
      const auto mixed = xlora_model(base, options, constant_gate(base, adapters, bias, true), {});
      const auto alone = TaskModel::with_adapters(base, options, {&adapters[chosen]});
      CHECK(deviation(logits(*mixed, batch), logits(*alone, batch)) < kValueTolerance);
    }
  });
}

TEST_CASE("X-LoRA with constant scalings is the exact merge with those weights", "[tasks]") {
  for_each_identity([](const files::ModelFolder& base, const TaskModelOptions& options, const auto& adapters,
                       const Batch& batch) {
    MixingOptions sum;
    for (std::size_t n = 0; n < adapters.size(); ++n) sum.weights.push_back(0.7 - 0.5 * static_cast<double>(n));
    const auto merged = mixture_model(base, options, pointers(adapters), sum);
    const auto mixed = xlora_model(base, options, constant_gate(base, adapters, sum.weights, false), {});
    CHECK(deviation(logits(*mixed, batch), logits(*merged, batch)) < kValueTolerance);
    CHECK(deviation(logits(*mixed, batch), merged->evaluate(batch).logits) < kValueTolerance);
  });
}

TEST_CASE("X-LoRA with scalings of zero is the base, and one adapter with softmax is that adapter", "[tasks]") {
  for_each_identity([](const files::ModelFolder& base, const TaskModelOptions& options, const auto& adapters,
                       const Batch& batch) {
    const auto plain = TaskModel::full(base, options);
    const auto zero = xlora_model(
        base, options, constant_gate(base, adapters, std::vector<double>(adapters.size(), 0.0), false), {});
    CHECK(deviation(logits(*zero, batch), logits(*plain, batch)) < 1e-6);
    files::XloraConfig config;
    config.depth = 2;
    config.size = 7;
    const auto single = xlora_model(base, options, new_xlora(base, {&adapters[0]}, config, 3), {});
    const auto lora = TaskModel::with_adapters(base, options, {&adapters[0]});
    CHECK(deviation(logits(*single, batch), logits(*lora, batch)) < 1e-6);
    CHECK(at::equal(single->evaluate(batch).scalings, at::ones_like(single->evaluate(batch).scalings)));
  });
}

TEST_CASE("A uniform average is the exact merge with weights of 1/N", "[tasks]") {
  const files::ModelFolder base = small_model();
  const auto adapters = drawn_adapters(4, true, 3);
  MixingOptions quarter;
  quarter.weights = {0.25, 0.25, 0.25, 0.25};
  const auto expected = mixture_model(base, on(Path::Packed), pointers(adapters), quarter);
  const auto found = mixture_model(base, on(Path::Packed), pointers(adapters), {});
  CHECK(at::equal(logits(*found, small_batch()), logits(*expected, small_batch())));
}

TEST_CASE("Scalings are a distribution a token and module, of the shape T, L, N", "[tasks]") {
  const auto adapters = drawn_adapters(3, true, 4);
  files::XloraConfig config;
  config.is_layerwise = true;
  config.depth = 3;
  config.size = 6;
  const auto model =
      xlora_model(small_model(), on(Path::Packed), new_xlora(small_model(), pointers(adapters), config, 1), {});
  const Batch batch = small_batch();
  const Output output = model->evaluate(batch);
  CHECK(output.scalings.sizes().vec() == std::vector<std::int64_t>{batch.tokens.num_tokens(), 15, 3});
  CHECK((output.scalings.sum(-1) - 1).abs().max().item<double>() < 1e-6);
  CHECK(at::equal(output.scalings, output.applied));
}

TEST_CASE("No example's result depends on those beside it in mode ours", "[tasks]") {
  const auto adapters = drawn_adapters(3, true, 4);
  files::XloraConfig config;
  config.top_k = 2;
  config.has_softmax = false;
  config.has_top_k_softmax = true;
  const files::XloraFolder mixture = new_xlora(small_model(), pointers(adapters), config, 1);
  const auto model = xlora_model(small_model(), on(Path::Packed), mixture, {});
  const Batch batch = small_batch();
  const at::Tensor together = logits(*model, batch);
  for (std::int64_t row = 0; row < batch.tokens.num_sequences(); ++row) {
    const at::Tensor alone = logits(*model, part_of(batch, row, row + 1));
    CHECK(deviation(alone, together.slice(0, batch.tokens.boundaries[row], batch.tokens.boundaries[row + 1])) <
          kValueTolerance);
  }
}

/// 100 steps of AdamW on what the model trains.
void train_100_steps(TaskModel& model, const Batch& batch) {
  std::vector<at::Tensor> first, second;
  for (const Parameter& parameter : model.trainable()) {
    first.push_back(at::zeros_like(parameter.value));
    second.push_back(at::zeros_like(parameter.value));
  }
  for (std::int64_t step = 1; step <= 100; ++step) {
    model.zero_gradients();
    model.train_micro_batch(batch, 1, {7, static_cast<std::uint64_t>(step)});
    nn::AdamW adamw;
    adamw.learning_rate = 0.01;
    adamw.step = step;
    for (std::size_t i = 0; i < first.size(); ++i) nn::adamw_step(adamw, model.trainable()[i], first[i], second[i]);
  }
}

TEST_CASE("After 100 steps the gate has changed and the adapters have not, by a bit", "[tasks]") {
  for (const files::Family family : {files::Family::Bert, files::Family::DistilBert})
    for (const TaskKind kind : {TaskKind::Tokens, TaskKind::Spans, TaskKind::Choices})
      for (const Path path : {Path::Packed, Path::Compatible}) {
        // Autograd's steps take long: one family and task stands for all.
        if (path == Path::Compatible && (family != files::Family::Bert || kind != TaskKind::Tokens)) continue;
        CAPTURE(static_cast<int>(family), static_cast<int>(kind), static_cast<int>(path));
        const Sample sample{family, kind, 0.1};
        const files::ModelFolder base = small_model(sample);
        const auto adapters = drawn_adapters(sample, 3, true, 6);
        files::XloraConfig config;
        config.is_layerwise = true;
        config.depth = 2;
        config.size = 5;
        const files::XloraFolder start = new_xlora(base, pointers(adapters), config, 1);
        const auto model = xlora_model(base, on(path, kind), start, {});
        for (const Parameter& parameter : model->trainable()) CHECK(parameter.name.rfind("base_model", 0) != 0);
        const auto before = model->export_model();
        std::map<std::string, at::Tensor> copies;
        for (const auto& [name, tensor] : before) copies[name] = tensor.clone();
        train_100_steps(*model, small_batch(kind));
        const files::XloraFolder end = model->export_xlora();
        for (std::size_t n = 0; n < adapters.size(); ++n)
          for (const auto& [name, tensor] : adapters[n].tensors)
            CHECK(at::equal(end.adapters[n].tensors.at(name), tensor));
        for (const auto& [name, tensor] : model->export_model()) CHECK(at::equal(tensor, copies.at(name)));
        for (std::size_t layer = 0; layer < start.gate.size(); ++layer)
          CHECK(!at::equal(end.gate[layer].weight, start.gate[layer].weight));
      }
}

TEST_CASE("What an X-LoRA model writes gives the same logits when it is read again, in both formats", "[tasks]") {
  const lorascope::test::TemporaryFolder folder;
  const files::ModelFolder base = small_model();
  const auto adapters = drawn_adapters(2, true, 8);
  files::XloraConfig config;
  config.is_layerwise = true;
  config.depth = 2;
  config.size = 5;
  const auto model = xlora_model(base, on(Path::Compatible), new_xlora(base, pointers(adapters), config, 1), {});
  const Batch batch = small_batch();
  const at::Tensor expected = logits(*model, batch);
  for (const files::XloraFormat format : {files::XloraFormat::Package, files::XloraFormat::Peft}) {
    const auto place = folder.path() / std::string(files::text(format));
    files::write_xlora_folder(place, files::converted(model->export_xlora(), format));
    const auto again = xlora_model(base, on(Path::Compatible), files::read_xlora_folder(place), {});
    CHECK(at::equal(logits(*again, batch), expected));
  }
}

std::vector<files::XloraConfig> gate_variants() {
  std::vector<files::XloraConfig> variants(6);
  variants[1].is_layerwise = true;
  variants[1].depth = 3;
  variants[1].size = 6;
  variants[2].is_layerwise = true;
  variants[2].top_k = 2;
  variants[2].temperature = 0.6;
  variants[3].has_softmax = false;
  variants[3].has_top_k_softmax = true;
  variants[3].top_k = 2;
  variants[3].depth = 2;
  variants[3].size = 5;
  variants[4].scaling_pass_value = 0.4;
  variants[4].global_weight = 1.3;
  variants[5].has_relu = variants[5].has_bias = variants[5].has_softmax = false;
  variants[5].depth = 2;
  variants[5].size = 4;
  for (files::XloraConfig& config : variants) config.dropout = 0.3;
  return variants;
}

TEST_CASE("Packed X-LoRA has the logits, losses, scalings and gradients of the padded one", "[tasks]") {
  for (const files::Family family : {files::Family::Bert, files::Family::DistilBert})
    for (const TaskKind kind : {TaskKind::Tokens, TaskKind::Spans, TaskKind::Choices}) {
      Sample sample;
      sample.family = family;
      sample.kind = kind;
      sample.dropout = 0.1;
      const files::ModelFolder base = small_model(sample);
      const auto adapters = drawn_adapters(sample, 3, true, 1);
      const Batch batch = small_batch(kind);
      for (const files::XloraConfig& config : gate_variants()) {
        CAPTURE(static_cast<int>(family), static_cast<int>(kind), config.depth, config.is_layerwise);
        const files::XloraFolder mixture = new_xlora(base, pointers(adapters), config, 1);
        XloraModelOptions xlora;
        xlora.xlora.balance_weight = 0.2;
        xlora.trains_head = true;
        const auto packed = xlora_model(base, on(Path::Packed, kind), mixture, xlora);
        auto options = on(Path::Compatible, kind);
        options.span_loss = SpanLoss::Real;
        const auto padded = xlora_model(base, options, mixture, xlora);
        REQUIRE(packed->path() == Path::Packed);
        const Output found = packed->evaluate(batch), expected = padded->evaluate(batch);
        CHECK(deviation(found.logits, expected.logits) < kValueTolerance);
        CHECK(deviation(found.scalings, expected.scalings) < kValueTolerance);
        CHECK(deviation(found.applied, expected.applied) < kValueTolerance);
        CHECK(found.gate_loss == Approx(expected.gate_loss).epsilon(1e-5));
        const nn::DropoutKey key{3, 5};
        check_gradients(gradients_of(*packed, batch, key, 0.7), gradients_of(*padded, batch, key, 0.7));
      }
    }
}

TEST_CASE("A gate whose inputs are kept learns the same as one whose inputs are computed", "[tasks]") {
  const files::ModelFolder base = small_model(0.1);
  const auto adapters = drawn_adapters(3, true, 6);
  files::XloraConfig config;
  config.is_layerwise = true;
  const files::XloraFolder mixture = new_xlora(base, pointers(adapters), config, 1);
  XloraModelOptions kept;
  kept.xlora.cached_input_bytes = 1 << 20;
  XloraModelOptions some;
  some.xlora.cached_input_bytes = 8 * 8 * 4;  // one sequence or two
  const auto plain = xlora_model(base, on(Path::Packed), mixture, {});
  const auto cached = xlora_model(base, on(Path::Packed), mixture, kept);
  const auto partly = xlora_model(base, on(Path::Packed), mixture, some);
  const Batch batch = small_batch();
  for (std::uint64_t step = 1; step <= 3; ++step)
    for (const Batch& part : {batch, part_of(batch, 1, 3), part_of(batch, 0, 4)}) {
      const Gradients expected = gradients_of(*plain, part, {1, step});
      check_gradients(gradients_of(*cached, part, {1, step}), expected);
      check_gradients(gradients_of(*partly, part, {1, step}), expected);
      CHECK(deviation(cached->evaluate(part).logits, plain->evaluate(part).logits) < kValueTolerance);
    }
}

TEST_CASE("Statistics of scalings are those of the golden files, and count no padding", "[tasks]") {
  const auto golden = lorascope::test::shared_folder() / "golden" / "xlora";
  if (lorascope::test::shared_folder().empty() || !std::filesystem::is_directory(golden)) {
    WARN("no golden files beside the checkout: skipped");
    return;
  }
  int cases = 0;
  for (const auto& entry : std::filesystem::directory_iterator(golden)) {
    if (!std::filesystem::exists(entry.path() / "statistics.json")) continue;
    CAPTURE(entry.path().filename().string());
    ++cases;
    const Json expected = Json::parse(read_file(entry.path() / "statistics.json"));
    const at::Tensor applied = files::open_archive(entry.path() / "expected.safetensors")->load("scalings_applied");
    const at::Tensor mask = files::open_archive(entry.path() / "inputs.safetensors")->load("attention_mask");
    const at::Tensor real = mask.reshape({-1, mask.size(-1)}).flatten().nonzero().flatten();
    const auto found = adapters::scaling_statistics(applied.flatten(0, 1).index_select(0, real));
    CHECK(found.tokens == expected.at("positions"));
    CHECK(found.entropy == Approx(expected.at("entropy").get<double>()).epsilon(1e-6));
    for (std::size_t n = 0; n < found.firsts.size(); ++n) {
      CHECK(found.firsts[n] == Approx(expected.at("first")[n].get<double>()).margin(1e-9));
      for (std::int64_t l = 0; l < found.mean.size(0); ++l)
        CHECK(found.mean[l][static_cast<std::int64_t>(n)].item<double>() ==
              Approx(expected.at("mean")[static_cast<std::size_t>(l)][n].get<double>()).margin(1e-6));
    }
  }
  CHECK(cases > 0);
}

TEST_CASE("The gate's terms of the loss have the gradients of their definition", "[tasks]") {
  const files::ModelFolder base = small_model();
  const auto adapters = drawn_adapters(3, false, 8);
  files::XloraConfig config;
  const files::XloraFolder mixture = new_xlora(base, pointers(adapters), config, 1);
  const Batch batch = small_batch();
  XloraModelOptions terms;
  terms.xlora.balance_weight = 0.3;
  terms.xlora.entropy_weight = -0.2;
  const auto model = xlora_model(base, on(Path::Packed), mixture, terms);
  const at::Tensor scalings = model->evaluate(batch).scalings.select(1, 0);
  const double balance = scalings.mean(0).square().sum().item<double>() * 3;
  const double entropy = -(scalings * scalings.log()).sum(-1).mean().item<double>();
  CHECK(model->evaluate(batch).gate_loss == Approx(0.3 * balance - 0.2 * entropy).epsilon(1e-5));
  const auto without = xlora_model(base, on(Path::Packed), mixture, {});
  model->zero_gradients();
  without->zero_gradients();
  const double with_terms = model->train_micro_batch(batch, 1, {});
  CHECK(with_terms == Approx(without->train_micro_batch(batch, 1, {}) + 0.3 * balance - 0.2 * entropy).epsilon(1e-5));
}

TEST_CASE("A gate that is told whose examples it sees learns to choose that adapter, on both paths alike", "[tasks]") {
  const files::ModelFolder base = small_model();
  const auto adapters = drawn_adapters(3, false, 8);
  const files::XloraFolder mixture = new_xlora(base, pointers(adapters), {}, 1);
  XloraModelOptions told;
  told.xlora.task_weight = 0.7;
  told.own_adapters = {1};
  Batch batch = small_batch();
  const auto packed = std::move(xlora_models(base, {on(Path::Packed)}, mixture, told).front());
  const auto padded = std::move(xlora_models(base, {on(Path::Compatible)}, mixture, told).front());
  const auto expected = [&](std::int64_t row, std::int64_t row_adapter) {
    // The cross-entropy token by token, the batch's rows one after the other.
    const at::Tensor scalings = packed->evaluate(batch).scalings;
    double sum = 0;
    for (std::int64_t token = 0; token < scalings.size(0); ++token) {
      const bool is_of_row = token >= batch.tokens.boundaries[row] && token < batch.tokens.boundaries[row + 1];
      const std::int64_t own = is_of_row ? row_adapter : 1;
      for (std::int64_t layer = 0; layer < scalings.size(1); ++layer)
        sum -= std::log(scalings[token][layer][own].item<double>());
    }
    return 0.7 * sum / static_cast<double>(scalings.size(0) * scalings.size(1));
  };
  CHECK(packed->evaluate(batch).gate_loss == Approx(expected(0, 1)).epsilon(1e-5));
  CHECK(padded->evaluate(batch).gate_loss == Approx(expected(0, 1)).epsilon(1e-5));
  batch.adapters.assign(static_cast<std::size_t>(batch.tokens.num_sequences()), 1);
  batch.adapters.front() = 2;
  CHECK(packed->evaluate(batch).gate_loss == Approx(expected(0, 2)).epsilon(1e-5));
  CHECK(padded->evaluate(batch).gate_loss == Approx(expected(0, 2)).epsilon(1e-5));

  batch.adapters.clear();
  const double before = packed->evaluate(batch).gate_loss;
  for (int step = 0; step < 50; ++step) {
    packed->zero_gradients();
    packed->train_micro_batch(batch, 1, {});
    for (const Parameter& parameter : packed->trainable()) parameter.value.sub_(parameter.gradient, 0.5);
    packed->values_changed();
  }
  CHECK(packed->evaluate(batch).gate_loss < 0.2 * before);
}

TEST_CASE("With one adapter every mixture is that adapter", "[tasks]") {
  const files::ModelFolder base = small_model();
  const auto adapters = drawn_adapters(1, false, 2);
  const Batch batch = small_batch();
  const auto lora = TaskModel::with_adapters(base, on(Path::Packed), {&adapters[0]});
  for (const Mixing kind : {Mixing::Meteora, Mixing::Arrow, Mixing::Sum, Mixing::Factors}) {
    MixingOptions options;
    options.kind = kind;
    options.top_k = 1;
    options.weights = {1.0};
    const auto mixed = mixture_model(base, on(Path::Packed), pointers(adapters), options);
    CHECK(deviation(logits(*mixed, batch), logits(*lora, batch)) < kValueTolerance);
  }
}

TEST_CASE("The factor sum does not change with the sign of all weights, the sum of updates does", "[tasks]") {
  const files::ModelFolder base = small_model();
  auto adapters = drawn_adapters(2, false, 4);
  for (files::AdapterFolder& adapter : adapters) {
    adapter.config.rank = 2;
    for (auto& [name, tensor] : adapter.tensors)
      tensor = nn::draw_normal(
          name.find("lora_A") != std::string::npos ? std::vector<std::int64_t>{2, 8} : std::vector<std::int64_t>{8, 2},
          0.4, 1, name + adapter.folder.string());
  }
  const Batch batch = small_batch();
  const auto run = [&](Mixing kind, std::vector<double> weights) {
    MixingOptions options;
    options.kind = kind;
    options.weights = std::move(weights);
    return logits(*mixture_model(base, on(Path::Packed), pointers(adapters), options), batch);
  };
  CHECK(deviation(run(Mixing::Factors, {0.6, -1.1}), run(Mixing::Factors, {-0.6, 1.1})) < kValueTolerance);
  CHECK(deviation(run(Mixing::Sum, {0.6, -1.1}), run(Mixing::Sum, {-0.6, 1.1})) > 1e-3);
  CHECK(deviation(run(Mixing::Sum, {0.6, -1.1}), run(Mixing::Factors, {0.6, -1.1})) > 1e-3);
}

TEST_CASE("A gate that does not fit the model is refused by name", "[tasks]") {
  const files::ModelFolder base = small_model();
  const auto adapters = drawn_adapters(2, false, 4);
  files::XloraConfig config;
  config.is_layerwise = true;
  files::XloraFolder mixture = new_xlora(base, pointers(adapters), config, 1);
  mixture.gate.back().weight = at::zeros({4, 8});
  mixture.gate.back().bias = at::zeros({4});
  CHECK_THROWS_WITH(xlora_model(base, on(Path::Packed), mixture, {}), Catch::Contains("4 outputs"));
  mixture.gate.back().weight = at::zeros({12, 9});
  CHECK_THROWS_WITH(xlora_model(base, on(Path::Packed), mixture, {}), Catch::Contains("9 inputs"));

  config.has_top_k_softmax = true;
  const files::XloraFolder overwriting = new_xlora(base, pointers(adapters), config, 1);
  XloraModelOptions package;
  package.xlora.mode = adapters::XloraMode::Package;
  CHECK_THROWS_WITH(xlora_model(base, on(Path::Packed), overwriting, package), Catch::Contains("enable_softmax_topk"));
  CHECK_NOTHROW(xlora_model(base, on(Path::Packed), overwriting, {}));
  MixingOptions routing;
  routing.kind = Mixing::Arrow;
  routing.top_k = 3;
  CHECK_THROWS_WITH(mixture_model(base, on(Path::Packed), pointers(adapters), routing), Catch::Contains("top_k"));
  routing.kind = Mixing::Sum;
  routing.weights = {1.0};
  CHECK_THROWS_WITH(mixture_model(base, on(Path::Packed), pointers(adapters), routing), Catch::Contains("1 weights"));
}

}  // namespace
}  // namespace lorascope::tasks::test
