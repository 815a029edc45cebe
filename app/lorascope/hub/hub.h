#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <string>

namespace lorascope::app::hub {

/// Where models are fetched from and kept, and how patiently.
struct HubOptions {
  std::string endpoint = "https://huggingface.co";
  std::string token;
  std::filesystem::path cache;
  bool is_offline = false;
  int attempts = 5;               ///< for each file, every one resuming where the last ended
  double first_wait_seconds = 1;  ///< before the second attempt; doubled before each further one
};

/// As Hugging Face's programs read it: HF_ENDPOINT, HF_TOKEN (or the token file), HF_HUB_OFFLINE, and hub_cache().
HubOptions options_from_environment();

/// file, bytes that are here, bytes in all (0: not known).
using Progress = std::function<void(const std::string& file, std::uint64_t done, std::uint64_t total)>;

/// Fetches what a model folder needs (configuration, tokenizer, safetensors weights) of the main revision of `id`
/// ("owner/name") into the cache that Hugging Face's programs share, resuming what an earlier call left, checking sizes
/// and SHA-256 sums; returns the folder. Files that are there are not fetched again. Throws Error: offline and not in
/// the cache, no such model, no permission, too many requests, damaged in transit.
std::filesystem::path fetch_model(const std::string& id, const HubOptions& options, const Progress& progress);

/// Copies a model folder's files (.json, .txt, .safetensors, .bin), links followed; each file appears whole or not at all.
void copy_model(const std::filesystem::path& from, const std::filesystem::path& to);

}  // namespace lorascope::app::hub
