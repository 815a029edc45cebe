#include "app/lorascope/hub/hub_listing.h"

#include <algorithm>
#include <array>
#include <cctype>

#include "core/base/error.h"
#include "core/base/json.h"

namespace lorascope::app::hub {
namespace {

constexpr std::array<const char*, 6> kSmallFiles = {
    "config.json",      "vocab.txt", "tokenizer.json", "tokenizer_config.json", "special_tokens_map.json",
    "added_tokens.json"};

bool is_hexadecimal(const std::string& text, std::size_t length) {
  return text.size() == length &&
         std::all_of(text.begin(), text.end(), [](unsigned char c) { return std::isxdigit(c) != 0; });
}

bool is_shard(const std::string& name) {
  return name.rfind("model-", 0) == 0 && name.ends_with(".safetensors") && name.find('/') == std::string::npos;
}

std::string text_of(const Json& object, const char* key) {
  const auto found = object.find(key);
  return found != object.end() && found->is_string() ? found->get<std::string>() : "";
}

std::uint64_t size_of(const Json& object) {
  const auto found = object.find("size");
  return found != object.end() && found->is_number_unsigned() ? found->get<std::uint64_t>() : 0;
}

HubFile file_of(const Json& sibling) {
  HubFile file;
  file.name = text_of(sibling, "rfilename");
  file.size = size_of(sibling);
  const auto large = sibling.find("lfs");
  if (large != sibling.end() && large->is_object()) {
    const std::string sum = text_of(*large, "sha256");
    if (is_hexadecimal(sum, 64)) file.sha256 = file.blob = sum;
    if (size_of(*large) > 0) file.size = size_of(*large);
  } else if (is_hexadecimal(text_of(sibling, "blobId"), 40)) {
    file.blob = text_of(sibling, "blobId");
  }
  return file;
}

bool holds(const std::vector<HubFile>& files, const std::string& name) {
  return std::any_of(files.begin(), files.end(), [&](const HubFile& file) { return file.name == name; });
}

}  // namespace

bool is_model_id(const std::string& id) {
  const bool has_letters_only = std::all_of(id.begin(), id.end(), [](unsigned char c) {
    return std::isalnum(c) != 0 || c == '.' || c == '_' || c == '-' || c == '/';
  });
  return has_letters_only && !id.empty() && id.front() != '.' && id.front() != '/' && id.back() != '/' &&
         std::count(id.begin(), id.end(), '/') <= 1 && id.find("..") == std::string::npos &&
         id.find("/.") == std::string::npos && id.find("--") == std::string::npos;
}

HubListing parse_listing(const std::string& json, const std::string& id) {
  const Json root = Json::parse(json, nullptr, /*allow_exceptions=*/false);
  HubListing listing;
  if (root.is_object()) listing.commit = text_of(root, "sha");
  if (!is_hexadecimal(listing.commit, 40) || !root.contains("siblings") || !root.at("siblings").is_array()) {
    throw Error("the answer about " + id + " is not a model hub's", "check HF_ENDPOINT");
  }
  std::vector<HubFile> all;
  for (const Json& sibling : root.at("siblings")) {
    if (sibling.is_object()) all.push_back(file_of(sibling));
  }
  const bool is_whole = holds(all, "model.safetensors");
  const bool is_sharded = !is_whole && holds(all, "model.safetensors.index.json");
  if (!holds(all, "config.json")) throw Error(id + " holds no config.json: it is no model of the transformers library");
  if (!is_whole && !is_sharded) {
    throw Error(id + " holds no model.safetensors",
                "choose a model with safetensors weights, or convert it and give the folder");
  }
  for (HubFile& file : all) {
    const bool is_small = std::find(kSmallFiles.begin(), kSmallFiles.end(), file.name) != kSmallFiles.end();
    const bool is_weights = is_whole ? file.name == "model.safetensors"
                                     : file.name == "model.safetensors.index.json" || is_shard(file.name);
    if (is_small || is_weights) listing.files.push_back(std::move(file));
  }
  return listing;
}

}  // namespace lorascope::app::hub
