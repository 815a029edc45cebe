#include "core/files/torch_file.h"

#include <ATen/ATen.h>

#include <random>

#include "core/files/model_folder.h"
#include "tests/core/files/refusal.h"
#include "tests/core/files/torch_bytes.h"
#include "tests/support/temporary_folder.h"

namespace lorascope::files {
namespace {

namespace fs = std::filesystem;
using test::HandTensor;

const std::string kSix = test::float_bytes({0, 1, 2, 3, 4, 5});

/// A file of those bytes, for as long as it lives.
struct Written {
  explicit Written(const std::string& bytes) : path(folder.path() / "pytorch_model.bin") {
    write_file_atomically(path, bytes);
  }
  test::TemporaryFolder folder;
  fs::path path;
};

void refused(const std::string& bytes, const std::string& found) {
  INFO(found);
  const Written file(bytes);
  test::check_refused([&] { TorchFile opened(file.path); }, file.path.string(), found);
}

TEST_CASE("both forms of torch.save are read, views and parameters too", "[files]") {
  const std::vector<HandTensor> tensors = {{"plain"},
                                           {"transposed", "0", 6, 0, {3, 2}, {1, 3}},
                                           {"slice", "0", 6, 4, {2}, {1}},
                                           {"scalar", "0", 6, 5, {}, {}},
                                           {"empty", "0", 6, 0, {0, 3}, {3, 1}},
                                           {"parameter", "0", 6, 0, {2, 3}, {3, 1}, "FloatStorage", true}};
  const std::string pickle = test::state_pickle(tensors);
  for (const std::string& bytes : {test::torch_zip(pickle, {{"0", kSix}}), test::torch_old(pickle, {{"0", kSix}})}) {
    const Written file(bytes);
    const TorchFile opened(file.path);
    const at::Tensor six = at::arange(6, at::kFloat);
    REQUIRE(opened.tensors().size() == 6);
    CHECK(at::equal(opened.load("plain"), six.view({2, 3})));
    CHECK(at::equal(opened.load("transposed"), six.view({2, 3}).t()));
    CHECK(at::equal(opened.load("slice"), six.slice(0, 4)));
    CHECK(opened.load("scalar").item<float>() == 5);
    CHECK(opened.load("empty").sizes() == at::IntArrayRef({0, 3}));
    CHECK(at::equal(opened.load("parameter"), six.view({2, 3})));
    CHECK(opened.tensors().at("transposed").shape == std::vector<std::int64_t>{3, 2});
  }
}

TEST_CASE("16-bit and whole numbers of torch.save are widened", "[files]") {
  const std::string half("\x00\x3c\x00\xc0", 4);   // 1, -2
  const std::string brain("\x80\x3f\x00\xc0", 4);  // 1, -2
  const std::string longs("\x07\0\0\0\0\0\0\0\xff\xff\xff\xff\xff\xff\xff\xff", 16);
  const std::string pickle = test::state_pickle({{"half", "a", 2, 0, {2}, {1}, "HalfStorage"},
                                                 {"brain", "b", 2, 0, {2}, {1}, "BFloat16Storage"},
                                                 {"long", "c", 2, 0, {2}, {1}, "LongStorage"},
                                                 {"bool", "d", 2, 0, {2}, {1}, "BoolStorage"}});
  const Written file(
      test::torch_zip(pickle, {{"a", half}, {"b", brain}, {"c", longs}, {"d", std::string("\0\x02", 2)}}));
  const TorchFile opened(file.path);
  CHECK(at::equal(opened.load("half"), at::tensor({1.0F, -2.0F})));
  CHECK(at::equal(opened.load("brain"), at::tensor({1.0F, -2.0F})));
  CHECK(at::equal(opened.load("long"), at::tensor({7, -1}, at::kLong)));
  CHECK(at::equal(opened.load("bool"), at::tensor({0, 1}, at::kLong)));
}

TEST_CASE("a pickle that names anything else is refused and nothing is run", "[files][damaged]") {
  const std::string start("\x80\x02", 2);
  const std::string argument = "(X\x05\0\0\0touch";
  for (const std::string name : {"posix\nsystem\n", "os\nsystem\n", "builtins\neval\n", "__builtin__\neval\n",
                                 "builtins\ngetattr\n", "torch\nload\n", "torch._utils\n_rebuild_sparse_tensor\n"}) {
    const std::string pickle = start + "c" + name + std::string("(X\x05\0\0\0touchtR.", 14);
    refused(test::torch_zip(pickle, {}), "the name");
    refused(test::torch_old(pickle, {}), "the name");
    refused(pickle, "the name");
  }
  refused(test::torch_zip(start + std::string("X\x02\0\0\0osX\x06\0\0\0system\x93)R.", 23), {}),
          "the name \"os system\"");
  refused(test::torch_zip(start + "(S'touch'\nios\nsystem\n.", {}), "the operation");
  refused(test::torch_zip(start + "}}R.", {}), "a call of");
  refused(test::torch_zip(start + "ccollections\nOrderedDict\n" + "J\1\0\0\0R.", {}), "in the middle");
}

TEST_CASE("tensors that reach out of their storage are refused by name", "[files][damaged]") {
  const auto refused_tensor = [](const HandTensor& tensor, const std::string& found) {
    const std::string pickle = test::state_pickle({tensor});
    refused(test::torch_zip(pickle, {{"0", kSix}}), found);
    refused(test::torch_old(pickle, {{"0", kSix}}), found);
  };
  refused_tensor({"x", "0", 6, 1}, "\"x\": found shape [2, 3] at element 1");
  refused_tensor({"x", "0", 6, 6, {}, {}}, "at element 6");
  refused_tensor({"x", "0", 6, 0, {2, 3}, {4, 1}}, "shape [2, 3] at element 0");
  refused_tensor({"x", "0", 6, 0, {7}, {0}}, "shape [7]");
  refused_tensor({"x", "0", 6, 0, {2}, {-1}}, "strides [-1]");
  refused_tensor({"x", "0", 6, -1, {2}, {1}}, "offset -1");
  refused_tensor({"x", "0", 6, 0, {-2}, {1}}, "sizes [-2]");
  refused_tensor({"x", "0", 6, 0, {2, 3}, {1}}, "as many strides as sizes");
  refused_tensor({"x", "0", 6, 0, {4'000'000'000, 4'000'000'000}, {1, 1}}, "shape [4000000000");
  refused_tensor({"x", "0", 6, 0, {2}, {9'000'000'000'000'000'000}}, "shape [2]");
  refused_tensor({"x", "0", 7, 0, {7}, {1}}, "a storage of 24 bytes");
  refused_tensor({"x", "0", 6, 0, {3}, {1}, "DoubleStorage"}, "storage");
}

TEST_CASE("damaged files of torch.save are refused", "[files][damaged]") {
  const std::string pickle = test::state_pickle({{"x"}});
  refused("", "neither a zip archive nor a pickle");
  refused("hello", "neither a zip archive nor a pickle");
  refused("PK", "without its directory");
  refused(test::zip_bytes({{"a", "b"}}), "without data.pkl");
  refused(test::torch_zip(pickle, {}), "no storage \"0\"");
  refused(test::torch_zip(pickle, {{"0", kSix.substr(1)}}), "a storage of 23 bytes");
  refused(test::torch_zip("", {}), "an end in the middle of a pickle");
  refused(test::torch_zip(pickle.substr(0, 40), {{"0", kSix}}), "an end in the middle");
  refused(test::torch_zip(std::string("\x80\x02K\x07.", 5), {}), "no dictionary");
  refused(test::torch_zip(std::string("\x80\x02}(K\x01K\x02u.", 10), {}), "a name that is no text");
  refused(test::torch_zip(std::string("\x80\x02.", 3), {}), "without its operands");
  refused(test::torch_zip(std::string("\x80\x02h\x05.", 5), {}), "a reference to a value");
  refused(test::torch_zip(std::string("\x80\x02t.", 4), {}), "without its start");
  refused(test::torch_zip(test::state_pickle({{"x"}, {"x"}}), {{"0", kSix}}), "the name twice");
  refused(test::torch_old(pickle, {{"other", kSix}}), "that no tensor has");
  const std::string old = test::torch_old(pickle, {{"0", kSix}});
  refused(old.substr(0, old.size() - 1), "an end in the storage");
  refused(std::string("\x80\x02}.", 4), "without torch.save's mark");
  std::string order = test::zip_bytes({{"archive/data.pkl", pickle}, {"archive/byteorder", "big"}});
  refused(order, "another byte order");
  refused(test::torch_zip(std::string(2'000'000, 'N') + ".", {}), "too many values");
}

TEST_CASE("a file of torch.save cut at any byte or mutated is read or refused", "[files][damaged]") {
  const std::string pickle = test::state_pickle({{"x"}, {"y", "0", 6, 2, {2, 2}, {2, 1}}});
  std::mt19937 random(7);
  for (const std::string& good : {test::torch_zip(pickle, {{"0", kSix}}), test::torch_old(pickle, {{"0", kSix}})}) {
    const test::TemporaryFolder folder;
    const fs::path path = folder.path() / "pytorch_model.bin";
    const auto read = [&](const std::string& bytes) {
      test::write_quickly(path, bytes);
      try {
        TorchFile(path).load_all();
        return true;
      } catch (const CheckpointError&) {
        return false;
      }
    };
    REQUIRE(read(good));
    for (std::size_t size = 0; size < good.size(); size += 3) CHECK(!read(good.substr(0, size)));
    for (int round = 0; round < 1500; ++round) {
      std::string bytes = good;
      for (int edit = 0; edit < 2; ++edit) bytes[random() % bytes.size()] = static_cast<char>(random());
      read(bytes);
    }
  }
}

TEST_CASE("golden models in torch.save's form are read, and their dangerous twins refused", "[files][golden]") {
  const fs::path golden = test::shared_folder().empty() ? fs::path() : test::shared_folder() / "golden/models";
  if (golden.empty() || !fs::exists(golden)) {
    WARN("no golden files");
    return;
  }
  int opened = 0;
  for (const char* name : {"bert-squad-bin-sharded", "bert-squad-bin-views", "bert-swag-bin", "bert-wnut17-bin-bf16",
                           "bert-wnut17-bin-legacy", "refused/bin-good"}) {
    if (!fs::exists(golden / name)) continue;
    INFO(name);
    CHECK_NOTHROW(load_model_folder(golden / name / "model"));
    ++opened;
  }
  CHECK(opened > 0);
  const at::Tensor good = load_model_folder(golden / "refused/good/model").tensors.at("classifier.weight");
  CHECK(at::equal(load_model_folder(golden / "refused/bin-good/model").tensors.at("classifier.weight"), good));
}

}  // namespace
}  // namespace lorascope::files
