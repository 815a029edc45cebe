#include "core/train/parameter_groups.h"

#include <algorithm>
#include <cctype>
#include <string>

namespace lorascope::train {

bool decays(std::string_view parameter_name) {
  std::string name(parameter_name);
  std::transform(name.begin(), name.end(), name.begin(), [](unsigned char c) { return std::tolower(c); });
  for (const char* part : {"bias", "layernorm", "rmsnorm"}) {
    if (name.find(part) != std::string::npos) return false;
  }
  for (std::size_t begin = 0; begin <= name.size();) {
    const std::size_t end = std::min(name.find('.', begin), name.size());
    const std::string_view component = std::string_view(name).substr(begin, end - begin);
    if (component == "norm" || component.ends_with("_norm")) return false;
    begin = end + 1;
  }
  return true;
}

double loraplus_factor(std::string_view parameter_name, int num_dimensions, double ratio) {
  if (ratio == 0.0) return 1.0;
  const bool is_fast = num_dimensions == 1 || parameter_name.find("lora_B") != std::string_view::npos;
  return is_fast ? ratio : 1.0;
}

bool is_of_head(std::string_view parameter_name) {
  for (std::size_t begin = 0; begin <= parameter_name.size();) {
    const std::size_t end = std::min(parameter_name.find('.', begin), parameter_name.size());
    const std::string_view component = parameter_name.substr(begin, end - begin);
    if (component == "classifier" || component == "pre_classifier" || component == "qa_outputs") return true;
    begin = end + 1;
  }
  return false;
}

}  // namespace lorascope::train
