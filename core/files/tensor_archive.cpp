#include "core/files/tensor_archive.h"

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

}  // namespace lorascope::files
