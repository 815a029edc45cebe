#include "app/lorascope/hub/hub.h"

#include <unistd.h>

#include <algorithm>
#include <cctype>
#include <system_error>

#include "app/lorascope/hub/blob_download.h"
#include "app/lorascope/hub/http_client.h"
#include "app/lorascope/hub/hub_listing.h"
#include "app/lorascope/hub/model_places.h"
#include "core/base/error.h"
#include "core/base/files.h"

namespace lorascope::app::hub {
namespace fs = std::filesystem;
namespace {

std::string token_from_environment() {
  if (const auto token = environment("HF_TOKEN")) return *token;
  const fs::path home = environment("HF_HOME") ? fs::path(*environment("HF_HOME"))
                                               : fs::path(environment("HOME").value_or(".")) / ".cache/huggingface";
  const fs::path file = home / "token";
  if (!fs::is_regular_file(file)) return "";
  std::string token = read_file(file, 10'000);
  token.erase(std::remove_if(token.begin(), token.end(), [](unsigned char c) { return std::isspace(c) != 0; }),
              token.end());
  return token;
}

HubListing listing_of(const std::string& id, const HubOptions& options) {
  const HttpClient client(options.token);
  const std::string url = options.endpoint + "/api/models/" + id + "/revision/main?blobs=true";
  for (int attempt = 1;; ++attempt) {
    const HttpResponse response = client.get(url);
    if (response.status == 200 && response.is_complete()) return parse_listing(response.body, id);
    wait_or_throw(response, id, attempt, options);
  }
}

/// Gives a file of the cache its name in the snapshot.
void link(const fs::path& blob, const fs::path& name) {
  const fs::path temporary = name.string() + ".part" + std::to_string(::getpid());
  std::error_code problem;
  fs::create_symlink(fs::path("../../blobs") / blob.filename(), temporary, problem);
  if (problem) fs::copy_file(blob, temporary, fs::copy_options::overwrite_existing);
  publish(temporary, name);
}

}  // namespace

HubOptions options_from_environment() {
  HubOptions options;
  if (const auto endpoint = environment("HF_ENDPOINT")) options.endpoint = *endpoint;
  while (options.endpoint.ends_with('/')) options.endpoint.pop_back();
  options.token = token_from_environment();
  options.cache = hub_cache();
  const std::string offline = environment("HF_HUB_OFFLINE").value_or("0");
  options.is_offline = offline != "0" && offline != "false" && offline != "False";
  return options;
}

fs::path fetch_model(const std::string& id, const HubOptions& options, const Progress& progress) {
  if (!is_model_id(id)) {
    throw UsageError("\"" + id + "\" is no model's name", "names look like google-bert/bert-base-uncased");
  }
  if (options.is_offline) {
    if (const auto folder = find_in_cache(options.cache, id)) return *folder;
    throw Error(id + " is not on this machine and HF_HUB_OFFLINE forbids to fetch it",
                "unset HF_HUB_OFFLINE, or copy the model folder here and give its path");
  }
  const HubListing listing = listing_of(id, options);
  std::string folder_name = "models--" + id;
  if (const std::size_t slash = folder_name.find('/'); slash != std::string::npos) folder_name.replace(slash, 1, "--");
  const fs::path root = options.cache / folder_name;
  const fs::path snapshot = root / "snapshots" / listing.commit;
  std::error_code problem;
  fs::create_directories(root / "blobs", problem);
  fs::create_directories(snapshot, problem);
  if (problem)
    throw Error("cannot write " + snapshot.string() + ": " + problem.message(), "set HF_HOME to another folder");
  for (const HubFile& file : listing.files) {
    if (fs::exists(snapshot / file.name)) continue;
    const std::string url = options.endpoint + "/" + id + "/resolve/" + listing.commit + "/" + file.name;
    const fs::path target = file.blob.empty() ? snapshot / file.name : root / "blobs" / file.blob;
    if (!fs::exists(target)) download_blob(url, file, target, options, progress);
    if (!file.blob.empty()) link(target, snapshot / file.name);
  }
  write_file_atomically(root / "refs/main", listing.commit);
  return snapshot;
}

void copy_model(const fs::path& from, const fs::path& to) {
  std::error_code problem;
  fs::create_directories(to, problem);
  if (problem) throw Error("cannot write " + to.string() + ": " + problem.message());
  for (const auto& entry : fs::directory_iterator(from)) {
    const fs::path kind = entry.path().extension();
    const bool belongs = kind == ".json" || kind == ".txt" || kind == ".safetensors" || kind == ".bin";
    if (!belongs || !entry.is_regular_file()) continue;
    const fs::path target = to / entry.path().filename();
    const fs::path temporary = target.string() + ".part" + std::to_string(::getpid());
    fs::copy_file(entry.path(), temporary, fs::copy_options::overwrite_existing, problem);
    if (problem) throw Error("cannot write " + target.string() + ": " + problem.message(), "check the free space");
    publish(temporary, target);
  }
}

}  // namespace lorascope::app::hub
