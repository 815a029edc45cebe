#include "app/lorascope/hub/model_places.h"

#include <cstdlib>

#include "app/lorascope/hub/hub.h"
#include "core/base/error.h"
#include "core/base/files.h"
#include "tests/support/catch.h"
#include "tests/support/temporary_folder.h"

namespace lorascope::app::hub {
namespace {

namespace fs = std::filesystem;

/// Environment variables that are set, or unset for an empty value, until the end of the scope.
class ScopedEnvironment {
 public:
  explicit ScopedEnvironment(const std::vector<std::pair<std::string, std::string>>& values) {
    for (const auto& [name, value] : values) {
      before_.emplace_back(name, environment(name.c_str()));
      set(name, value.empty() ? std::nullopt : std::optional(value));
    }
  }
  ScopedEnvironment(const ScopedEnvironment&) = delete;
  ScopedEnvironment& operator=(const ScopedEnvironment&) = delete;
  ~ScopedEnvironment() {
    for (const auto& [name, value] : before_) set(name, value);
  }

 private:
  static void set(const std::string& name, const std::optional<std::string>& value) {
    if (value) {
      ::setenv(name.c_str(), value->c_str(), 1);
    } else {
      ::unsetenv(name.c_str());
    }
  }

  std::vector<std::pair<std::string, std::optional<std::string>>> before_;
};

/// Puts a model of the cache's layout there.
fs::path make_snapshot(const fs::path& cache, const std::string& name) {
  const fs::path root = cache / ("models--" + name);
  write_file_atomically(root / "refs/main", "abc\n");
  write_file_atomically(root / "snapshots/abc/config.json", "{}");
  return root / "snapshots/abc";
}

TEST_CASE("the hub's settings are read as Hugging Face's programs read them", "[hub]") {
  const test::TemporaryFolder folder;
  const std::string home = folder.path().string();
  {
    const ScopedEnvironment scope({{"HF_HUB_CACHE", ""}, {"HF_HOME", ""}, {"XDG_CACHE_HOME", ""}, {"HOME", home}});
    CHECK(hub_cache() == folder.path() / ".cache/huggingface/hub");
    const ScopedEnvironment other({{"XDG_CACHE_HOME", home + "/x"}, {"HF_TOKEN", ""}, {"HF_TOKEN_PATH", ""}});
    write_file_atomically(folder.path() / "x/huggingface/token", "from-cache\n");
    CHECK(hub_cache() == folder.path() / "x/huggingface/hub");
    CHECK(options_from_environment().token == "from-cache");
  }
  const ScopedEnvironment scope({{"HF_HUB_CACHE", ""},
                                 {"HF_HOME", home},
                                 {"HF_TOKEN", ""},
                                 {"HF_HUB_OFFLINE", "1"},
                                 {"HF_ENDPOINT", "http://mirror/"}});
  write_file_atomically(folder.path() / "token", "from-file\n");
  HubOptions options = options_from_environment();
  CHECK(options.cache == folder.path() / "hub");
  CHECK(options.token == "from-file");
  CHECK(options.endpoint == "http://mirror");
  CHECK(options.is_offline);
  const ScopedEnvironment inner({{"HF_TOKEN", "own"}, {"HF_HUB_OFFLINE", "0"}, {"HF_HUB_CACHE", home + "/c"}});
  options = options_from_environment();
  CHECK(options.token == "own");
  CHECK(!options.is_offline);
  CHECK(options.cache == folder.path() / "c");
  for (const char* value : {"true", "YES", "on"}) {
    const ScopedEnvironment offline({{"HF_HUB_OFFLINE", value}, {"HF_TOKEN", ""}});
    CHECK(options_from_environment().is_offline);
  }
  write_file_atomically(folder.path() / "elsewhere", "from-path");
  const ScopedEnvironment path({{"HF_TOKEN", ""}, {"HF_TOKEN_PATH", home + "/elsewhere"}});
  CHECK(options_from_environment().token == "from-path");
}

TEST_CASE("models are found by folder, by the default's name and in the cache", "[hub]") {
  const test::TemporaryFolder folder;
  const fs::path encoder = folder.path() / "encoder";
  write_file_atomically(encoder / "config.json", "{}");
  const ScopedEnvironment scope(
      {{"HF_HUB_CACHE", (folder.path() / "hub").string()}, {"LORASCOPE_ENCODER", encoder.string()}});
  const fs::path snapshot = make_snapshot(folder.path() / "hub", "owner--name");
  make_snapshot(folder.path() / "hub", "bert-base-uncased");
  write_file_atomically(folder.path() / "hub/models--broken--one/refs/main", "../../..");
  CHECK(find_model("default") == encoder);
  CHECK(find_model("all-MiniLM-L6-v2") == encoder);
  CHECK(find_model("sentence-transformers/all-MiniLM-L6-v2") == encoder);
  CHECK(find_model(encoder.string()) == encoder);
  CHECK(find_model("owner/name") == snapshot);
  CHECK_THROWS_AS(find_model("broken/one"), CheckpointError);
  CHECK_THROWS_WITH(find_model("nobody/nothing"), Catch::Contains("nobody/nothing") && Catch::Contains("model get"));
  const auto models = local_models();
  REQUIRE(models.size() == 3);
  CHECK(models[0].name == "all-MiniLM-L6-v2");
  CHECK(models[1].name == "bert-base-uncased");
  CHECK(models[2].name == "owner/name");
}

}  // namespace
}  // namespace lorascope::app::hub
