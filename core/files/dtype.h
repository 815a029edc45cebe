#pragma once

#include <c10/core/ScalarType.h>

#include <cstdint>
#include <string>

namespace lorascope::files {

/// One type of number that safetensors knows.
struct Dtype {
  const char* name;
  at::ScalarType type;
  std::int64_t size_bytes;
};

/// The entry for "F32", … or for a libtorch type; null where safetensors has none.
const Dtype* find_dtype(const std::string& name);
const Dtype* find_dtype(at::ScalarType type);

}  // namespace lorascope::files
