#pragma once

#include <cstdint>
#include <map>
#include <string>

#include "core/files/tensor_archive.h"

namespace lorascope::files {

/// What a safetensors header says, checked.
struct SafetensorsHeader {
  std::map<std::string, TensorInfo> tensors;
  std::map<std::string, std::uint64_t> offsets;  ///< first byte of each tensor behind the header
  std::map<std::string, std::string> metadata;
};

/// Checks the JSON header against the `data_bytes` that follow it: types, shapes without overflow, byte ranges in
/// bounds, without hole or overlap. `where` names the file in messages. Throws CheckpointError with every problem.
SafetensorsHeader parse_safetensors_header(const std::string& json, std::uint64_t data_bytes, const std::string& where);

}  // namespace lorascope::files
