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

/// The files of one revision of a repository.
struct HubListing {
  std::string commit;
  std::vector<HubFile> files;
};

/// Reads the hub's answer to /api/KIND/ID/revision/REVISION?blobs=true: all files with a name that leads nowhere else.
/// Throws Error where the answer is not of that kind.
HubListing parse_listing(const std::string& json, const std::string& id);

/// What a model folder needs: configuration, tokenizer, and weights as safetensors or else as pytorch_model.bin, in one
/// file or in shards. Throws Error (no configuration; no weights).
HubListing model_files(HubListing listing, const std::string& id);

/// What a data set has to be read: .json, .jsonl, .csv, .tsv, .txt and .conll files. Throws Error where there is none.
HubListing data_files(HubListing listing, const std::string& id);

/// Whether `id` can be a repository's name: "name" or "owner/name" of letters, digits and ._- without "..".
bool is_model_id(const std::string& id);

/// Whether `revision` can be a branch, tag or commit: letters, digits and ._-/ without "..".
bool is_revision(const std::string& revision);

/// Whether `text` is a commit: 40 hexadecimal digits.
bool is_commit(const std::string& text);

}  // namespace lorascope::app::hub
