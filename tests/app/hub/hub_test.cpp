#include "app/lorascope/hub/hub.h"

#include <cstdlib>

#include "app/lorascope/hub/model_places.h"
#include "core/base/error.h"
#include "core/base/files.h"
#include "core/base/json.h"
#include "tests/app/hub/http_server.h"
#include "tests/support/catch.h"
#include "tests/support/temporary_folder.h"

namespace lorascope::app::hub {
namespace {

namespace fs = std::filesystem;
using test::HttpAnswer;
using test::HttpRequest;

const std::string kCommit(40, 'c');
const std::string kWeights(100'000, 'w');
const std::string kConfig = "{\"hidden_size\": 8}";
const char* const kConfigHash = "ae17b36e4ae15109840cad63099233fe8d2e16c8";  // git hash-object

/// A hub with one model, and a place to make it misbehave.
struct FakeHub {
  std::function<std::optional<HttpAnswer>(const HttpRequest&)> trouble = [](const HttpRequest&) {
    return std::nullopt;
  };
  std::string sum = sha256(kWeights);
  std::string config_hash = kConfigHash;
  std::string revision = "main";
  bool tells_sizes = true;

  HttpAnswer operator()(const HttpRequest& request) const {
    if (const auto answer = trouble(request)) return *answer;
    if (request.path == "/api/models/someone/tiny/revision/" + revision + "?blobs=true") return {200, listing(), {}};
    const std::string prefix = "/someone/tiny/resolve/" + kCommit + "/";
    if (request.path == prefix + "config.json") return {200, kConfig, {}};
    if (request.path == prefix + "model.safetensors") return {302, "", {{"Location", "/large/weights"}}};
    if (request.path == "/large/weights") return weights(request);
    return {404, "not found", {}};
  }

  HttpAnswer weights(const HttpRequest& request) const {
    const std::size_t start = request.range_start();
    if (start >= kWeights.size()) return {416, "", {}};
    return {start > 0 ? 206 : 200, kWeights.substr(start), {}};
  }

  std::string listing() const {
    const Json siblings = {{{"rfilename", "config.json"}, {"size", kConfig.size()}, {"blobId", config_hash}},
                           {{"rfilename", "model.safetensors"},
                            {"size", kWeights.size()},
                            {"lfs", {{"sha256", sum}, {"size", kWeights.size()}}}},
                           {{"rfilename", "pytorch_model.bin"}, {"size", 5}},
                           {{"rfilename", "onnx/model.onnx"}, {"size", 5}}};
    std::string text = Json{{"sha", kCommit}, {"siblings", siblings}}.dump();
    if (tells_sizes) return text;
    for (std::size_t at; (at = text.find("\"size\"")) != std::string::npos;) text.replace(at, 6, "\"none\"");
    return text;
  }
};

struct Fixture {
  test::TemporaryFolder folder;
  FakeHub hub;
  test::HttpServer server{[this](const HttpRequest& request) { return hub(request); }};

  HubOptions options() const {
    HubOptions options;
    options.endpoint = server.url();
    options.cache = folder.path() / "cache";
    options.first_wait_seconds = 0.01;
    return options;
  }
  fs::path fetch() const {
    return fetch_model("someone/tiny", options(), [](const auto&, auto, auto) {});
  }
  std::size_t requests_for(const std::string& end) const {
    std::size_t count = 0;
    for (const HttpRequest& request : server.requests()) count += request.path.ends_with(end) ? 1 : 0;
    return count;
  }
};

TEST_CASE_METHOD(Fixture, "a model is fetched into the layout that Hugging Face's programs share", "[hub]") {
  const fs::path snapshot = fetch();
  CHECK(snapshot == folder.path() / "cache/models--someone--tiny/snapshots" / kCommit);
  CHECK(read_file(snapshot / "config.json") == kConfig);
  CHECK(read_file(snapshot / "model.safetensors") == kWeights);
  CHECK(fs::is_symlink(snapshot / "model.safetensors"));
  CHECK(fs::read_symlink(snapshot / "model.safetensors") == fs::path("../../blobs") / hub.sum);
  CHECK(read_file(snapshot / "../../refs/main") == kCommit);
  CHECK(!fs::exists(snapshot / "pytorch_model.bin"));
  CHECK(find_in_cache(options().cache, "someone/tiny") == snapshot);
  fetch();
  CHECK(requests_for("model.safetensors") == 1);  // what is there is not fetched again
}

TEST_CASE_METHOD(Fixture, "a dropped connection is gone on with where it broke", "[hub]") {
  int drops = 0;
  hub.trouble = [&](const HttpRequest& request) -> std::optional<HttpAnswer> {
    if (request.path != "/large/weights" || drops >= 8) return std::nullopt;
    ++drops;
    HttpAnswer answer = hub.weights(request);
    answer.cut_after = 10'000;
    return answer;
  };
  CHECK(read_file(fetch() / "model.safetensors") == kWeights);
  CHECK(drops == 8);  // more often than `attempts`: each drop came after some progress
  const auto requests = server.requests();
  CHECK(requests.back().range_start() == 80'000);
}

TEST_CASE_METHOD(Fixture, "a fetch that was broken off is gone on with by the next call", "[hub]") {
  bool is_broken = true;
  hub.trouble = [&](const HttpRequest& request) -> std::optional<HttpAnswer> {
    if (request.path != "/large/weights" || !is_broken) return std::nullopt;
    HttpAnswer answer = hub.weights(request);
    answer.cut_after = request.range_start() == 0 ? 30'000 : 0;
    return answer;
  };
  CHECK_THROWS_WITH(fetch(), Catch::Contains("connection broke"));
  CHECK(!find_in_cache(options().cache, "someone/tiny"));
  is_broken = false;
  CHECK(read_file(fetch() / "model.safetensors") == kWeights);
  CHECK(server.requests().back().range_start() == 30'000);
}

TEST_CASE_METHOD(Fixture, "what is here already of a file of unknown size is fetched anew", "[hub]") {
  hub.tells_sizes = false;
  const fs::path blobs = options().cache / "models--someone--tiny/blobs";
  write_file_atomically(blobs / (hub.sum + ".incomplete"), kWeights);
  CHECK(read_file(fetch() / "model.safetensors") == kWeights);
}

TEST_CASE_METHOD(Fixture, "a server that cannot resume sends the whole file again", "[hub]") {
  int count = 0;
  hub.trouble = [&](const HttpRequest& request) -> std::optional<HttpAnswer> {
    if (request.path != "/large/weights") return std::nullopt;
    HttpAnswer answer{200, kWeights, {}};
    if (++count == 1) answer.cut_after = 40'000;
    return answer;
  };
  CHECK(read_file(fetch() / "model.safetensors") == kWeights);
}

TEST_CASE_METHOD(Fixture, "a file that arrives damaged is thrown away", "[hub]") {
  hub.sum = std::string(64, 'a');
  CHECK_THROWS_WITH(fetch(), Catch::Contains("damaged") && Catch::Contains("another hash"));
  const fs::path blobs = options().cache / "models--someone--tiny/blobs";
  CHECK(!fs::exists(blobs / hub.sum));
  CHECK(fs::file_size(blobs / (hub.sum + ".incomplete")) == 0);
}

TEST_CASE_METHOD(Fixture, "a small file that arrives damaged is thrown away", "[hub]") {
  hub.trouble = [&](const HttpRequest& request) -> std::optional<HttpAnswer> {
    if (!request.path.ends_with("config.json")) return std::nullopt;
    return HttpAnswer{200, "{\"hidden_size\": 9}", {}};
  };
  CHECK_THROWS_WITH(fetch(), Catch::Contains("config.json arrived damaged"));
  hub.trouble = [](const HttpRequest&) { return std::nullopt; };
  CHECK(read_file(fetch() / "config.json") == kConfig);
}

TEST_CASE_METHOD(Fixture, "a server that lies about lengths is not believed", "[hub]") {
  for (const std::size_t told : {std::size_t{10}, std::size_t{50'000}, kWeights.size() + 1000}) {
    INFO(told);
    int count = 0;
    hub.trouble = [&](const HttpRequest& request) -> std::optional<HttpAnswer> {
      if (request.path != "/large/weights" || ++count > 2) return std::nullopt;
      HttpAnswer answer = hub.weights(request);
      answer.told_length = told;
      return answer;
    };
    fs::remove_all(options().cache);
    CHECK(read_file(fetch() / "model.safetensors") == kWeights);
  }
}

TEST_CASE_METHOD(Fixture, "a branch or a commit can be asked for", "[hub]") {
  HubOptions asked = options();
  asked.revision = "refs/pr/1";
  hub.revision = "refs%2Fpr%2F1";
  const auto get = [&] { return fetch_model("someone/tiny", asked, [](const auto&, auto, auto) {}); };
  const fs::path snapshot = get();
  const fs::path root = options().cache / "models--someone--tiny";
  CHECK(read_file(root / "refs/refs/pr/1") == kCommit);
  CHECK_FALSE(fs::exists(root / "refs/main"));
  CHECK(find_in_cache(options().cache, "someone/tiny", "refs/pr/1") == snapshot);
  CHECK_FALSE(find_in_cache(options().cache, "someone/tiny"));
  asked.revision = hub.revision = kCommit;
  CHECK(get() == snapshot);
  CHECK_FALSE(fs::exists(root / "refs" / kCommit));
  asked.is_offline = true;
  CHECK(get() == snapshot);
  asked.revision = "../x";
  CHECK_THROWS_AS(get(), UsageError);
  asked = options();
  asked.revision = "no-such";
  CHECK_THROWS_WITH(get(), Catch::Contains("someone/tiny at revision no-such"));
}

TEST_CASE_METHOD(Fixture, "a longer file than the hub announced is refused", "[hub]") {
  hub.trouble = [&](const HttpRequest& request) -> std::optional<HttpAnswer> {
    if (request.path != "/large/weights") return std::nullopt;
    return HttpAnswer{200, kWeights + "more", {}};
  };
  CHECK_THROWS_WITH(fetch(), Catch::Contains("found 100004 bytes, expected 100000"));
}

struct Status {
  int status;
  std::size_t requests;
  const char* message;
};

TEST_CASE("each refusal of the hub has its own message and is repeated only where it may pass", "[hub]") {
  for (const Status& expected :
       {Status{401, 1, "no permission"}, Status{403, 1, "no permission"}, Status{404, 1, "the hub has no"},
        Status{429, 5, "too many requests"}, Status{503, 5, "HTTP 503"}, Status{500, 5, "HTTP 500"}}) {
    for (const char* where : {"/api/", "/resolve/"}) {
      INFO(expected.status << " " << where);
      Fixture fixture;
      fixture.hub.trouble = [&](const HttpRequest& request) -> std::optional<HttpAnswer> {
        if (request.path.find(where) == std::string::npos) return std::nullopt;
        return HttpAnswer{expected.status, "<html>error</html>", {}};
      };
      try {
        fixture.fetch();
        FAIL_CHECK("was not refused");
      } catch (const Error& error) {
        CHECK_THAT(error.message(), Catch::Contains(expected.message));
        CHECK(!error.hint().empty());
        CHECK(error.exit_code() == 1);
      }
      const std::size_t before = std::string(where) == "/api/" ? 0 : 1;
      CHECK(fixture.server.requests().size() == expected.requests + before);
      CHECK(!find_in_cache(fixture.options().cache, "someone/tiny"));
    }
  }
}

TEST_CASE_METHOD(Fixture, "a hub that is busy once is asked again", "[hub]") {
  std::map<std::string, int> counts;
  hub.trouble = [&](const HttpRequest& request) -> std::optional<HttpAnswer> {
    if (++counts[request.path] > 1) return std::nullopt;
    return HttpAnswer{counts.size() % 2 == 1 ? 429 : 503, "", {{"Retry-After", "0"}}};
  };
  CHECK(read_file(fetch() / "model.safetensors") == kWeights);
}

TEST_CASE_METHOD(Fixture, "the token is sent as Hugging Face expects it", "[hub]") {
  HubOptions with_token = options();
  with_token.token = "secret";
  fetch_model("someone/tiny", with_token, [](const auto&, auto, auto) {});
  for (const HttpRequest& request : server.requests()) {
    CHECK(request.headers.at("authorization") == "Bearer secret");
  }
}

TEST_CASE_METHOD(Fixture, "the token is kept from other hosts", "[hub]") {
  const test::HttpServer other([](const HttpRequest& request) { return FakeHub().weights(request); });
  hub.trouble = [&](const HttpRequest& request) -> std::optional<HttpAnswer> {
    if (!request.path.ends_with("model.safetensors")) return std::nullopt;
    std::string elsewhere = other.url();
    elsewhere.replace(elsewhere.find("127.0.0.1"), 9, "localhost");
    return HttpAnswer{302, "", {{"Location", elsewhere + "/w"}}};
  };
  HubOptions with_token = options();
  with_token.token = "secret";
  fetch_model("someone/tiny", with_token, [](const auto&, auto, auto) {});
  REQUIRE(other.requests().size() == 1);
  CHECK(other.requests()[0].headers.count("authorization") == 0);
}

TEST_CASE_METHOD(Fixture, "offline, what is here is taken and nothing else is asked for", "[hub]") {
  HubOptions offline = options();
  offline.is_offline = true;
  const auto fetch_offline = [&] { return fetch_model("someone/tiny", offline, [](const auto&, auto, auto) {}); };
  CHECK_THROWS_WITH(fetch_offline(), Catch::Contains("HF_HUB_OFFLINE"));
  CHECK(server.requests().empty());
  const fs::path snapshot = fetch();
  CHECK(fetch_offline() == snapshot);
}

TEST_CASE("a hub that cannot be reached is one clear error", "[hub]") {
  const test::TemporaryFolder folder;
  HubOptions options;
  options.endpoint = "http://127.0.0.1:9";  // the port of a service that nobody runs
  options.cache = folder.path();
  options.attempts = 1;
  try {
    fetch_model("someone/tiny", options, [](const auto&, auto, auto) {});
    FAIL("was not refused");
  } catch (const Error& error) {
    CHECK_THAT(error.message(), Catch::Contains("cannot reach the hub"));
    CHECK_THAT(error.hint(), Catch::Contains("HF_ENDPOINT"));
  }
}

TEST_CASE_METHOD(Fixture, "progress grows to the size of each file", "[hub]") {
  std::uint64_t last = 0;
  fetch_model("someone/tiny", options(), [&](const std::string& file, std::uint64_t done, std::uint64_t total) {
    if (file != "model.safetensors") return;
    CHECK(done > last);
    CHECK(total == kWeights.size());
    last = done;
  });
  CHECK(last == kWeights.size());
}

TEST_CASE_METHOD(Fixture, "a fetched model is copied with its links followed", "[hub]") {
  const fs::path target = folder.path() / "copy";
  copy_model(fetch(), target);
  CHECK(!fs::is_symlink(target / "model.safetensors"));
  CHECK(read_file(target / "model.safetensors") == kWeights);
  std::size_t files = 0;
  for (const auto& entry : fs::directory_iterator(target)) files += entry.is_regular_file() ? 1 : 0;
  CHECK(files == 2);
}

}  // namespace
}  // namespace lorascope::app::hub
