#include <ATen/ATen.h>
#include <sys/stat.h>

#include "core/files/safetensors.h"
#include "tests/core/files/refusal.h"
#include "tests/support/temporary_folder.h"

namespace lorascope::files {
namespace {

namespace fs = std::filesystem;

struct Damage {
  const char* name;
  std::string header;
  std::size_t data_bytes;
  const char* found;
};

std::string deeply_nested() {
  return R"({"a":)" + std::string(100'000, '[') + std::string(100'000, ']') + "}";
}

const std::vector<Damage>& damages() {
  static const std::vector<Damage> list = {
      {"not JSON", "{nonsense", 0, "no valid JSON"},
      {"a list", R"([1,2])", 0, "does not start with {"},
      {"a text", R"("x")", 0, "does not start with {"},
      {"space first", R"( {"a":1})", 0, "does not start with {"},
      {"empty", "", 0, "does not start with {"},
      {"not UTF-8", "{\"a\xff\":{}}", 0, "no valid JSON"},
      {"nested deeply", deeply_nested(), 0, "nested more than 64"},
      {"entry is a number", R"({"a":7})", 0, "\"a\": found 7"},
      {"entry is a list", R"({"a":[1]})", 0, "a list of 1"},
      {"no dtype", R"({"a":{"shape":[1],"data_offsets":[0,4]}})", 4, "no dtype"},
      {"dtype is a number", R"({"a":{"dtype":4,"shape":[1],"data_offsets":[0,4]}})", 4, "dtype 4"},
      {"unknown dtype", R"({"a":{"dtype":"F33","shape":[1],"data_offsets":[0,4]}})", 4, "F33"},
      {"no shape", R"({"a":{"dtype":"F32","data_offsets":[0,4]}})", 4, "no shape"},
      {"shape is a text", R"({"a":{"dtype":"F32","shape":"[1]","data_offsets":[0,4]}})", 4, "shape the text"},
      {"shape holds a text", R"({"a":{"dtype":"F32","shape":["1"],"data_offsets":[0,4]}})", 4, "shape with the text"},
      {"negative extent", R"({"a":{"dtype":"F32","shape":[-1],"data_offsets":[0,4]}})", 4, "shape with -1"},
      {"fraction as extent", R"({"a":{"dtype":"F32","shape":[1.5],"data_offsets":[0,4]}})", 4, "shape with 1.5"},
      {"NaN as extent", R"({"a":{"dtype":"F32","shape":[NaN],"data_offsets":[0,4]}})", 4, "no valid JSON"},
      {"1e999 as extent", R"({"a":{"dtype":"F32","shape":[1e999],"data_offsets":[0,4]}})", 4, "a value that JSON"},
      {"null as extent", R"({"a":{"dtype":"F32","shape":[null],"data_offsets":[0,4]}})", 4, "shape with null"},
      {"product overflows", R"({"a":{"dtype":"F32","shape":[4294967296,4294967296],"data_offsets":[0,4]}})", 4,
       "4 bytes for F32"},
      {"overflow behind a zero", R"({"a":{"dtype":"F32","shape":[0,4294967296,4294967296],"data_offsets":[0,0]}})", 0,
       "0 bytes for F32"},
      {"huge extent", R"({"a":{"dtype":"F32","shape":[18446744073709551615],"data_offsets":[0,4]}})", 4, "shape with"},
      {"too many dimensions",
       R"({"a":{"dtype":"U8","shape":[1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1],"data_offsets":[0,1]}})", 1, "17 dimensions"},
      {"no offsets", R"({"a":{"dtype":"F32","shape":[1]}})", 4, "no data_offsets"},
      {"one offset", R"({"a":{"dtype":"F32","shape":[1],"data_offsets":[0]}})", 4, "data_offsets [0]"},
      {"offsets reversed", R"({"a":{"dtype":"F32","shape":[1],"data_offsets":[4,0]}})", 4, "data_offsets [4,0]"},
      {"offsets behind the end", R"({"a":{"dtype":"F32","shape":[1],"data_offsets":[4,8]}})", 4, "data_offsets with 8"},
      {"negative offset", R"({"a":{"dtype":"F32","shape":[1],"data_offsets":[-4,0]}})", 4, "data_offsets with -4"},
      {"wrong size", R"({"a":{"dtype":"F16","shape":[1],"data_offsets":[0,4]}})", 4, "4 bytes for F16"},
      {"overlap",
       R"({"a":{"dtype":"F32","shape":[2],"data_offsets":[0,8]},"b":{"dtype":"F32","shape":[2],"data_offsets":[4,12]}})",
       12, "an overlap"},
      {"hole",
       R"({"a":{"dtype":"F32","shape":[1],"data_offsets":[0,4]},"b":{"dtype":"F32","shape":[1],"data_offsets":[8,12]}})",
       12, "after a hole"},
      {"bytes behind the last tensor", R"({"a":{"dtype":"F32","shape":[1],"data_offsets":[0,4]}})", 9, "9 bytes"},
      {"key twice",
       R"({"a":{"dtype":"F32","shape":[1],"data_offsets":[0,4]},"a":{"dtype":"F32","shape":[1],"data_offsets":[0,4]}})",
       4, "\"a\" twice"},
      {"dtype twice", R"({"a":{"dtype":"F32","dtype":"I32","shape":[1],"data_offsets":[0,4]}})", 4, "\"dtype\" twice"},
      {"metadata is a list", R"({"__metadata__":[]})", 0, "a list of 0"},
      {"metadata holds a number", R"({"__metadata__":{"step":7}})", 0, "\\\"step\\\""},
  };
  return list;
}

TEST_CASE("a damaged safetensors header is refused with the tensor's name", "[files][damaged]") {
  const test::TemporaryFolder folder;
  const fs::path path = folder.path() / "x.safetensors";
  for (const Damage& damage : damages()) {
    INFO(damage.name);
    test::write_quickly(path, test::safetensors_bytes(damage.header, damage.data_bytes));
    std::string found = damage.found;
    if (found == "\\\"step\\\"") found = "\"step\"";
    test::check_refused([&] { SafetensorsFile file(path); }, path.string(), found);
  }
}

TEST_CASE("a safetensors file that is none is refused", "[files][damaged]") {
  const test::TemporaryFolder folder;
  const fs::path path = folder.path() / "x.safetensors";
  const auto refused = [&](const std::string& bytes, const std::string& found) {
    write_file_atomically(path, bytes);
    test::check_refused([&] { SafetensorsFile file(path); }, path.string(), found);
  };
  refused("", "a file of 0 bytes");
  refused("1234567", "a file of 7 bytes");
  refused(std::string(8, '\xff'), "a header length of 18446744073709551615");
  refused(std::string("\x01\xe1\xf5\x05\0\0\0\0{}", 10), "a header length of 100000001");
  refused(std::string("\x10\0\0\0\0\0\0\0{}", 10), "a header length of 16");
  refused("<!DOCTYPE html><html>not found</html>", "a header length of");
}

TEST_CASE("what is no file is refused without waiting", "[files][damaged]") {
  const test::TemporaryFolder folder;
  const fs::path pipe = folder.path() / "pipe";
  REQUIRE(::mkfifo(pipe.c_str(), 0600) == 0);
  test::check_refused([&] { SafetensorsFile file(pipe); }, pipe.string(), "no regular file");
  test::check_refused([&] { SafetensorsFile file(folder.path()); }, folder.path().string(), "a folder");
  const fs::path absent = folder.path() / "absent";
  test::check_refused([&] { SafetensorsFile file(absent); }, absent.string(), "No such file");
  const fs::path looping = folder.path() / "loop";
  fs::create_symlink(looping, looping);
  test::check_refused([&] { SafetensorsFile file(looping); }, looping.string(), "symbolic links");
}

TEST_CASE("a safetensors file cut at any byte is refused", "[files][damaged]") {
  const test::TemporaryFolder folder;
  const fs::path path = folder.path() / "x.safetensors";
  write_safetensors(path, {{"a", at::ones({3})}, {"b", at::ones({2, 2})}});
  const std::string whole = read_file(path);
  for (std::size_t size = 0; size < whole.size(); ++size) {
    test::write_quickly(path, whole.substr(0, size));
    CHECK_THROWS_AS(SafetensorsFile(path), CheckpointError);
  }
}

TEST_CASE("all problems of a header are told at once, but no more than twenty", "[files][damaged]") {
  const test::TemporaryFolder folder;
  const fs::path path = folder.path() / "x.safetensors";
  std::string header = "{";
  for (int i = 0; i < 30; ++i) header += (i == 0 ? "\"t" : ",\"t") + std::to_string(i) + "\":7";
  write_file_atomically(path, test::safetensors_bytes(header + "}", 0));
  try {
    SafetensorsFile file(path);
    FAIL("was not refused");
  } catch (const CheckpointError& error) {
    CHECK(error.problems().size() == 20);
    CHECK_THAT(error.message(), Catch::Contains("10 more problems"));
  }
}

}  // namespace
}  // namespace lorascope::files
