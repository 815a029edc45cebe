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
  for (const char* name : {"HF_TOKEN", "HUGGING_FACE_HUB_TOKEN"}) {
    if (const auto token = environment(name)) return *token;
  }
  const auto path = environment("HF_TOKEN_PATH");
  const fs::path file = path ? fs::path(*path) : hub_home() / "token";
  if (!fs::is_regular_file(file)) return "";
  std::string token = read_file(file, 10'000);
  token.erase(std::remove_if(token.begin(), token.end(), [](unsigned char c) { return std::isspace(c) != 0; }),
              token.end());
  return token;
}

/// 1, ON, YES and TRUE in any case, as Hugging Face's programs take it.
bool is_switched_on(const char* name) {
  std::string value = environment(name).value_or("");
  for (char& letter : value) letter = static_cast<char>(std::toupper(static_cast<unsigned char>(letter)));
  return value == "1" || value == "ON" || value == "YES" || value == "TRUE";
}

/// What differs between models and data sets on the hub.
struct Kind {
  const char* api;      ///< "models" in /api/models/ID
  const char* address;  ///< "" or "datasets/" before ID/resolve
  const char* word;     ///< for messages
  HubListing (*choose)(HubListing, const std::string&);
};

constexpr Kind kModel = {"models", "", "model", model_files};
constexpr Kind kDataset = {"datasets", "datasets/", "data set", data_files};

std::string in_address(const std::string& revision) {
  std::string text;
  for (const char sign : revision) text += sign == '/' ? std::string("%2F") : std::string(1, sign);
  return text;
}

HubListing listing_of(const Kind& kind, const std::string& id, const HubOptions& options) {
  const HttpClient client(options.token);
  const std::string url =
      options.endpoint + "/api/" + kind.api + "/" + id + "/revision/" + in_address(options.revision) + "?blobs=true";
  const std::string what = options.revision == "main" ? id : id + " at revision " + options.revision;
  for (int attempt = 1;; ++attempt) {
    const HttpResponse response = client.get(url);
    if (response.status == 200 && response.is_complete()) return kind.choose(parse_listing(response.body, id), id);
    wait_or_throw(response, what, attempt, options);
  }
}

/// Gives a file of the cache its name in the snapshot.
void link(const fs::path& blob, const fs::path& snapshot, const std::string& name) {
  const fs::path target = snapshot / name;
  const fs::path temporary = target.string() + ".part" + std::to_string(::getpid());
  fs::path way = "../..";
  for (const char sign : name) {
    if (sign == '/') way /= "..";
  }
  std::error_code problem;
  fs::create_symlink(way / "blobs" / blob.filename(), temporary, problem);
  if (problem) fs::copy_file(blob, temporary, fs::copy_options::overwrite_existing);
  publish(temporary, target);
}

void make_folder(const fs::path& folder) {
  std::error_code problem;
  fs::create_directories(folder, problem);
  if (problem)
    throw Error("cannot write " + folder.string() + ": " + problem.message(), "set HF_HOME to another folder");
}

void copy_one(const fs::path& from, const fs::path& to) {
  std::error_code problem;
  fs::create_directories(to.parent_path(), problem);
  const fs::path temporary = to.string() + ".part" + std::to_string(::getpid());
  if (!problem) fs::copy_file(from, temporary, fs::copy_options::overwrite_existing, problem);
  if (problem)
    throw Error("cannot write " + to.string() + ": " + problem.message(), "check permissions and free space");
  publish(temporary, to);
}

fs::path fetch(const Kind& kind, const std::string& id, const HubOptions& options, const Progress& progress) {
  if (!is_model_id(id)) {
    throw UsageError("\"" + id + "\" is no " + kind.word + "'s name", "names look like google-bert/bert-base-uncased");
  }
  if (!is_revision(options.revision)) {
    throw UsageError("\"" + options.revision + "\" is no revision", "give a branch, a tag or a commit");
  }
  const fs::path root = options.cache / cache_folder(std::string(kind.api) + "--", id);
  if (options.is_offline) {
    if (const auto folder = find_snapshot(root, options.revision)) return *folder;
    throw Error(id + " is not on this machine and HF_HUB_OFFLINE forbids to fetch it",
                "unset HF_HUB_OFFLINE, or copy the folder here and give its path");
  }
  const HubListing listing = listing_of(kind, id, options);
  const fs::path snapshot = root / "snapshots" / listing.commit;
  make_folder(root / "blobs");
  make_folder(snapshot);
  for (const HubFile& file : listing.files) {
    if (fs::exists(snapshot / file.name)) continue;
    make_folder((snapshot / file.name).parent_path());
    const std::string url = options.endpoint + "/" + kind.address + id + "/resolve/" + listing.commit + "/" + file.name;
    const fs::path target = file.blob.empty() ? snapshot / file.name : root / "blobs" / file.blob;
    if (!fs::exists(target)) download_blob(url, file, target, options, progress);
    if (!file.blob.empty()) link(target, snapshot, file.name);
  }
  if (!is_commit(options.revision)) write_file_atomically(root / "refs" / options.revision, listing.commit);
  return snapshot;
}

}  // namespace

HubOptions options_from_environment() {
  HubOptions options;
  if (const auto endpoint = environment("HF_ENDPOINT")) options.endpoint = *endpoint;
  while (options.endpoint.ends_with('/')) options.endpoint.pop_back();
  options.token = token_from_environment();
  options.cache = hub_cache();
  options.is_offline = is_switched_on("HF_HUB_OFFLINE") || is_switched_on("TRANSFORMERS_OFFLINE");
  return options;
}

fs::path fetch_model(const std::string& id, const HubOptions& options, const Progress& progress) {
  return fetch(kModel, id, options, progress);
}

fs::path fetch_dataset(const std::string& id, const HubOptions& options, const Progress& progress) {
  return fetch(kDataset, id, options, progress);
}

void copy_model(const fs::path& from, const fs::path& to) {
  for (const auto& entry : fs::directory_iterator(from)) {
    const fs::path kind = entry.path().extension();
    const bool belongs = kind == ".json" || kind == ".txt" || kind == ".safetensors" || kind == ".bin";
    if (belongs && entry.is_regular_file()) copy_one(entry.path(), to / entry.path().filename());
  }
}

void copy_files(const fs::path& from, const fs::path& to) {
  for (const auto& entry : fs::recursive_directory_iterator(from)) {
    if (entry.is_regular_file()) copy_one(entry.path(), to / entry.path().lexically_relative(from));
  }
}

}  // namespace lorascope::app::hub
