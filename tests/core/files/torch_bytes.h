#pragma once

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

namespace lorascope::test {

/// One tensor of a hand-made state dictionary: its storage and its view of it.
struct HandTensor {
  std::string name;
  std::string storage = "0";
  std::int64_t storage_elements = 6;
  std::int64_t offset = 0;
  std::vector<std::int64_t> sizes = {2, 3};
  std::vector<std::int64_t> strides = {3, 1};
  std::string storage_type = "FloatStorage";
  bool is_parameter = false;
};

/// The pickle of a state dictionary as torch.save writes it (protocol 2).
std::string state_pickle(const std::vector<HandTensor>& tensors);

/// A zip archive of uncompressed entries.
std::string zip_bytes(const std::vector<std::pair<std::string, std::string>>& entries);

/// The zip form: data.pkl and the storages by key.
std::string torch_zip(const std::string& pickle, const std::vector<std::pair<std::string, std::string>>& storages);

/// The older form: pickles, then the storages.
std::string torch_old(const std::string& pickle, const std::vector<std::pair<std::string, std::string>>& storages,
                      std::int64_t element_bytes = 4);

/// Numbers as fp32 bytes.
std::string float_bytes(const std::vector<float>& numbers);

}  // namespace lorascope::test
