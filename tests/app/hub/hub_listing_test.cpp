#include "app/lorascope/hub/hub_listing.h"

#include "core/base/error.h"
#include "core/base/json.h"
#include "tests/support/catch.h"

namespace lorascope::app::hub {
namespace {

std::string listing(const std::vector<std::string>& names) {
  Json siblings = Json::array();
  for (const std::string& name : names) siblings.push_back({{"rfilename", name}});
  return Json{{"sha", std::string(40, '1')}, {"siblings", siblings}}.dump();
}

std::vector<std::string> chosen(const std::vector<std::string>& names) {
  std::vector<std::string> result;
  for (const HubFile& file : model_files(parse_listing(listing(names), "a/b"), "a/b").files)
    result.push_back(file.name);
  return result;
}

TEST_CASE("only what a model folder needs is fetched", "[hub]") {
  CHECK(chosen({"README.md", "config.json", "vocab.txt", "model.safetensors", "pytorch_model.bin", "tf_model.h5",
                "onnx/model.onnx", "1_Pooling/config.json"}) ==
        std::vector<std::string>{"config.json", "vocab.txt", "model.safetensors"});
  CHECK(chosen({"config.json", "model.safetensors.index.json", "model-00001-of-00002.safetensors",
                "model-00002-of-00002.safetensors", "../model-x.safetensors", "model-/../x.safetensors"}) ==
        std::vector<std::string>{"config.json", "model.safetensors.index.json", "model-00001-of-00002.safetensors",
                                 "model-00002-of-00002.safetensors"});
}

TEST_CASE("weights of the old form are taken where there are no others", "[hub]") {
  CHECK(chosen({"config.json", "pytorch_model.bin", "training_args.bin"}) ==
        std::vector<std::string>{"config.json", "pytorch_model.bin"});
  CHECK(chosen({"config.json", "pytorch_model.bin.index.json", "pytorch_model-00001-of-00001.bin", "x.bin"}) ==
        std::vector<std::string>{"config.json", "pytorch_model.bin.index.json", "pytorch_model-00001-of-00001.bin"});
}

TEST_CASE("of a data set only files that can be read are taken", "[hub]") {
  const auto names = [](const std::vector<std::string>& all) {
    std::vector<std::string> result;
    for (const HubFile& file : data_files(parse_listing(listing(all), "a/b"), "a/b").files) result.push_back(file.name);
    return result;
  };
  CHECK(names({"README.md", "data/train.csv", "dev.jsonl", "x.parquet", "/etc/x.json", "a/../x.json"}) ==
        std::vector<std::string>{"data/train.csv", "dev.jsonl"});
  CHECK_THROWS_WITH(names({"README.md", "x.parquet"}), Catch::Contains("no JSON, CSV or text file"));
}

TEST_CASE("a revision leads nowhere else", "[hub]") {
  for (const char* revision : {"main", "v1.0", "refs/pr/1", "0123456789012345678901234567890123456789"}) {
    CHECK(is_revision(revision));
  }
  for (const char* revision : {"", "/x", "x/", "../x", "a/../b", "a b", "a?b", "-x", "a//b"}) {
    INFO(revision);
    CHECK_FALSE(is_revision(revision));
  }
}

TEST_CASE("what is no model or no hub's answer is refused", "[hub]") {
  CHECK_THROWS_WITH(chosen({"model.safetensors"}), Catch::Contains("no config.json"));
  CHECK_THROWS_WITH(chosen({"config.json", "tf_model.h5"}), Catch::Contains("no model.safetensors"));
  for (const char* text : {"", "[]", "{}", "<html>", R"({"sha": "main", "siblings": []})", R"({"sha": 7})",
                           R"({"sha": "../../../../../../../../../../../../etc/x", "siblings": []})"}) {
    INFO(text);
    CHECK_THROWS_WITH(parse_listing(text, "a/b"), Catch::Contains("not the hub's"));
  }
}

TEST_CASE("hashes that could not be names of files are not taken", "[hub]") {
  const Json siblings = {{{"rfilename", "config.json"}, {"blobId", "../../x"}},
                         {{"rfilename", "model.safetensors"}, {"lfs", {{"sha256", "../../../x"}, {"size", 7}}}}};
  const HubListing result = parse_listing(Json{{"sha", std::string(40, '1')}, {"siblings", siblings}}.dump(), "a/b");
  CHECK(result.files[0].blob.empty());
  CHECK(result.files[1].blob.empty());
  CHECK(result.files[1].size == 7);
}

TEST_CASE("a model's name leads nowhere else", "[hub]") {
  for (const char* id : {"bert-base-uncased", "google-bert/bert-base-uncased", "a/b.c_d-1"}) CHECK(is_model_id(id));
  for (const char* id :
       {"", "/", "a/", "/a", "a/b/c", "../a", "a/..", "a/.b", ".a", "a b", "a?b", "a#b", "a--b", "a\n"}) {
    INFO(id);
    CHECK(!is_model_id(id));
  }
}

}  // namespace
}  // namespace lorascope::app::hub
