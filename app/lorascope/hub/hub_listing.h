#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace lorascope::app::hub {

/// One file of a model on the hub.
struct HubFile {
  std::string name;
  std::string blob;  ///< its name in the cache: the SHA-256 of a large file, the git hash of a small one; may be empty
  std::string sha256;      ///< of large files; empty otherwise
  std::uint64_t size = 0;  ///< 0: not known
};

/// The files of one revision that a model folder needs.
struct HubListing {
  std::string commit;
  std::vector<HubFile> files;
};

/// Reads the hub's answer to /api/models/ID/revision/main?blobs=true. Throws Error (no answer of that kind; no
/// configuration; no safetensors weights).
HubListing parse_listing(const std::string& json, const std::string& id);

/// Whether `id` can be a model's name: "name" or "owner/name" of letters, digits and ._- without "..".
bool is_model_id(const std::string& id);

}  // namespace lorascope::app::hub
