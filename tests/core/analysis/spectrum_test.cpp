#include "core/analysis/spectrum.h"

#include <ATen/ATen.h>

#include <cmath>
#include <iostream>

#include "core/base/clock.h"
#include "core/base/files.h"
#include "core/base/json.h"
#include "core/files/adapter_folder.h"
#include "tests/support/catch.h"
#include "tests/support/temporary_folder.h"

namespace lorascope::analysis {
namespace {

namespace fs = std::filesystem;

at::Tensor random(std::vector<std::int64_t> shape, std::uint64_t seed) {
  auto generator = at::make_generator<at::CPUGeneratorImpl>(seed);
  return at::randn(shape, generator, at::kFloat);
}

/// The dense product and LAPACK's full decomposition.
Spectrum naive_spectrum(const at::Tensor& b, const at::Tensor& a, double scaling) {
  const at::Tensor product = at::matmul(b.to(at::kDouble), a.to(at::kDouble)) * scaling;
  const at::Tensor values = std::get<1>(at::linalg_svd(product)).contiguous();
  std::vector<double> kept(values.data_ptr<double>(), values.data_ptr<double>() + std::min(a.size(0), values.size(0)));
  return summarise(kept);
}

void check_equal(const Spectrum& ours, const Spectrum& expected, double tolerance) {
  REQUIRE(ours.singular_values.size() == expected.singular_values.size());
  const double largest = expected.singular_values.empty() ? 0 : expected.singular_values.front();
  for (std::size_t i = 0; i < ours.singular_values.size(); ++i) {
    CHECK(ours.singular_values[i] == Approx(expected.singular_values[i]).margin(tolerance * largest));
  }
  CHECK(ours.stable_rank == Approx(expected.stable_rank).epsilon(1e-9));
  CHECK(ours.effective_rank == Approx(expected.effective_rank).epsilon(1e-9));
  CHECK(ours.energy_rank_90 == expected.energy_rank_90);
  CHECK(ours.frobenius_norm == Approx(expected.frobenius_norm).epsilon(1e-9));
}

TEST_CASE("a spectrum from thin factors equals the dense decomposition", "[analysis]") {
  for (const std::int64_t rank : {1, 2, 3, 8, 16, 47, 64}) {
    const at::Tensor b = random({70, rank}, 1 + rank);
    const at::Tensor a = random({rank, 93}, 100 + rank);
    check_equal(low_rank_spectrum(b, a, 0.37), naive_spectrum(b, a, 0.37), 1e-12);
  }
}

TEST_CASE("a rank above the matrix's sizes gives as many values as the matrix has", "[analysis]") {
  const at::Tensor b = random({5, 12}, 3);
  const at::Tensor a = random({12, 7}, 4);
  check_equal(low_rank_spectrum(b, a, 2), naive_spectrum(b, a, 2), 1e-12);
  CHECK(low_rank_spectrum(b, a, 2).singular_values.size() == 5);
}

TEST_CASE("an adapter that is short of full rank has singular values of zero", "[analysis]") {
  at::Tensor a = random({4, 30}, 5);
  a[2].copy_(a[0] * 2);
  a[3].zero_();
  const at::Tensor b = random({20, 4}, 6);
  const Spectrum spectrum = low_rank_spectrum(b, a, 1);
  check_equal(spectrum, naive_spectrum(b, a, 1), 1e-12);
  CHECK(spectrum.singular_values[2] < 1e-12 * spectrum.singular_values[0]);
}

TEST_CASE("an untrained adapter has a spectrum of zeros", "[analysis]") {
  const Spectrum spectrum = low_rank_spectrum(at::zeros({10, 3}), random({3, 12}, 7), 4);
  CHECK(spectrum.singular_values == std::vector<double>{0, 0, 0});
  CHECK(spectrum.stable_rank == 0);
  CHECK(spectrum.effective_rank == 0);
  CHECK(spectrum.energy_rank_90 == 0);
  CHECK(spectrum.frobenius_norm == 0);
}

TEST_CASE("rank measures of known singular values", "[analysis]") {
  const Spectrum equal = summarise({2, 2, 2, 2});
  CHECK(equal.stable_rank == Approx(4));
  CHECK(equal.effective_rank == Approx(4));
  CHECK(equal.energy_rank_90 == 4);
  CHECK(equal.frobenius_norm == Approx(4));
  const Spectrum two = summarise({1, 3});
  CHECK(two.singular_values == std::vector<double>{3, 1});
  CHECK(two.stable_rank == Approx(10.0 / 9));
  CHECK(two.energy_rank_90 == 1);
  CHECK(two.effective_rank == Approx(std::exp(-0.75 * std::log(0.75) - 0.25 * std::log(0.25))));
}

TEST_CASE("the spectrum of a changed weight equals the one of its difference", "[analysis]") {
  const at::Tensor before = random({24, 40}, 8);
  const at::Tensor b = random({24, 3}, 9);
  const at::Tensor a = random({3, 40}, 10);
  const at::Tensor after = before.to(at::kDouble) + at::matmul(b.to(at::kDouble), a.to(at::kDouble));
  const Spectrum spectrum = change_spectrum(after, before);
  const Spectrum expected = low_rank_spectrum(b, a, 1);
  REQUIRE(spectrum.singular_values.size() == 24);
  for (std::size_t i = 0; i < 24; ++i) {
    CHECK(spectrum.singular_values[i] ==
          Approx(i < 3 ? expected.singular_values[i] : 0).margin(3e-8 * expected.singular_values[0]));
  }
  const Spectrum mirrored = change_spectrum(after.t(), before.t());
  CHECK(mirrored.singular_values[1] == Approx(expected.singular_values[1]));
  CHECK(mirrored.singular_values.size() == 24);
  CHECK(spectrum.stable_rank == Approx(expected.stable_rank));
}

TEST_CASE("16-bit factors give the spectrum of their stored numbers", "[analysis]") {
  const at::Tensor b = random({33, 5}, 11).to(at::kBFloat16);
  const at::Tensor a = random({5, 21}, 12).to(at::kHalf);
  check_equal(low_rank_spectrum(b, a, 1), naive_spectrum(b, a, 1), 1e-12);
}

TEST_CASE("spectra of PEFT's adapters equal the original's", "[analysis][golden]") {
  const fs::path golden = test::shared_folder().empty() ? fs::path() : test::shared_folder() / "golden/peft/spectra";
  if (golden.empty() || !fs::exists(golden)) {
    WARN("no golden files");
    return;
  }
  for (const char* name : {"llama-style", "vit-style"}) {
    const auto modules = files::read_adapter_folder(golden / name / "adapter").modules();
    const Json expected = Json::parse(read_file(golden / name / "expected.json")).at("modules");
    CHECK(modules.size() == expected.size());
    for (const files::LoraModule& module : modules) {
      INFO(name << " " << module.path);
      const Spectrum spectrum = low_rank_spectrum(module.b, module.a, module.scaling);
      const Json& wanted = expected.at(module.path);
      const auto values = wanted.at("singular_values").get<std::vector<double>>();
      REQUIRE(spectrum.singular_values.size() == values.size());
      for (std::size_t i = 0; i < values.size(); ++i) {
        CHECK(spectrum.singular_values[i] == Approx(values[i]).margin(1e-5 * values[0]));
      }
      CHECK(spectrum.stable_rank == Approx(wanted.at("stable_rank").get<double>()).epsilon(1e-5));
      CHECK(spectrum.effective_rank == Approx(wanted.at("effective_rank").get<double>()).epsilon(1e-4));
      CHECK(spectrum.energy_rank_90 == wanted.at("energy_rank_90").get<std::int64_t>());
    }
  }
}

TEST_CASE("24 modules of BERT-base take a few milliseconds", "[.benchmark][analysis]") {
  const at::Tensor b = random({768, 8}, 13);
  const at::Tensor a = random({8, 768}, 14);
  for (int round = 0; round < 3; ++round) {
    const Stopwatch watch;
    for (int module = 0; module < 24; ++module) low_rank_spectrum(b, a, 2);
    std::cout << "24 modules r 8, H 768: " << watch.seconds() * 1e3 << " ms\n";
  }
  for (const std::int64_t size : {384, 768}) {
    const at::Tensor before = random({size, size}, 15);
    const at::Tensor after = before + 0.01 * random({size, size}, 16);
    const Stopwatch watch;
    change_spectrum(after, before);
    std::cout << "change of " << size << " x " << size << ": " << watch.seconds() * 1e3 << " ms\n";
  }
}

TEST_CASE("factors that are not finite give no numbers instead of wrong ones", "[analysis]") {
  at::Tensor a = at::ones({60, 70});
  a[3][4] = std::nan("");
  const Spectrum spectrum = low_rank_spectrum(at::ones({80, 60}), a, 1);
  CHECK(spectrum.singular_values.size() == 60);
  CHECK(std::isnan(spectrum.singular_values.front()));
  CHECK(spectrum.stable_rank == 0);
}

}  // namespace
}  // namespace lorascope::analysis
