#include "app/lorascope/hub/hub_listing.h"

#include <algorithm>
#include <array>
#include <cctype>
#include <string_view>
#include <utility>

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

bool is_shard(const std::string& name, const std::string& stem, const std::string& end) {
  return name.starts_with(stem + "-") && name.ends_with(end) && name.find('/') == std::string::npos;
}

bool leads_elsewhere(const std::string& name) {
  return name.empty() || name.front() == '/' || name.find("..") != std::string::npos ||
         name.find('\\') != std::string::npos;
}

bool has_only(const std::string& text, std::string_view signs) {
  return !text.empty() && std::all_of(text.begin(), text.end(), [&](unsigned char c) {
    return std::isalnum(c) != 0 || signs.find(static_cast<char>(c)) != std::string_view::npos;
  });
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
  return has_only(id, "._-/") && id.front() != '.' && id.front() != '/' && id.back() != '/' &&
         std::count(id.begin(), id.end(), '/') <= 1 && id.find("..") == std::string::npos &&
         id.find("/.") == std::string::npos && id.find("--") == std::string::npos;
}

bool is_revision(const std::string& revision) {
  return has_only(revision, "._-/") && revision.front() != '/' && revision.back() != '/' && revision.front() != '-' &&
         revision.find("..") == std::string::npos && revision.find("//") == std::string::npos;
}

bool is_commit(const std::string& text) {
  return is_hexadecimal(text, 40);
}

HubListing parse_listing(const std::string& json, const std::string& id) {
  const Json root = Json::parse(json, nullptr, /*allow_exceptions=*/false);
  HubListing listing;
  if (root.is_object()) listing.commit = text_of(root, "sha");
  if (!is_commit(listing.commit) || !root.contains("siblings") || !root.at("siblings").is_array()) {
    throw Error("the answer about " + id + " is not the hub's", "check HF_ENDPOINT");
  }
  for (const Json& sibling : root.at("siblings")) {
    if (!sibling.is_object()) continue;
    HubFile file = file_of(sibling);
    if (!leads_elsewhere(file.name)) listing.files.push_back(std::move(file));
  }
  return listing;
}

HubListing model_files(HubListing listing, const std::string& id) {
  struct Weights {
    const char *whole, *index, *stem, *end;
  };
  constexpr Weights kWeights[] = {{"model.safetensors", "model.safetensors.index.json", "model", ".safetensors"},
                                  {"pytorch_model.bin", "pytorch_model.bin.index.json", "pytorch_model", ".bin"}};
  const std::vector<HubFile>& all = listing.files;
  if (!holds(all, "config.json")) throw Error(id + " holds no config.json: it is no model of the transformers library");
  for (const Weights& weights : kWeights) {
    const bool is_whole = holds(all, weights.whole);
    if (!is_whole && !holds(all, weights.index)) continue;
    std::erase_if(listing.files, [&](const HubFile& file) {
      const bool is_small = std::find(kSmallFiles.begin(), kSmallFiles.end(), file.name) != kSmallFiles.end();
      const bool is_weights = is_whole ? file.name == weights.whole
                                       : file.name == weights.index || is_shard(file.name, weights.stem, weights.end);
      return !is_small && !is_weights;
    });
    return listing;
  }
  throw Error(id + " holds no model.safetensors and no pytorch_model.bin",
              "choose a model with PyTorch weights, or convert it and give the folder");
}

HubListing data_files(HubListing listing, const std::string& id) {
  constexpr std::array<std::string_view, 6> kEndings = {".json", ".jsonl", ".csv", ".tsv", ".txt", ".conll"};
  std::erase_if(listing.files, [&](const HubFile& file) {
    return std::none_of(kEndings.begin(), kEndings.end(), [&](auto ending) { return file.name.ends_with(ending); });
  });
  if (listing.files.empty()) {
    throw Error(id + " holds no JSON, CSV or text file",
                "data sets that are kept as Parquet alone must be converted first");
  }
  return listing;
}

}  // namespace lorascope::app::hub
