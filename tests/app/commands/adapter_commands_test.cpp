#include <cmath>
#include <filesystem>
#include <string>
#include <vector>

#include "core/base/files.h"
#include "tests/app/commands/adapter_files.h"
#include "tests/app/commands/program_runner.h"
#include "tests/support/catch.h"
#include "tests/support/temporary_folder.h"

using namespace lorascope;
using namespace lorascope::test;
namespace fs = std::filesystem;

namespace {

constexpr const char* kQuery = "model.layers.0.self_attn.q_proj";
constexpr const char* kValue = "model.layers.0.self_attn.v_proj";
constexpr double kScaling = 2;  // alpha 6 of rank 3

struct AdapterBench {
  TemporaryFolder folder;
  const fs::path& path = folder.path();

  ProgramEnd run(const std::string& arguments) const { return run_lorascope(path, arguments); }
  Json json(const std::string& arguments) const {
    const ProgramEnd end = run(arguments + " --json");
    INFO(end.errors);
    REQUIRE(end.exit_code == 0);
    return end.json();
  }
  Tensors write(const std::string& name, unsigned seed, const Json& config = Json::object()) const {
    AdapterSample sample;
    sample.seed = seed;
    sample.config = config;
    return write_adapter(path / name, sample);
  }
  Tensors tensors_of(const std::string& name) const { return read_tensors(path / name / "adapter_model.safetensors"); }
  /// What a written adapter adds to a module.
  Matrix written_update(const std::string& name, const std::string& module) const {
    const Json config = Json::parse(read_file(path / name / "adapter_config.json"));
    return update(tensors_of(name), module, config.at("lora_alpha").get<double>() / config.at("r").get<double>());
  }
};

double squares(const std::vector<double>& values, std::size_t from = 0) {
  double result = 0;
  for (std::size_t i = from; i < values.size(); ++i) result += values[i] * values[i];
  return result;
}

double relative(const Matrix& found, const Matrix& expected) {
  return norm(sum(found, expected, -1)) / norm(expected);
}

}  // namespace

TEST_CASE("adapter show gives the figures of a dense decomposition, whatever the model", "[commands]") {
  const AdapterBench bench;
  const Tensors tensors = bench.write("a", 1);
  const Json shown = bench.json("adapter show a");
  CHECK(shown.at("parameters").at("lora") == 2 * 3 * (10 + 12));
  CHECK(shown.at("config").at("r") == 3);
  REQUIRE(shown.at("modules").size() == 2);
  for (const char* module : {kQuery, kValue}) {
    const std::vector<double> dense = singular_values(update(tensors, module, kScaling));
    const Json& found = shown.at("modules").at(module);
    double total = 0, entropy = 0, held = 0;
    for (const double value : dense) total += value;
    for (const double value : dense)
      if (value > 1e-9 * dense.front()) entropy -= value / total * std::log(value / total);
    std::int64_t rank_90 = 0;
    while (held < 0.9 * squares(dense)) {
      held += dense[rank_90] * dense[rank_90];
      ++rank_90;
    }
    REQUIRE(found.at("singular_values").size() == 3);
    for (std::size_t i = 0; i < 3; ++i)
      CHECK(found.at("singular_values")[i].get<double>() == Approx(dense[i]).epsilon(1e-5));
    CHECK(found.at("stable_rank").get<double>() == Approx(squares(dense) / (dense[0] * dense[0])).epsilon(1e-5));
    CHECK(found.at("effective_rank").get<double>() == Approx(std::exp(entropy)).epsilon(1e-5));
    CHECK(found.at("energy_rank_90") == rank_90);
    CHECK(found.at("frobenius_norm").get<double>() == Approx(std::sqrt(squares(dense))).epsilon(1e-5));
    CHECK(found.at("scaling") == kScaling);
  }
  const ProgramEnd text = bench.run("adapter show a");
  CHECK(text.exit_code == 0);
  CHECK_THAT(text.output, Catch::Contains(kQuery) && Catch::Contains("stable"));
}

TEST_CASE("adapter show takes an adapter of a 7B Llama's modules without the model", "[commands]") {
  const AdapterBench bench;
  AdapterSample llama;
  llama.rank = 16;
  llama.alpha = 32;
  llama.in = llama.out = 4096;
  llama.modules.clear();
  for (int layer = 0; layer < 32; ++layer)
    for (const char* part : {"q_proj", "v_proj"})
      llama.modules.push_back("model.layers." + std::to_string(layer) + ".self_attn." + part);
  llama.config = {{"target_modules", {"q_proj", "v_proj"}}, {"task_type", "CAUSAL_LM"}};
  const Tensors tensors = write_adapter(bench.path / "llama", llama);
  const Json shown = bench.json("adapter show llama");
  REQUIRE(shown.at("modules").size() == 64);
  CHECK(shown.at("parameters").at("lora") == 64 * 16 * 2 * 4096);
  // Of one module from its small matrices: ‖BA‖² = tr(BᵀB AAᵀ).
  const Matrix &a = tensors.at("base_model.model.model.layers.31.self_attn.v_proj.lora_A.weight"),
               &b = tensors.at("base_model.model.model.layers.31.self_attn.v_proj.lora_B.weight");
  double trace = 0;
  for (std::int64_t i = 0; i < 16; ++i)
    for (std::int64_t j = 0; j < 16; ++j) {
      double left = 0, right = 0;
      for (std::int64_t k = 0; k < 4096; ++k) {
        left += b.at(k, i) * b.at(k, j);
        right += a.at(j, k) * a.at(i, k);
      }
      trace += left * right;
    }
  CHECK(shown.at("modules").at("model.layers.31.self_attn.v_proj").at("frobenius_norm").get<double>() ==
        Approx(2 * std::sqrt(trace)).epsilon(1e-5));
  // Layers stand in the order of their numbers.
  const std::string text = bench.run("adapter show llama").output;
  CHECK(text.find("layers.2.self_attn.q_proj") < text.find("layers.10.self_attn.q_proj"));
}

TEST_CASE("adapter compare gives cosines and overlaps of the dense updates", "[commands]") {
  const AdapterBench bench;
  const Tensors first = bench.write("a", 1), second = bench.write("b", 2);
  const Json same = bench.json("adapter compare a a");
  CHECK(same.at("cosine").get<double>() == Approx(1));
  CHECK(same.at("modules").at(kQuery).at("left_overlap").get<double>() == Approx(1));
  const Json found = bench.json("adapter compare a b");
  for (const char* module : {kQuery, kValue}) {
    const Matrix one = update(first, module, kScaling), other = update(second, module, kScaling);
    double inner = 0;
    for (std::size_t i = 0; i < one.values.size(); ++i) inner += one.values[i] * other.values[i];
    const Json& values = found.at("modules").at(module);
    CHECK(values.at("cosine").get<double>() == Approx(inner / norm(one) / norm(other)).epsilon(1e-5));
    CHECK(values.at("norms")[0].get<double>() == Approx(norm(one)).epsilon(1e-5));
    CHECK(values.at("left_random").get<double>() == Approx(3.0 / 12));
    CHECK(values.at("right_random").get<double>() == Approx(3.0 / 10));
  }
  AdapterSample wider;
  wider.out = 14;
  write_adapter(bench.path / "wider", wider);
  CHECK(bench.run("adapter compare a wider").exit_code == 3);
}

TEST_CASE("adapter merge: cat is the exact sum, svd the best of its rank", "[commands]") {
  const AdapterBench bench;
  const Tensors first = bench.write("a", 1), second = bench.write("b", 2);
  const Json cat = bench.json("adapter merge a b --weights 0.75,-0.5 --type cat --out cat");
  CHECK(cat.at("rank") == 6);
  CHECK(cat.at("relative_error").get<double>() < 1e-6);
  const Json svd = bench.json("adapter merge a b --weights 0.75,-0.5 --type svd --rank 4 --out svd");
  CHECK(svd.at("rank") == 4);
  for (const char* module : {kQuery, kValue}) {
    Matrix exact = update(first, module, kScaling * 0.75);
    exact = sum(exact, update(second, module, kScaling), -0.5);
    CHECK(relative(bench.written_update("cat", module), exact) < 1e-5);
    const std::vector<double> values = singular_values(exact);
    const double lost = std::sqrt(squares(values, 4) / squares(values));
    CHECK(relative(bench.written_update("svd", module), exact) == Approx(lost).epsilon(1e-4));
    CHECK(svd.at("modules").at(module).at("relative_error").get<double>() == Approx(lost).epsilon(1e-4));
    CHECK(svd.at("modules").at(module).at("exact_norm").get<double>() == Approx(norm(exact)).epsilon(1e-5));
  }
}

TEST_CASE("adapter merge says how far every other type is from the exact sum", "[commands]") {
  const AdapterBench bench;
  const Tensors first = bench.write("a", 1), second = bench.write("b", 2);
  for (const std::string type : {"linear", "ties", "ties_svd", "dare_linear", "dare_ties", "dare_linear_svd",
                                 "dare_ties_svd", "magnitude_prune", "magnitude_prune_svd"}) {
    CAPTURE(type);
    const std::string density = type == "linear" ? "" : " --density 0.6";
    const Json merged = bench.json("adapter merge a b --weights 0.5,0.5 --type " + type + density + " --out " + type);
    CHECK(merged.at("rank") == 3);
    for (const char* module : {kQuery, kValue}) {
      const Matrix exact = sum(update(first, module, 1), update(second, module, 1), 1);  // scaling 2 · weight 0.5
      CHECK(merged.at("modules").at(module).at("relative_error").get<double>() ==
            Approx(relative(bench.written_update(type, module), exact)).epsilon(1e-4));
    }
    CHECK(bench.run("adapter show " + type).exit_code == 0);
  }
  // [PEFT] linear: A' = Σ √(w s) A, B' = Σ √(w s) B.
  const std::string a = std::string("base_model.model.") + kQuery + ".lora_A.weight";
  CHECK(relative(bench.tensors_of("linear").at(a), sum(first.at(a), second.at(a), 1)) < 1e-5);
  CHECK(read_file(bench.path / "dare_ties" / "adapter_model.safetensors") != read_file(bench.path / "ties" / "adapter_model.safetensors"));
}

TEST_CASE("adapter truncate loses what a dense decomposition says", "[commands]") {
  const AdapterBench bench;
  const Tensors tensors = bench.write("a", 1);
  const Json by_rank = bench.json("adapter truncate a --rank 2 --out two");
  const Json by_energy = bench.json("adapter truncate a --energy 0.5 --out half");
  for (const char* module : {kQuery, kValue}) {
    const Matrix exact = update(tensors, module, kScaling);
    const std::vector<double> values = singular_values(exact);
    const double lost = std::sqrt(squares(values, 2) / squares(values));
    CHECK(by_rank.at("modules").at(module).at("relative_error").get<double>() == Approx(lost).epsilon(1e-5));
    CHECK(relative(bench.written_update("two", module), exact) == Approx(lost).epsilon(1e-4));
    std::int64_t rank = 1;
    while (squares(values, rank) > 0.5 * squares(values)) ++rank;
    CHECK(by_energy.at("modules").at(module).at("rank") == rank);
  }
  CHECK(bench.json("adapter show two").at("modules").at(kQuery).at("rank") == 2);
  CHECK(bench.run("adapter truncate a --out neither").exit_code == 2);
  CHECK(bench.run("adapter truncate a --energy 1.5 --out neither").exit_code == 2);
  CHECK_FALSE(fs::exists(bench.path / "neither"));
}

TEST_CASE("adapter convert writes 16-bit adapters as fp32 with the same numbers", "[commands]") {
  const AdapterBench bench;
  AdapterSample sample;
  sample.config = {{"some_later_key", 7}};
  write_adapter(bench.path / "half", sample, "BF16");
  CHECK(bench.json("adapter convert half --to peft --out plain").at("tensors") == 4);
  const Json before = bench.json("adapter show half"), after = bench.json("adapter show plain");
  CHECK(before.at("modules") == after.at("modules"));
  CHECK(bench.tensors_of("plain").size() == 4);  // read as F32
  CHECK(after.at("config").at("some_later_key") == 7);

  bench.write("pissa", 3, {{"init_lora_weights", "pissa"}});
  const ProgramEnd end = bench.run("adapter convert pissa --to plain --out nothing");
  CHECK(end.exit_code == 2);
  CHECK_THAT(end.errors, Catch::Contains("--model"));
  CHECK_FALSE(fs::exists(bench.path / "nothing"));
}

TEST_CASE("adapter commands refuse malformed folders with one clear error", "[commands]") {
  const AdapterBench bench;
  const Tensors tensors = bench.write("good", 1);
  const fs::path bad = bench.path / "bad";
  std::string expected;
  SECTION("no such folder") {
    expected = "bad";
  }
  SECTION("an empty folder") {
    fs::create_directory(bad);
    expected = "adapter_config.json";
  }
  SECTION("a config that is no JSON") {
    bench.write("bad", 1);
    write_file_atomically(bad / "adapter_config.json", "{\"peft_type\": ");
    expected = "adapter_config.json";
  }
  SECTION("another kind of adapter") {
    bench.write("bad", 1, {{"peft_type", "PREFIX_TUNING"}});
    expected = "PREFIX_TUNING";
  }
  SECTION("no tensors") {
    bench.write("bad", 1);
    fs::remove(bad / "adapter_model.safetensors");
    expected = "adapter_model";
  }
  SECTION("a cut file") {
    bench.write("bad", 1);
    fs::resize_file(bad / "adapter_model.safetensors", 300);
    expected = "adapter_model.safetensors";
  }
  SECTION("half of a pair") {
    Tensors half = bench.write("bad", 1);
    half.erase(std::string("base_model.model.") + kQuery + ".lora_B.weight");
    write_tensors(bad / "adapter_model.safetensors", half);
    expected = "lora_B";
  }
  SECTION("another rank than the config's") {
    bench.write("bad", 1, {{"r", 5}});
    expected = "5";
  }
  for (const std::string command : {"adapter show bad", "adapter compare good bad", "adapter merge good bad --out out",
                                    "adapter truncate bad --rank 1 --out out", "adapter convert bad --out out"}) {
    CAPTURE(command);
    const ProgramEnd end = bench.run(command + " --json");
    CHECK(end.exit_code == 3);
    CHECK(end.output.empty());
    CHECK_THAT(end.errors, Catch::Contains(expected));
    CHECK_FALSE(fs::exists(bench.path / "out"));
  }
}

TEST_CASE("numbers that are not finite are refused where the result would hold them", "[commands]") {
  const AdapterBench bench;
  bench.write("good", 1);
  Tensors tensors = bench.write("bad", 2);
  tensors.begin()->second.values[4] = std::nan("");
  write_tensors(bench.path / "bad" / "adapter_model.safetensors", tensors);
  CHECK(bench.run("adapter merge good bad --out out").exit_code == 3);
  CHECK(bench.run("adapter truncate bad --rank 1 --out out").exit_code == 3);
  CHECK_FALSE(fs::exists(bench.path / "out"));
  CHECK(bench.run("adapter show bad --json").exit_code == 0);
}
