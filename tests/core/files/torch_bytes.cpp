#include "tests/core/files/torch_bytes.h"

#include <cstring>

namespace lorascope::test {
namespace {

template <typename Number>
std::string bytes_of(Number number) {
  std::string bytes(sizeof number, '\0');
  std::memcpy(bytes.data(), &number, sizeof number);
  return bytes;
}

std::string text(const std::string& value) {
  return "X" + bytes_of(static_cast<std::uint32_t>(value.size())) + value;
}

std::string integer(std::int64_t value) {
  if (value >= INT32_MIN && value <= INT32_MAX) return "J" + bytes_of(static_cast<std::int32_t>(value));
  return std::string("\x8a\x08", 2) + bytes_of(value);
}

std::string tuple_of(const std::vector<std::int64_t>& numbers) {
  std::string pickle = "(";
  for (const std::int64_t number : numbers) pickle += integer(number);
  return pickle + "t";
}

std::string tensor_pickle(const HandTensor& tensor) {
  std::string pickle = "ctorch._utils\n_rebuild_tensor_v2\n((";
  pickle += text("storage") + "ctorch\n" + tensor.storage_type + "\n" + text(tensor.storage) + text("cpu");
  pickle += integer(tensor.storage_elements) + "tQ" + integer(tensor.offset) + tuple_of(tensor.sizes);
  pickle += tuple_of(tensor.strides) + "\x89" + "ccollections\nOrderedDict\n)RtR";
  if (!tensor.is_parameter) return pickle;
  return "ctorch._utils\n_rebuild_parameter\n" + pickle + "\x88" + "ccollections\nOrderedDict\n)R\x87R";
}

}  // namespace

std::string state_pickle(const std::vector<HandTensor>& tensors) {
  std::string pickle =
      "\x80\x02"
      "ccollections\nOrderedDict\n)Rq";
  pickle += std::string(1, '\0') + "(";
  for (const HandTensor& tensor : tensors) pickle += text(tensor.name) + tensor_pickle(tensor);
  // The state that torch's modules leave on the dictionary: {"_metadata": OrderedDict()}
  return pickle + "u}" + text("_metadata") + "ccollections\nOrderedDict\n)Rsb.";
}

std::string zip_bytes(const std::vector<std::pair<std::string, std::string>>& entries) {
  std::string archive;
  std::string directory;
  for (const auto& [name, content] : entries) {
    const std::string sizes =
        bytes_of(static_cast<std::uint32_t>(content.size())) + bytes_of(static_cast<std::uint32_t>(content.size()));
    const std::string common = std::string(10, '\0') + std::string(4, '\0') + sizes +
                               bytes_of(static_cast<std::uint16_t>(name.size())) + std::string(2, '\0');
    directory += std::string("PK\x01\x02\x14\0", 6) + common.substr(0, 2) + common.substr(2) + std::string(10, '\0') +
                 bytes_of(static_cast<std::uint32_t>(archive.size())) + name;
    archive += "PK\x03\x04" + common + name + content;
  }
  const auto count = static_cast<std::uint16_t>(entries.size());
  return archive + directory + "PK\x05\x06" + std::string(4, '\0') + bytes_of(count) + bytes_of(count) +
         bytes_of(static_cast<std::uint32_t>(directory.size())) + bytes_of(static_cast<std::uint32_t>(archive.size())) +
         std::string(2, '\0');
}

std::string torch_zip(const std::string& pickle, const std::vector<std::pair<std::string, std::string>>& storages) {
  std::vector<std::pair<std::string, std::string>> entries = {{"archive/data.pkl", pickle}, {"archive/version", "3\n"}};
  for (const auto& [key, bytes] : storages) entries.emplace_back("archive/data/" + key, bytes);
  return zip_bytes(entries);
}

std::string torch_old(const std::string& pickle, const std::vector<std::pair<std::string, std::string>>& storages,
                      std::int64_t element_bytes) {
  std::string bytes = std::string("\x80\x02\x8a\x0a\x6c\xfc\x9c\x46\xf9\x20\x6a\xa8\x50\x19.", 15) + "\x80\x02" +
                      integer(1001) + "." + "\x80\x02}(" + text("little_endian") + "\x88u." + pickle + "\x80\x02](";
  for (const auto& [key, content] : storages) bytes += text(key);
  bytes += "e.";
  for (const auto& [key, content] : storages) {
    bytes += bytes_of(static_cast<std::int64_t>(content.size()) / element_bytes) + content;
  }
  return bytes;
}

std::string float_bytes(const std::vector<float>& numbers) {
  std::string bytes(numbers.size() * sizeof(float), '\0');
  std::memcpy(bytes.data(), numbers.data(), bytes.size());
  return bytes;
}

}  // namespace lorascope::test
