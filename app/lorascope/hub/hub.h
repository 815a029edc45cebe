#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <string>

namespace lorascope::app::hub {

/// Where models and data are fetched from and kept, and how patiently.
struct HubOptions {
  std::string endpoint = "https://huggingface.co";
  std::string revision = "main";  ///< branch, tag or commit
  std::string token;
  std::filesystem::path cache;
  bool is_offline = false;
  int attempts = 5;               ///< for each file, every one resuming where the last ended
  double first_wait_seconds = 1;  ///< before the second attempt; doubled before each further one

  /// What messages say: who is asked, and what to do where nothing is found or nobody answers.
  std::string server = "the hub";
  std::string hint_not_found = "check the name: owner/name, as in its address";
  std::string hint_offline =
      "check the network, set HF_ENDPOINT to a mirror, or copy a model folder here and give its path";
};

/// As Hugging Face's programs read it: HF_ENDPOINT, HF_TOKEN (or the file HF_TOKEN_PATH, or `token` in hub_home()),
/// HF_HUB_OFFLINE, and hub_cache().
HubOptions options_from_environment();

/// file, bytes that are here, bytes in all (0: not known).
using Progress = std::function<void(const std::string& file, std::uint64_t done, std::uint64_t total)>;

/// Fetches what a model folder needs (configuration, tokenizer, weights) of the revision of `id` ("owner/name") into
/// the cache that Hugging Face's programs share, resuming what an earlier call left, checking sizes and hashes; returns
/// the folder. Files that are there are not fetched again. Throws Error: offline and not in the cache, no such model or
/// revision, no permission, too many requests, damaged in transit.
std::filesystem::path fetch_model(const std::string& id, const HubOptions& options, const Progress& progress);

/// The same of the data files of a data set on the hub.
std::filesystem::path fetch_dataset(const std::string& id, const HubOptions& options, const Progress& progress);

/// Copies a model folder's files (.json, .txt, .safetensors, .bin), links followed; each file appears whole or not at
/// all.
void copy_model(const std::filesystem::path& from, const std::filesystem::path& to);

/// Copies all files of a folder and its sub-folders in the same way.
void copy_files(const std::filesystem::path& from, const std::filesystem::path& to);

}  // namespace lorascope::app::hub
