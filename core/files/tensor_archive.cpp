#include "core/files/tensor_archive.h"

#include "core/files/safetensors.h"
#include "core/files/torch_file.h"

namespace lorascope::files {

bool TensorInfo::is_floating() const {
  return dtype.front() == 'F' || dtype == "BF16";
}

std::int64_t TensorInfo::num_elements() const {
  std::int64_t product = 1;
  for (const std::int64_t extent : shape) product *= extent;
  return product;
}

std::string shape_text(const std::vector<std::int64_t>& shape) {
  std::string text = "[";
  for (std::size_t i = 0; i < shape.size(); ++i) text += (i == 0 ? "" : ", ") + std::to_string(shape[i]);
  return text + "]";
}

TensorMap TensorArchive::load_all() const {
  TensorMap loaded;
  for (const auto& [name, info] : tensors()) loaded[name] = load(name);
  return loaded;
}

std::unique_ptr<TensorArchive> open_archive(const std::filesystem::path& path) {
  if (path.extension() == ".safetensors") return std::make_unique<SafetensorsFile>(path);
  return std::make_unique<TorchFile>(path);
}

}  // namespace lorascope::files
