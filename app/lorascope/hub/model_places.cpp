#include "app/lorascope/hub/model_places.h"

#include <algorithm>
#include <cstdlib>

#include "core/base/error.h"
#include "core/base/files.h"

namespace lorascope::app::hub {
namespace fs = std::filesystem;
namespace {

constexpr const char* kCachePrefix = "models--";

std::vector<fs::path> default_encoder_places() {
  std::vector<fs::path> places;
  if (const auto chosen = environment("LORASCOPE_ENCODER")) places.emplace_back(*chosen);
  std::error_code ignored;
  const fs::path program = fs::read_symlink("/proc/self/exe", ignored).parent_path();
  places.push_back(program / "../../dependencies" / kDefaultEncoder);  // build/release/bin beside build/dependencies
  places.push_back(program / "../share/lorascope" / kDefaultEncoder);
  return places;
}

/// "models--owner--name" to "owner/name".
std::string id_of(const std::string& folder_name) {
  std::string id = folder_name.substr(std::string(kCachePrefix).size());
  if (const std::size_t at = id.find("--"); at != std::string::npos) id.replace(at, 2, "/");
  return id;
}

bool is_default_name(const std::string& name) {
  return name == "default" || name == kDefaultEncoder ||
         name == std::string("sentence-transformers/") + kDefaultEncoder;
}

}  // namespace

std::optional<std::string> environment(const char* name) {
  const char* value = std::getenv(name);
  if (value == nullptr || *value == '\0') return std::nullopt;
  return value;
}

std::optional<fs::path> default_encoder() {
  for (const fs::path& place : default_encoder_places()) {
    if (fs::exists(place / "config.json")) return place.lexically_normal();
  }
  return std::nullopt;
}

fs::path hub_home() {
  if (const auto home = environment("HF_HOME")) return *home;
  if (const auto cache = environment("XDG_CACHE_HOME")) return fs::path(*cache) / "huggingface";
  return fs::path(environment("HOME").value_or(".")) / ".cache/huggingface";
}

fs::path hub_cache() {
  for (const char* name : {"HF_HUB_CACHE", "HUGGINGFACE_HUB_CACHE"}) {
    if (const auto cache = environment(name)) return *cache;
  }
  return hub_home() / "hub";
}

std::string cache_folder(const std::string& prefix, const std::string& id) {
  std::string name = prefix + id;
  for (std::size_t at = name.find('/'); at != std::string::npos; at = name.find('/', at)) name.replace(at, 1, "--");
  return name;
}

std::optional<fs::path> find_snapshot(const fs::path& repository, const std::string& revision) {
  if (revision.find("..") != std::string::npos) return std::nullopt;
  std::string commit = revision;
  const fs::path reference = repository / "refs" / revision;
  if (fs::is_regular_file(reference)) {
    commit = read_file(reference, 1000);
    commit.erase(std::find_if(commit.begin(), commit.end(), [](char c) { return c == '\n' || c == '/'; }),
                 commit.end());
  }
  const fs::path folder = repository / "snapshots" / commit;
  if (commit.empty() || !fs::is_directory(folder)) return std::nullopt;
  return folder;
}

std::optional<fs::path> find_in_cache(const fs::path& cache, const std::string& id, const std::string& revision) {
  const auto folder = find_snapshot(cache / cache_folder(kCachePrefix, id), revision);
  return folder && fs::exists(*folder / "config.json") ? folder : std::nullopt;
}

std::vector<LocalModel> local_models() {
  std::vector<LocalModel> models;
  if (const auto folder = default_encoder()) models.push_back({kDefaultEncoder, *folder});
  const std::size_t num_own = models.size();
  std::error_code ignored;
  for (const auto& entry : fs::directory_iterator(hub_cache(), ignored)) {
    const std::string name = entry.path().filename().string();
    if (name.rfind(kCachePrefix, 0) != 0) continue;
    const std::string id = id_of(name);
    if (const auto folder = find_in_cache(hub_cache(), id)) models.push_back({id, *folder});
  }
  std::sort(models.begin() + static_cast<std::ptrdiff_t>(num_own), models.end(),
            [](const LocalModel& left, const LocalModel& right) { return left.name < right.name; });
  return models;
}

fs::path find_model(const std::string& name) {
  if (name != "default" && fs::exists(name)) return name;
  if (is_default_name(name)) {
    if (const auto folder = default_encoder()) return *folder;
  }
  if (const auto folder = find_in_cache(hub_cache(), name)) return *folder;
  std::string tried = hub_cache().string();
  if (is_default_name(name)) {
    for (const fs::path& place : default_encoder_places()) tried += ", " + place.lexically_normal().string();
  }
  throw CheckpointError(
      "cannot find the model " + name,
      Problem{name, "nothing of that name; looked in " + tried, "a model folder or a fetched model",
              is_default_name(name) ? "run ./quickstart, or set LORASCOPE_ENCODER to a model folder"
                                    : "`lorascope model list` shows what is here, `lorascope model get` fetches"});
}

}  // namespace lorascope::app::hub
