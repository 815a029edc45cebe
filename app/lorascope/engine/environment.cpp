#include "app/lorascope/engine/environment.h"

#include <ATen/Version.h>
#include <torch/version.h>

#include <fstream>

#include "core/base/files.h"
#include "core/base/json.h"

namespace lorascope::app::engine {
namespace {

std::string processor_name() {
  std::ifstream file("/proc/cpuinfo");
  for (std::string line; std::getline(file, line);) {
    const std::size_t colon = line.find(':');
    if (line.starts_with("model name") && colon != std::string::npos) return line.substr(colon + 2);
  }
  return "unknown processor";
}

std::string system_name() {
  std::ifstream file("/etc/os-release");
  for (std::string line; std::getline(file, line);) {
    if (line.starts_with("PRETTY_NAME=\"")) return line.substr(13, line.size() - 14);
  }
  return "Linux";
}

/// SHA-256 of the weights; of several shards, of their hashes in the order of their names.
std::string model_hash(const std::filesystem::path& folder) {
  const std::filesystem::path single = folder / "model.safetensors";
  if (std::filesystem::exists(single)) return sha256_file(single);
  std::map<std::string, std::string> shards;
  for (const auto& entry : std::filesystem::directory_iterator(folder)) {
    const std::string extension = entry.path().extension().string();
    if (extension == ".safetensors" || extension == ".bin") shards[entry.path().filename()] = sha256_file(entry.path());
  }
  std::string joined;
  for (const auto& [name, hash] : shards) joined += hash;
  return sha256(joined);
}

}  // namespace

std::string device_text(const std::string& device, int threads) {
  return device + ": " + processor_name() + ", " + std::to_string(threads) + (threads == 1 ? " thread" : " threads");
}

store::RunEnvironment describe_environment(const std::string& device, int threads,
                                           const std::map<std::string, std::filesystem::path>& data_files,
                                           const std::filesystem::path& model_folder) {
  store::RunEnvironment environment;
  environment.device = device_text(device, threads);
  environment.versions =
      Json{{"lorascope", LORASCOPE_VERSION}, {"libtorch", TORCH_VERSION}, {"system", system_name()}, {"threads", threads}}
          .dump();
  Json hashes = Json::object();
  for (const auto& [split, file] : data_files) hashes[split] = sha256_file(file);
  environment.data_hashes = hashes.dump();
  environment.model_hash = model_hash(model_folder);
  return environment;
}

}  // namespace lorascope::app::engine
