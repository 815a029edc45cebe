#include "app/lorascope/hub/data_sources.h"

#include <filesystem>
#include <functional>
#include <map>
#include <optional>
#include <string>

#include "app/lorascope/hub/git_hash.h"
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

const std::string kTrain(60'000, 't');
const std::string kDev = "dev rows\n";

/// A server with a data set of two files, one with a known hash, and a place to make it misbehave.
struct Fixture {
  test::TemporaryFolder folder;
  std::function<std::optional<HttpAnswer>(const HttpRequest&)> trouble = [](const HttpRequest&) {
    return std::nullopt;
  };
  std::string version = "\"v1\"";
  test::HttpServer server{[this](const HttpRequest& request) { return answer(request); }};

  HttpAnswer answer(const HttpRequest& request) const {
    if (const auto other = trouble(request)) return *other;
    return honest(request);
  }

  HttpAnswer honest(const HttpRequest& request) const {
    if (request.path == "/files/dev.json") return {200, kDev, {}};
    if (request.path != "/files/train.csv") return {404, "not found", {}};
    const auto asked = request.headers.find("if-range");
    const bool is_same = asked == request.headers.end() || asked->second == version;
    const std::size_t start = is_same ? request.range_start() : 0;
    const std::string body = version == "\"v1\"" ? kTrain : std::string(kTrain.size(), 'n');
    return {start > 0 ? 206 : 200, body.substr(start), {{"ETag", version}}};
  }

  DataSource source() const {
    DataSource source;
    source.name = "tiny";
    source.folder = server.url() + "/files";
    source.files.resize(2);
    source.files[0].name = "train.csv";
    source.files[1].name = "dev.json";
    source.files[1].sha256 = sha256(kDev);
    return source;
  }

  HubOptions options() const {
    HubOptions options;
    options.first_wait_seconds = 0.01;
    options.token = "secret";
    return options;
  }

  fs::path to() const { return folder.path() / "data"; }
  void fetch() const {
    fetch_data(source(), to(), options(), [](const auto&, auto, auto) {});
  }
};

TEST_CASE_METHOD(Fixture, "the files of a data set are fetched once, without the hub's token", "[hub]") {
  fetch();
  CHECK(read_file(to() / "train.csv") == kTrain);
  CHECK(read_file(to() / "dev.json") == kDev);
  fetch();
  REQUIRE(server.requests().size() == 2);
  for (const HttpRequest& request : server.requests()) CHECK(request.headers.count("authorization") == 0);
}

TEST_CASE_METHOD(Fixture, "progress knows the size that the server tells", "[hub]") {
  std::map<std::string, std::uint64_t> last;
  fetch_data(source(), to(), options(), [&](const std::string& file, std::uint64_t done, std::uint64_t total) {
    CHECK(done > last[file]);
    CHECK(total == (file == "train.csv" ? kTrain.size() : kDev.size()));
    last[file] = done;
  });
  CHECK(last["train.csv"] == kTrain.size());
}

TEST_CASE_METHOD(Fixture, "a dropped download is gone on with, of the same version only", "[hub]") {
  int count = 0;
  trouble = [&](const HttpRequest& request) -> std::optional<HttpAnswer> {
    if (request.path != "/files/train.csv") return std::nullopt;
    HttpAnswer answer = honest(request);
    if (++count == 1) answer.cut_after = 20'000;
    if (count > 1 && count < 10) answer.cut_after = 0;
    return answer;
  };
  CHECK_THROWS_WITH(fetch(), Catch::Contains("the connection broke"));
  CHECK_FALSE(fs::exists(to() / "train.csv"));
  CHECK(fs::file_size(to() / "train.csv.incomplete") == 20'000);
  SECTION("the same version") {
    count = 10;
    fetch();
    CHECK(read_file(to() / "train.csv") == kTrain);
    CHECK(server.requests()[server.requests().size() - 2].range_start() == 20'000);
  }
  SECTION("another version") {
    count = 10;
    version = "\"v2\"";
    fetch();
    CHECK(read_file(to() / "train.csv") == std::string(kTrain.size(), 'n'));
  }
  for (const char* rest : {"train.csv.incomplete", "train.csv.incomplete.etag"}) CHECK_FALSE(fs::exists(to() / rest));
}

TEST_CASE_METHOD(Fixture, "a server that lies about lengths gives no half file", "[hub]") {
  trouble = [&](const HttpRequest& request) -> std::optional<HttpAnswer> {
    HttpAnswer answer = honest(request);
    if (request.path == "/files/dev.json") answer.told_length = 4;
    return answer;
  };
  CHECK_THROWS_WITH(fetch(), Catch::Contains("dev.json arrived damaged"));
  CHECK_FALSE(fs::exists(to() / "dev.json"));
}

TEST_CASE_METHOD(Fixture, "each refusal says what to do", "[hub]") {
  struct Case {
    int status;
    const char *message, *hint;
  };
  for (const Case& expected :
       {Case{401, "no permission", ""}, Case{404, "the server of tiny has no train.csv", "--from"},
        Case{429, "too many requests", "wait"}, Case{503, "HTTP 503", "later"}}) {
    INFO(expected.status);
    trouble = [&](const HttpRequest&) { return HttpAnswer{expected.status, "x", {}}; };
    try {
      fetch();
      FAIL_CHECK("was not refused");
    } catch (const Error& error) {
      CHECK_THAT(error.message(), Catch::Contains(expected.message));
      CHECK_THAT(error.hint(), Catch::Contains(expected.hint));
    }
    CHECK_FALSE(fs::exists(to() / "train.csv"));
  }
}

TEST_CASE_METHOD(Fixture, "what is there is neither overwritten nor taken for something else", "[hub]") {
  write_file_atomically(to() / "dev.json", "my own rows");
  CHECK_THROWS_WITH(fetch(), Catch::Contains("is not the file that would be fetched"));
  CHECK(read_file(to() / "dev.json") == "my own rows");
}

TEST_CASE_METHOD(Fixture, "offline, what is there is enough and all else is one clear error", "[hub]") {
  HubOptions offline = options();
  offline.is_offline = true;
  const auto fetch_offline = [&] { return fetch_data(source(), to(), offline, [](const auto&, auto, auto) {}); };
  CHECK_THROWS_WITH(fetch_offline(), Catch::Contains("HF_HUB_OFFLINE"));
  CHECK(server.requests().empty());
  fetch();
  CHECK(fetch_offline().size() == 2);
  DataSource nowhere = source();
  nowhere.folder = "http://127.0.0.1:9";
  HubOptions hasty = options();
  hasty.attempts = 1;
  CHECK_THROWS_WITH(fetch_data(nowhere, folder.path() / "other", hasty, [](const auto&, auto, auto) {}),
                    Catch::Contains("cannot reach the server of tiny"));
}

TEST_CASE("data sets on the hub are fetched with their folders", "[hub]") {
  const std::string commit(40, 'd'), rows = "a,b\n";
  const test::HttpServer server([&](const HttpRequest& request) -> HttpAnswer {
    const Json siblings = {
        {{"rfilename", "data/train.csv"}, {"size", rows.size()}, {"lfs", {{"sha256", sha256(rows)}}}},
        {{"rfilename", "README.md"}}};
    if (request.path == "/api/datasets/some/rows/revision/main?blobs=true") {
      return {200, Json{{"sha", commit}, {"siblings", siblings}}.dump(), {}};
    }
    if (request.path == "/datasets/some/rows/resolve/" + commit + "/data/train.csv") return {200, rows, {}};
    return {404, "", {}};
  });
  const test::TemporaryFolder folder;
  HubOptions options;
  options.endpoint = server.url();
  options.cache = folder.path() / "cache";
  const fs::path snapshot = fetch_dataset("some/rows", options, [](const auto&, auto, auto) {});
  CHECK(snapshot == options.cache / "datasets--some--rows/snapshots" / commit);
  CHECK(read_file(snapshot / "data/train.csv") == rows);
  copy_files(snapshot, folder.path() / "copy");
  CHECK(read_file(folder.path() / "copy/data/train.csv") == rows);
  CHECK_FALSE(fs::is_symlink(folder.path() / "copy/data/train.csv"));
}

TEST_CASE("the known data sets have addresses and hashes", "[hub]") {
  CHECK(data_source("wnut17").files.size() == 3);
  CHECK(data_source("squad").files[1].sha256 == "95aa6a52d5d6a735563366753ca50492a658031da74f301ac5238b03966972c9");
  CHECK(data_source("swag").files.size() == 3);
  CHECK_THROWS_AS(data_source("chess"), UsageError);
}

TEST_CASE("git names a file's content as git does", "[hub]") {
  const test::TemporaryFolder folder;
  write_file_atomically(folder.path() / "empty", "");
  CHECK(git_blob_hash(folder.path() / "empty") == "e69de29bb2d1d6434b8b29ae775ad8c2e48c5391");
  std::string content;
  for (int i = 0; i < 1000; ++i) content += "abc";
  write_file_atomically(folder.path() / "longer", content);
  CHECK(git_blob_hash(folder.path() / "longer") == "d77c8cf84cfa20cc6faa0a6c47081670c9ea87a3");
}

}  // namespace
}  // namespace lorascope::app::hub
