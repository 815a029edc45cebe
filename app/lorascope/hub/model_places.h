#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

namespace lorascope::app::hub {

/// The name of the encoder that comes with the program.
inline constexpr const char* kDefaultEncoder = "all-MiniLM-L6-v2";

/// A model folder on this machine.
struct LocalModel {
  std::string name;  ///< "all-MiniLM-L6-v2", or the hub's "owner/name"
  std::filesystem::path folder;
};

/// The default encoder's folder: LORASCOPE_ENCODER, what quickstart set up beside the build, what an installed program
/// has beside it; the first that holds a config.json.
std::optional<std::filesystem::path> default_encoder();

/// The folder of Hugging Face's programs: HF_HOME, XDG_CACHE_HOME/huggingface or ~/.cache/huggingface.
std::filesystem::path hub_home();

/// Where they keep what they fetched: HF_HUB_CACHE, or `hub` in that folder.
std::filesystem::path hub_cache();

/// The folder of a model that was fetched from the hub as "owner/name", or nothing.
std::optional<std::filesystem::path> find_in_cache(const std::filesystem::path& cache, const std::string& id,
                                                   const std::string& revision = "main");

/// The name of a repository's folder in the cache: "models--owner--name".
std::string cache_folder(const std::string& prefix, const std::string& id);

/// The snapshot of a branch, tag or commit in a repository's folder of the cache, or nothing.
std::optional<std::filesystem::path> find_snapshot(const std::filesystem::path& repository,
                                                   const std::string& revision);

/// The default encoder and every model of the cache, by name.
std::vector<LocalModel> local_models();

/// The folder for what a user names: "default", a folder, the default encoder's name, a model of the cache.
/// Throws CheckpointError with the places that were looked at.
std::filesystem::path find_model(const std::string& name);

/// The value of an environment variable; nothing where it is unset or empty.
std::optional<std::string> environment(const char* name);

}  // namespace lorascope::app::hub
