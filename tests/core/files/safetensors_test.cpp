#include "core/files/safetensors.h"

#include <ATen/ATen.h>

#include <cstring>
#include <limits>

#include "tests/core/files/refusal.h"
#include "tests/support/temporary_folder.h"

namespace lorascope::files {
namespace {

namespace fs = std::filesystem;

TEST_CASE("tensors come back from a safetensors file as they were written", "[files]") {
  const test::TemporaryFolder folder;
  const fs::path path = folder.path() / "some/sub/x.safetensors";
  const TensorMap written = {{"a", at::arange(6, at::kFloat).view({2, 3})},
                             {"b.c", at::arange(5, at::kLong) - 2},
                             {"empty", at::zeros({0, 4})},
                             {"scalar", at::full({}, 2.5, at::kDouble)},
                             {"half", at::arange(3, at::kHalf)},
                             {"short", at::arange(3, at::kBFloat16)},
                             {"flags", at::tensor({1, 0, 1}, at::kLong).to(at::kBool)},
                             {"bytes", at::tensor({200, 3}, at::kLong).to(at::kByte)},
                             {"transposed", at::arange(6, at::kFloat).view({2, 3}).t()}};
  write_safetensors(path, written, {{"step", "7"}});
  const SafetensorsFile file(path);
  CHECK(file.metadata() == std::map<std::string, std::string>{{"format", "pt"}, {"step", "7"}});
  REQUIRE(file.tensors().size() == written.size());
  for (const auto& [name, tensor] : written) {
    INFO(name);
    CHECK(file.tensors().at(name).shape == tensor.sizes().vec());
    const at::Tensor stored = file.load_as_stored(name);
    CHECK(stored.scalar_type() == tensor.scalar_type());
    CHECK(at::equal(stored, tensor));
    const at::Tensor loaded = file.load(name);
    CHECK(loaded.scalar_type() == (tensor.is_floating_point() ? at::kFloat : at::kLong));
    CHECK(at::equal(loaded, tensor.to(loaded.scalar_type())));
  }
}

TEST_CASE("every type of number is widened or narrowed to fp32 or int64", "[files]") {
  const test::TemporaryFolder folder;
  const fs::path path = folder.path() / "x.safetensors";
  const std::string header =
      R"({"u16":{"dtype":"U16","shape":[1],"data_offsets":[0,2]},"u32":{"dtype":"U32","shape":[1],"data_offsets":[2,6]},)"
      R"("f8":{"dtype":"F8_E4M3","shape":[2],"data_offsets":[6,8]},"i8":{"dtype":"I8","shape":[1],"data_offsets":[8,9]},)"
      R"("bool":{"dtype":"BOOL","shape":[1],"data_offsets":[9,10]}}   )";
  std::string bytes = test::safetensors_bytes(header, 0);
  bytes += std::string("\xff\xff\xff\xff\xff\xff\x38\xc0\x80\x07", 10);
  write_file_atomically(path, bytes);
  const SafetensorsFile file(path);
  CHECK(file.load("u16").item<std::int64_t>() == 65535);
  CHECK(file.load("u32").item<std::int64_t>() == 4294967295);
  CHECK(file.load("i8").item<std::int64_t>() == -128);
  CHECK(file.load("bool").item<std::int64_t>() == 1);
  CHECK(file.load("f8")[0].item<float>() == 1.0F);
  CHECK(file.load("f8")[1].item<float>() == -2.0F);
}

TEST_CASE("a file written over leaves the loaded tensors alone", "[files]") {
  const test::TemporaryFolder folder;
  const fs::path path = folder.path() / "x.safetensors";
  write_safetensors(path, {{"a", at::ones({1000})}});
  const SafetensorsFile file(path);
  const at::Tensor loaded = file.load("a");
  write_safetensors(path, {{"a", at::zeros({1000})}});
  CHECK(loaded.sum().item<float>() == 1000);
  CHECK(file.load("a").sum().item<float>() == 1000);  // the opened file is still the old one
}

TEST_CASE("a file that shrinks after it was opened is refused when it is read", "[files]") {
  const test::TemporaryFolder folder;
  const fs::path path = folder.path() / "x.safetensors";
  write_safetensors(path, {{"a", at::ones({1000})}});
  const SafetensorsFile file(path);
  fs::resize_file(path, 200);
  test::check_refused([&] { file.load("a"); }, path.string(), "an end before byte");
}

TEST_CASE("a tensor that is not there is named", "[files]") {
  const test::TemporaryFolder folder;
  const fs::path path = folder.path() / "x.safetensors";
  write_safetensors(path, {{"a", at::ones({2})}});
  const SafetensorsFile file(path);
  CHECK(file.contains("a"));
  test::check_refused([&] { file.load("b"); }, path.string(), "no tensor \"b\"");
}

TEST_CASE("nothing is left behind where a file cannot be written", "[files]") {
  const test::TemporaryFolder folder;
  write_file_atomically(folder.path() / "file", "x");
  CHECK_THROWS_AS(write_safetensors(folder.path() / "file/x.safetensors", {{"a", at::ones({2})}}), Error);
  fs::create_directory(folder.path() / "taken");
  CHECK_THROWS_AS(write_safetensors(folder.path() / "taken", {{"a", at::ones({2})}}), Error);
  std::size_t entries = 0;
  for (const auto& entry : fs::directory_iterator(folder.path())) entries += entry.exists() ? 1 : 0;
  CHECK(entries == 2);
}

}  // namespace
}  // namespace lorascope::files
